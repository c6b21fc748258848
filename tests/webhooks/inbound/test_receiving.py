"""The door: what it keeps, what it answers, and what it refuses before anything is kept."""

import pytest

from directpay.kernel import clock
from tests.webhooks.inbound.signing import FakePayPal, as_bytes, standard_headers, stripe_event, stripe_header
from webhooks.inbound.door import MOST_BYTES
from webhooks.inbound.models import Collision, ProviderEvent
from webhooks.inbound.signatures import secrets_of


def test_it_works(sender):
    odd = b'{ "id":"evt_1", "type":"payment_intent.succeeded",\n"livemode":false, "created":1793000000, "data":{"object":{"id":"pi_1"}}}'
    answer = sender.send(odd)
    kept = sender.kept("evt_1")
    assert (answer.status_code, answer.json()) == (200, {"received": True, "status": "received", "id": kept.public_id})
    assert (kept.kind, kept.state, kept.raw, kept.objects_told) == ("payment_intent.succeeded", "received", odd, ["pi_1"])
    assert kept.next_at == kept.received_at
    assert kept.headers["stripe-signature"].startswith("t=")
    assert answer["Request-Id"] == kept.request_id


def test_a_duplicate_is_answered_and_does_nothing(sender):
    first, again = sender.send(stripe_event("evt_1")), sender.send(stripe_event("evt_1", pending_webhooks=0))
    assert again.status_code == 200
    assert again.json() == {**first.json(), "status": "already processed"}
    assert ProviderEvent.objects.count() == 1
    assert not Collision.objects.exists()


def test_the_same_id_with_another_body_is_kept_and_flagged(sender):
    sender.send(stripe_event("evt_1"))
    other = as_bytes(stripe_event("evt_1", about={"amount": 1}))
    for _ in range(2):
        assert sender.send(other).json()["status"] == "already processed"
    collision = Collision.objects.get()
    assert (collision.event, bytes(collision.body)) == (sender.kept("evt_1"), other)
    assert sender.kept("evt_1").raw == as_bytes(stripe_event("evt_1"))


def test_the_same_words_otherwise_spaced_are_the_same_event(sender):
    sender.send(as_bytes(stripe_event("evt_1")))
    sender.send(as_bytes(stripe_event("evt_1")).replace(b", ", b" ,\n"))
    assert not Collision.objects.exists()


def test_the_same_id_of_another_provider_is_another_event(sender, settings):
    sender.send(stripe_event("evt_1"))
    settings.PAYPAL_VERIFY, settings.PAYPAL_DEMO_SECRET = "demo", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
    body = as_bytes({"id": "evt_1", "event_type": "PAYMENT.CAPTURE.COMPLETED", "resource": {"id": "CAP-1"}})
    headers = standard_headers(body, clock.now(), b"0123456789abcdef01234567")
    answer = sender.client.post("/webhooks/paypal", body, content_type="application/json", headers=headers)
    assert answer.json()["status"] == "received"
    assert ProviderEvent.objects.count() == 2


@pytest.mark.parametrize(
    "body", [b"not json", b"[1]", b'"text"', b"{}", b'{"id":7}', b'{"id":"\xff"}', b'{"id":"a\\u0000b"}', b'{"id":NaN}']
)
def test_what_is_signed_and_cannot_be_read_is_kept_and_flagged(sender, work, body):
    answer = sender.send(body)
    assert answer.status_code == 200
    kept = ProviderEvent.objects.get(public_id=answer.json()["id"])
    assert (kept.flag, kept.raw) == ("unreadable", body)
    work()
    kept.refresh_from_db()
    assert (kept.state, kept.reason) == ("ignored", "the body is no JSON object with an id that can be kept")
    assert sender.send(body).json()["status"] == "already processed"


def test_a_body_of_a_million_brackets_is_kept_and_flagged(sender):
    answer = sender.send(b'{"id":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}")
    assert (answer.status_code, ProviderEvent.objects.get().flag) == (200, "unreadable")


@pytest.mark.parametrize(
    ("more", "flag"), [({"livemode": True}, "other_mode"), ({"account": "acct_other"}, "other_account"), ({"account": "acct_ours"}, "")]
)
def test_events_of_another_mode_or_account_are_flagged(sender, work, settings, more, flag):
    settings.STRIPE_ACCOUNT = "acct_ours"
    sender.send(stripe_event("evt_1", **more))
    assert sender.kept("evt_1").flag == flag
    work()
    assert sender.kept("evt_1").state == "ignored"


class TestRefuses:
    """With a code and a sentence, and nothing kept."""

    @pytest.fixture(autouse=True)
    def nothing_kept(self, sender):
        yield
        assert not ProviderEvent.objects.exists()

    def test_a_forged_signature(self, sender):
        answer = sender.send(stripe_event("evt_1"), header=stripe_header(b"other", clock.now()))
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "signature_invalid")

    def test_no_signature(self, sender):
        assert sender.send(stripe_event("evt_1"), header="").json()["error"]["code"] == "signature_missing"

    @pytest.mark.parametrize("secret", ["", "  ", ","])
    def test_everything_without_a_secret_and_asks_for_it_again(self, sender, settings, secret):
        settings.STRIPE_WEBHOOK_SECRETS = list(secrets_of(secret))
        header = stripe_header(as_bytes(stripe_event("evt_1")), clock.now(), secret or " ")
        answer = sender.send(stripe_event("evt_1"), header=header)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "webhook_not_configured")

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
    def test_other_content_types(self, sender, kind):
        assert sender.send(stripe_event("evt_1"), kind=kind).status_code == 415

    def test_a_body_that_is_too_large_before_it_is_read(self, sender):
        class Unread:
            def read(self, *_):
                raise AssertionError("the body was read")

            readline = read

        length = {"CONTENT_LENGTH": str(MOST_BYTES + 1), "wsgi.input": Unread(), "HTTP_STRIPE_SIGNATURE": "t=1,v1=ab"}
        answer = sender.client.generic("POST", "/webhooks/stripe", b"{}", "application/json", **length)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")

    def test_other_methods(self, sender):
        answer = sender.client.get("/webhooks/stripe")
        assert (answer.status_code, answer["Allow"]) == (405, "POST")

    def test_other_providers(self, sender):
        assert sender.client.post("/webhooks/square", b"{}", content_type="application/json").status_code == 404

    def test_a_paypal_event_signed_by_somebody_else(self, sender, settings):
        settings.PAYPAL_VERIFY, settings.PAYPAL_WEBHOOK_ID = "certificate", "W"
        stranger = FakePayPal(clock.now())
        headers = stranger.headers(b"{}", clock.now(), **{"paypal-cert-url": "https://evil.example/v1/notifications/certs/x"})
        answer = sender.client.post("/webhooks/paypal", b"{}", content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "certificate_address")


def test_a_body_just_within_the_limit_is_taken(sender):
    said = stripe_event("evt_1", note="x" * (MOST_BYTES - 1_000))
    assert sender.send(said).status_code == 200


def test_the_trailing_slash_is_the_same_address(sender):
    body = as_bytes(stripe_event("evt_1"))
    answer = sender.client.post(
        "/webhooks/stripe/", body, content_type="application/json", headers={"Stripe-Signature": stripe_header(body, clock.now())}
    )
    assert answer.status_code == 200
