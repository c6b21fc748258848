"""Sealed texts: opened with the right key and context, and with nothing else."""

import base64

import pytest

from directpay.kernel.sealing import keys_of, seal, unseal

OLD, NEW = (f"v{n}:" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


def test_opens_what_it_sealed_and_never_seals_alike() -> None:
    keys = keys_of(OLD)
    sealed = [seal("JBSWY3DP", context="a", keys=keys) for _ in range(2)]
    assert [unseal(one, context="a", keys=keys) for one in sealed] == ["JBSWY3DP"] * 2
    assert sealed[0] != sealed[1]
    assert "JBSWY3DP" not in sealed[0]


def test_seals_with_the_newest_key_and_still_opens_the_older() -> None:
    old = seal("secret", context="a", keys=keys_of(OLD))
    both = keys_of(f"{NEW},{OLD}")
    assert seal("secret", context="a", keys=both).startswith("v2:")
    assert unseal(old, context="a", keys=both) == "secret"


def test_refuses_another_context_a_missing_key_and_a_changed_text() -> None:
    keys = keys_of(OLD)
    sealed = seal("secret", context="a", keys=keys)
    with pytest.raises(ValueError, match="does not belong here"):
        unseal(sealed, context="b", keys=keys)
    with pytest.raises(ValueError, match="v1 is not configured"):
        unseal(sealed, context="a", keys=keys_of(NEW))
    raw = bytearray(base64.b64decode(sealed[3:]))
    raw[-1] ^= 1
    with pytest.raises(ValueError, match="does not belong here"):
        unseal("v1:" + base64.b64encode(raw).decode(), context="a", keys=keys)


def test_refuses_a_key_of_another_length_without_showing_it() -> None:
    with pytest.raises(ValueError, match="key v1 is not 32 bytes") as refused:
        keys_of("v1:c2hvcnQ=")
    assert "c2hvcnQ" not in str(refused.value)
    assert keys_of("") == {}
