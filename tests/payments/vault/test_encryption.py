import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from payments.vault.encryption import decrypt, encrypt, fingerprint


def key(letter: str, version: str) -> str:
    return f"{version}:{base64.b64encode(letter.encode() * 32).decode()}"


V1, V2 = key("a", "v1"), key("b", "v2")


@pytest.fixture(autouse=True)
def keys(settings):
    settings.VAULT_KEYS = V1
    return settings


@given(st.text(max_size=40), st.text(max_size=40))
def test_opens_what_it_sealed(text, context):
    assert decrypt(encrypt(text, context=context), context=context) == text


def test_shows_nothing_of_the_text():
    sealed = encrypt("000123456789", context="ba_1")
    version, _, rest = sealed.partition(":")
    assert version == "v1"
    assert b"000123456789" not in base64.b64decode(rest)
    assert len(sealed) <= 200, "it must fit its column"


def test_seals_the_same_text_differently_each_time():
    assert encrypt("x", context="ba_1") != encrypt("x", context="ba_1")


def test_is_bound_to_its_row():
    with pytest.raises(ValueError, match="does not belong here"):
        decrypt(encrypt("000123456789", context="ba_1"), context="ba_2")


@pytest.mark.parametrize("at", [0, 15, -1])
def test_notices_a_changed_byte(at):
    version, _, text = encrypt("000123456789", context="ba_1").partition(":")
    raw = bytearray(base64.b64decode(text))
    raw[at] ^= 1
    with pytest.raises(ValueError, match="does not belong here"):
        decrypt(f"{version}:{base64.b64encode(raw).decode()}", context="ba_1")


@pytest.mark.parametrize("sealed", ["", "v1", "v1:", "v1:####", "v1:AAAA", "plain text"])
def test_refuses_what_it_never_sealed(sealed):
    with pytest.raises(ValueError):
        decrypt(sealed, context="ba_1")


class TestRotation:
    def test_seals_with_the_newest_and_still_opens_the_older(self, keys):
        old = encrypt("000123456789", context="ba_1")
        keys.VAULT_KEYS = f"{V2},{V1}"
        new = encrypt("000123456789", context="ba_1")
        assert (old[:3], new[:3]) == ("v1:", "v2:")
        assert decrypt(old, context="ba_1") == decrypt(new, context="ba_1") == "000123456789"

    def test_cannot_open_when_the_key_is_gone(self, keys):
        old = encrypt("000123456789", context="ba_1")
        keys.VAULT_KEYS = V2
        with pytest.raises(ValueError, match="key v1 is not configured"):
            decrypt(old, context="ba_1")

    def test_does_not_open_with_another_key_of_that_name(self, keys):
        old = encrypt("000123456789", context="ba_1")
        keys.VAULT_KEYS = key("z", "v1")
        with pytest.raises(ValueError, match="does not belong here"):
            decrypt(old, context="ba_1")

    def test_finds_the_same_number_again_under_a_new_key(self, keys):
        before = fingerprint("110000000:000123456789")
        keys.VAULT_KEYS = f"{V2},{V1}"
        assert fingerprint("110000000:000123456789") == before


def test_a_fingerprint_tells_numbers_apart_and_shows_none():
    one, other = fingerprint("110000000:000123456789"), fingerprint("110000000:000123456788")
    assert one != other
    assert len(one) == 64
    assert "000123456789" not in one


def test_a_fingerprint_needs_the_key(keys):
    before = fingerprint("110000000:000123456789")
    keys.VAULT_KEYS = V2
    assert fingerprint("110000000:000123456789") != before


@pytest.mark.parametrize(
    ("setting", "said"), [("", "is not set"), (",", "is not set"), (" , ,", "32 bytes"), ("v1:AAAA", "32 bytes"), ("v1", "32 bytes")]
)
def test_refuses_to_work_with_bad_keys(keys, setting, said):
    keys.VAULT_KEYS = setting
    with pytest.raises(ImproperlyConfigured, match=said):
        encrypt("x", context="ba_1")


def test_allows_spaces_between_keys(keys):
    keys.VAULT_KEYS = f" {V2} , {V1} "
    assert encrypt("x", context="ba_1").startswith("v2:")
