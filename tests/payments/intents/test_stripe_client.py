"""The official client, unchanged, against this server: what it sends is understood, and it understands what comes back."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from payments.payins.models import Payment
from tests.payments.intents.conftest import secret_of, unproven
from tests.world import DISPUTED, NO_FUNDS

pytestmark = pytest.mark.django_db(transaction=True)
Connect = Callable[..., stripe.StripeClient]


@pytest.fixture
def connect(w, live_server) -> Connect:
    """A client with a key of the platform, or with the key that is given; it tries nothing twice."""

    def connected(secret: str | None = None, **options: Any) -> stripe.StripeClient:
        given = {"max_network_retries": 0, **options}
        return stripe.StripeClient(secret or secret_of(w, None), base_addresses={"api": f"{live_server.url}/api"}, **given)

    return connected


@pytest.fixture
def intents(connect: Connect) -> Any:
    return connect().v1.payment_intents


@pytest.fixture
def wish(lease) -> dict[str, Any]:
    return {"amount": 150_000, "currency": "usd", "lease": lease.public_id, "payment_method_types": ["card", "us_bank_account"]}


def test_pays_the_rent_from_the_wish_to_the_end(w, intents, wish, source):
    made = intents.create({**wish, "metadata": {"lease": "L-1", "unit": "4B"}})
    assert isinstance(made, stripe.PaymentIntent)
    assert (made.status, made.client_secret.startswith(made.id), made.metadata["unit"]) == ("requires_payment_method", True, "4B")

    changed = intents.update(made.id, {"metadata": {"unit": ""}, "description": "November"})
    assert (changed.metadata.to_dict(), changed.description) == ({"lease": "L-1"}, "November")

    sent = intents.confirm(made.id, {"payment_method": source.public_id, "expand": ["payment_method"]})
    assert (sent.status, sent.payment_method.us_bank_account.last4) == ("processing", "6789")

    w.until(Payment.objects.get(public_id=sent.latest_charge), "settled")
    paid = intents.retrieve(made.id, {"expand": ["latest_charge", "customer"]})
    assert (paid.status, paid.amount_received, paid.customer.email) == ("succeeded", 150_000, w.bob.email)
    assert isinstance(paid.latest_charge, stripe.Charge)
    assert (paid.latest_charge.paid, paid.latest_charge.payment_intent) == (True, made.id)


def test_makes_and_confirms_at_once(intents, wish, source):
    made = intents.create({**wish, "payment_method": source.public_id, "confirm": True, "off_session": True})
    assert made.status == "processing"


def test_works_through_the_module_as_well(w, live_server, wish):
    given = {"api_key": secret_of(w, None)}
    before = stripe.api_base
    stripe.api_base = f"{live_server.url}/api"
    try:
        made = stripe.PaymentIntent.create(**wish, **given)
        assert stripe.PaymentIntent.retrieve(made.id, **given).id == made.id
        assert [i.id for i in stripe.PaymentIntent.list(limit=1, **given)] == [made.id]
        assert made.cancel(cancellation_reason="abandoned").status == "canceled"
    finally:
        stripe.api_base = before


def test_hears_of_a_failure_and_pays_again(w, intents, wish, source):
    made = intents.create({**wish, "payment_method": w.account(w.bob, NO_FUNDS).public_id, "confirm": True, "rail": "instant"})
    w.until(Payment.objects.get(public_id=made.latest_charge), "failed")
    failed = intents.retrieve(made.id)
    assert (failed.status, failed.last_payment_error.code) == ("requires_payment_method", "insufficient_funds")
    assert intents.confirm(made.id, {"payment_method": source.public_id}).status == "processing"


def test_hears_that_the_bank_took_it_back(w, intents, wish):
    account = w.account(w.bob, DISPUTED).public_id
    made = intents.create({**wish, "payment_method": account, "confirm": True, "rail": "same_day_ach"})
    w.until(Payment.objects.get(public_id=made.latest_charge), "returned")
    charge = intents.retrieve(made.id, {"expand": ["latest_charge"]}).latest_charge
    assert isinstance(charge.dispute, stripe.Dispute)
    assert (charge.disputed, charge.dispute.reason) == (True, "debit_not_authorized")


def test_proves_a_bank_account_on_the_way(w, intents, wish):
    new = unproven(w, w.bob)
    made = intents.create({**wish, "payment_method": new.public_id, "confirm": True})
    assert (made.status, made.next_action.type) == ("requires_action", "verify_with_microdeposits")
    with pytest.raises(stripe.InvalidRequestError, match="Tries left: 2"):
        intents.verify_microdeposits(made.id, {"amounts": [1, 2]})
    assert intents.verify_microdeposits(made.id, {"amounts": [32, 45]}).status == "processing"


def test_pages_through_lists_and_searches_by_itself(intents, wish):
    made = [intents.create({**wish, "metadata": {"n": str(n % 2)}}).id for n in range(5)]
    assert [i.id for i in intents.list({"limit": 2}).auto_paging_iter()] == made[::-1]
    assert [i.id for i in intents.list({"limit": 2, "ending_before": made[0]}).auto_paging_iter()] == made[1:]
    found = intents.search({"query": "metadata['n']:'0' AND status:'requires_payment_method'", "limit": 2})
    assert isinstance(found, stripe.SearchResultObject)
    assert [i.id for i in found.auto_paging_iter()] == [made[4], made[2], made[0]]


def test_cancels(intents, wish):
    ended = intents.cancel(intents.create(wish).id, {"cancellation_reason": "requested_by_customer"})
    assert (ended.status, ended.cancellation_reason) == ("canceled", "requested_by_customer")


def test_is_answered_the_same_under_the_same_key(intents, wish, source):
    paying = {**wish, "payment_method": source.public_id, "confirm": True}
    first, second = (intents.create(paying, {"idempotency_key": "november"}) for _ in range(2))
    assert (first.id, second.last_response.headers["Idempotent-Replayed"]) == (second.id, "true")
    assert Payment.objects.count() == 1


def test_is_told_the_version_that_it_named(connect, wish):
    made = connect(stripe_version="2025-03-31.basil").v1.payment_intents.create(wish)
    assert made.last_response.headers["Stripe-Version"] == "2025-03-31.basil"
    assert connect().v1.payment_intents.create(wish).last_response.headers["Stripe-Version"] == stripe.api_version


class TestItsErrors:
    def test_of_a_wrong_request(self, intents):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            intents.create({"amount": 1})
        assert (refusal.value.http_status, refusal.value.code, refusal.value.param) == (400, "parameter_missing", "currency")
        assert refusal.value.request_id.startswith("req_")

    def test_of_an_unknown_id(self, intents):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            intents.retrieve("pi_unknown")
        assert (refusal.value.http_status, refusal.value.code, refusal.value.param) == (404, "resource_missing", "intent")

    def test_of_the_state_with_the_intent(self, intents, wish):
        made = intents.create(wish)
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            intents.capture(made.id, {"amount_to_capture": 5000})
        assert refusal.value.code == "payment_intent_unexpected_state"
        assert refusal.value.error.payment_intent.status == "requires_payment_method"

    def test_of_a_key_that_nobody_gave(self, connect):
        with pytest.raises(stripe.AuthenticationError) as refusal:
            connect("sk_test_abc").v1.payment_intents.list()
        assert refusal.value.http_status == 401

    def test_of_a_key_that_may_only_read(self, w, connect, wish):
        with pytest.raises(stripe.PermissionError) as refusal:
            connect(secret_of(w, None, scopes=["read"])).v1.payment_intents.create(wish)
        assert (refusal.value.http_status, refusal.value.error.code) == (403, "scope_missing")

    def test_of_an_idempotency_key_used_for_something_else(self, intents, wish):
        intents.create(wish, {"idempotency_key": "once"})
        with pytest.raises(stripe.IdempotencyError) as refusal:
            intents.create({**wish, "amount": 1}, {"idempotency_key": "once"})
        assert (refusal.value.http_status, refusal.value.error.code) == (400, "idempotency_key_reused")

    def test_of_a_debt_that_is_being_paid_comes_at_once(self, connect, wish, source):
        """A client that tries conflicts again is told not to: it would only wait for the same answer."""
        paying = {**wish, "payment_method": source.public_id, "confirm": True}
        stubborn = connect(max_network_retries=2).v1.payment_intents
        stubborn.create(paying)
        with pytest.raises(stripe.APIError) as refusal:
            stubborn.create({**paying, "amount": 160_000})
        assert (refusal.value.http_status, refusal.value.error.code) == (409, "obligation_in_progress")
        assert refusal.value.headers["Stripe-Should-Retry"] == "false"
