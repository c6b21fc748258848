"""What proves a sender: vectors of others where they are at hand, and our own of every kind."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import services
from tests.webhooks.inbound.signing import SECRET, as_bytes, standard_headers, stripe_event, stripe_header
from webhooks.inbound.signatures import SignatureRefused, check_standard, check_stripe, key_of, secrets_of

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
CASES = services.ROOT.parent / "shared" / "cases" / "webhook_signatures" / "vectors.json"
BODY = as_bytes(stripe_event("evt_1"))


def vectors(scheme: str) -> list:
    found = json.loads(CASES.read_text())[scheme] if CASES.exists() else []
    return [pytest.param(v, id=v["name"][:40]) for v in found] or [
        pytest.param(None, marks=pytest.mark.skip("../shared/cases is not here"))
    ]


@pytest.mark.parametrize("vector", vectors("stripe"))
def test_stripes_vectors(vector):
    at = [datetime.fromtimestamp(vector["now"], UTC)]
    arguments = (vector["header"], vector["payload"].encode(), [vector["secret"]], at)
    if vector["expect"] == "accept":
        check_stripe(*arguments, tolerance=vector["tolerance"])
    else:
        with pytest.raises(SignatureRefused):
            check_stripe(*arguments, tolerance=vector["tolerance"])


@pytest.mark.parametrize("vector", vectors("standard_webhooks"))
def test_vectors_of_the_standard(vector):
    """Svix's own header names are not part of the standard, and are not taken."""
    arguments = (vector["headers"], vector["payload"].encode(), [vector["secret"]], [datetime.fromtimestamp(vector["now"], UTC)])
    if vector["expect"] == "accept" and "svix-id" not in vector["headers"]:
        check_standard(*arguments, tolerance=vector["tolerance"])
    else:
        with pytest.raises(SignatureRefused):
            check_standard(*arguments, tolerance=vector["tolerance"])


class TestStripe:
    def test_it_works(self):
        check_stripe(stripe_header(BODY, NOW), BODY, [SECRET], [NOW])

    @given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
    def test_one_byte_changed_is_refused(self, place, by):
        changed = bytearray(BODY)
        changed[place] ^= by
        with pytest.raises(SignatureRefused):
            check_stripe(stripe_header(BODY, NOW), bytes(changed), [SECRET], [NOW])

    def test_odd_spacing_and_letters_verify_as_they_were_sent_and_never_rewritten(self):
        odd = '{ "id" :"evt_1",\n\t"note":"Zoë 🏠 \\u00e9" }'.encode()
        check_stripe(stripe_header(odd, NOW), odd, [SECRET], [NOW])
        with pytest.raises(SignatureRefused):
            check_stripe(stripe_header(odd, NOW), json.dumps(json.loads(odd)).encode(), [SECRET], [NOW])

    def test_either_secret_of_a_rotation_and_either_signature(self):
        check_stripe(stripe_header(BODY, NOW, "whsec_old"), BODY, ["whsec_new", "whsec_old"], [NOW])
        check_stripe(stripe_header(BODY, NOW, "whsec_old", "whsec_new"), BODY, ["whsec_new"], [NOW])

    @pytest.mark.parametrize("seconds", [-301, 301])
    def test_stale_and_future_ones_are_refused(self, seconds):
        with pytest.raises(SignatureRefused, match="too long ago, or for a time to come") as refused:
            check_stripe(stripe_header(BODY, NOW + timedelta(seconds=seconds)), BODY, [SECRET], [NOW])
        assert refused.value.code == "signature_stale"

    def test_any_of_the_times_that_it_may_be(self):
        check_stripe(stripe_header(BODY, NOW), BODY, [SECRET], [NOW + timedelta(days=400), NOW])

    @pytest.mark.parametrize(
        ("header", "code"),
        [
            ("", "signature_missing"),
            ("t=,v1=ab", "signature_malformed"),
            ("t=1٢,v1=ab", "signature_malformed"),
            ("v1=ab", "signature_malformed"),
            ("t=1,t=2,v1=ab", "signature_malformed"),
            (f"t={int(NOW.timestamp())}", "signature_malformed"),
            (f"t={int(NOW.timestamp())},v0=ab", "signature_malformed"),
            (f"t={int(NOW.timestamp())}," + ",".join(["v1=ab"] * 21), "signature_malformed"),
            (f"t={int(NOW.timestamp())},v1=é", "signature_invalid"),
            ("t=99999999999999999999,v1=ab", "signature_malformed"),
        ],
    )
    def test_malformed_headers_are_refused(self, header, code):
        with pytest.raises(SignatureRefused) as refused:
            check_stripe(header, BODY, [SECRET], [NOW])
        assert refused.value.code == code

    def test_a_stale_one_with_a_wrong_signature_says_nothing_of_our_clock(self):
        with pytest.raises(SignatureRefused) as refused:
            check_stripe(stripe_header(BODY, NOW - timedelta(days=1), "whsec_wrong"), BODY, [SECRET], [NOW])
        assert refused.value.code == "signature_invalid"


class TestStandard:
    KEY = b"0123456789abcdef01234567"
    TEXT = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"

    def test_it_works(self):
        check_standard(standard_headers(BODY, NOW, self.KEY), BODY, [self.TEXT], [NOW])

    def test_the_id_is_signed(self):
        headers = {**standard_headers(BODY, NOW, self.KEY), "webhook-id": "msg_2"}
        with pytest.raises(SignatureRefused):
            check_standard(headers, BODY, [self.TEXT], [NOW])


@pytest.mark.parametrize("text", ["", " ", ",", " , \t", "\n"])
def test_empty_and_white_secrets_are_none(text):
    assert secrets_of(text) == ()


@pytest.mark.parametrize("text", ["", "whsec_", "no base64!"])
def test_an_empty_or_broken_secret_of_the_standard_signs_nothing(text):
    with pytest.raises(ValueError, match="a secret of a webhook"):
        key_of(text)


def test_secrets_are_told_apart_by_commas():
    assert secrets_of(" whsec_a , whsec_b,") == ("whsec_a", "whsec_b")
