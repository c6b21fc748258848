"""Each kind of PayPal's events, from its stand-in through the door to the rail: a hint, and what PayPal says then counts."""

import json

import pytest
from django.test import Client

from directpay.people.actor import SYSTEM
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from payments.methods.wallets.paying import Wallet
from payments.payins.models import Payment
from tests.paypal_stand_in import StandIn
from tests.paypal_stand_in.webhooks import Webhooks
from tests.stripe_stand_in.control import MovedClock
from tests.world import World
from webhooks.inbound.models import ProviderEvent
from webhooks.inbound.providers import paypal_api
from webhooks.inbound.providers.paypal_api import ask_paypal

pytestmark = pytest.mark.django_db
GET, CAPTURE = "GET /v2/checkout/orders/{id}", "POST /v2/checkout/orders/{id}/capture"


class Posted(Webhooks):
    """PayPal's events, posted at our door when the test says so."""

    def __init__(self, stand_in: StandIn, secret: str) -> None:
        super().__init__(stand_in.state)
        self.client = Client()
        self.add("/webhooks/paypal", secret)

    def _post(self, url: str, payload: str, proof: dict[str, str]) -> int:
        return self.client.post(url, payload.encode(), content_type="application/json", headers=proof).status_code

    def statuses(self, **how) -> list[int]:
        return [one.status for one in self.deliver(**how)]


@pytest.fixture
def stand_in():
    with StandIn() as started:
        yield started


@pytest.fixture
def w(settings, stand_in, valkey) -> World:
    settings.PAYPAL_CLIENT_ID, settings.PAYPAL_CLIENT_SECRET, settings.PAYPAL_API_BASE = "client", "secret", stand_in.url
    settings.SEND_HINTS = False
    return World()


@pytest.fixture
def events(w, stand_in, settings) -> Posted:
    return Posted(stand_in, settings.PAYPAL_DEMO_SECRET)


@pytest.fixture
def pay(w):
    def go(**more) -> Payment:
        made = pay_rent(w.lease(), PayRequest.by(Wallet(w.bob), rail="paypal", **more), actor=SYSTEM, at=w.now)
        return w.until(made, "requires_action")

    return go


def told(kind: str) -> ProviderEvent:
    return ProviderEvent.objects.filter(kind=kind).latest("id")


def test_an_approval_is_taken(w, pay, events, stand_in):
    made = pay()
    stand_in.approve(made.rail_reference)
    assert events.statuses() == [200]
    w.work()
    w.until(made, "completed", seconds=2)
    assert told("CHECKOUT.ORDER.APPROVED").effects == [made.public_id]


def test_twice_backwards_and_late_is_taken_once(w, pay, events, stand_in):
    made = pay()
    stand_in.approve(made.rail_reference)
    w.until(made, "completed", seconds=60)
    assert events.statuses(twice=True, backwards=True) == [200] * 6
    w.work()
    assert {event.kind for event in ProviderEvent.objects.all()} == {
        "CHECKOUT.ORDER.APPROVED",
        "CHECKOUT.ORDER.COMPLETED",
        "PAYMENT.CAPTURE.COMPLETED",
    }
    assert (stand_in.asked(CAPTURE), w.fresh(made).status) == (1, "completed")
    w.check()


def test_a_forged_approval_is_none(w, pay, events, stand_in):
    made = pay()
    stand_in.approve(made.rail_reference)
    assert events.statuses(wrongly_signed=True) == [400]
    assert not ProviderEvent.objects.exists()


def test_an_approval_that_is_not_true_takes_nothing(w, pay, events, stand_in):
    """Rightly signed, and yet PayPal says otherwise when it is asked."""
    made = pay()
    order = stand_in.state.tables["order"][made.rail_reference]
    stand_in.state.tell("CHECKOUT.ORDER.APPROVED", {**order, "status": "APPROVED"})
    events.deliver()
    w.work()
    assert (w.fresh(made).status, stand_in.asked(CAPTURE)) == ("requires_action", 0)


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        ("CHECKOUT.ORDER.APPROVED", lambda p: {"id": p.rail_reference}),
        ("CHECKOUT.ORDER.VOIDED", lambda p: {"id": p.rail_reference}),
        ("CHECKOUT.PAYMENT-APPROVAL.REVERSED", lambda p: {"order_id": p.rail_reference, "purchase_units": []}),
        ("PAYMENT.CAPTURE.PENDING", lambda p: {"id": "CAP-1", "custom_id": p.public_id}),
        ("PAYMENT.CAPTURE.DENIED", lambda p: {"id": "CAP-1", "supplementary_data": {"related_ids": {"order_id": p.rail_reference}}}),
        ("PAYMENT.CAPTURE.DECLINED", lambda p: {"id": "CAP-1", "custom_id": p.public_id}),
        ("PAYMENT.CAPTURE.COMPLETED", lambda p: {"id": "CAP-1", "custom_id": p.public_id}),
        ("PAYMENT.AUTHORIZATION.CREATED", lambda p: {"id": "AUTH-1", "custom_id": p.public_id}),
        ("PAYMENT.AUTHORIZATION.VOIDED", lambda p: {"id": "AUTH-1", "custom_id": p.public_id}),
    ],
)
def test_each_kind_makes_us_ask_about_its_payment(w, pay, events, stand_in, kind, resource):
    made = pay()
    before = stand_in.asked(GET)
    stand_in.state.tell(kind, resource(made))
    assert events.statuses() == [200]
    w.work()
    assert (told(kind).state, told(kind).effects) == ("processed", [made.public_id])
    assert stand_in.asked(GET) == before + 1


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("PAYMENT.CAPTURE.REFUNDED", "no refund of ours is meant"),
        ("PAYMENT.CAPTURE.REVERSED", "disputes are not handled yet"),
        ("CUSTOMER.DISPUTE.CREATED", "disputes are not handled yet"),
    ],
)
def test_what_nothing_here_can_act_on_yet_says_so(w, pay, events, stand_in, kind, reason):
    made = pay()
    stand_in.state.tell(kind, {"id": "X-1", "custom_id": made.public_id})
    events.deliver()
    w.work()
    assert (told(kind).state, told(kind).reason) == ("ignored", reason)


def test_an_echeck_clears_when_paypal_tells(w, pay, events, stand_in):
    made = pay()
    stand_in.approve(made.rail_reference, "echeck")
    events.deliver()
    w.until(made, "processing", seconds=2)
    w.later(seconds=2)
    moved, on = MovedClock(stand_in.state.clock), stand_in.state.echeck_seconds + 60
    moved.move(on)
    stand_in.state.clock = moved
    stand_in.tick()
    assert set(events.statuses(signed_seconds_ago=on)) == {200}, "by our clock it is sent now"
    w.work()
    assert w.fresh(made).status == "completed"
    w.check()


class TestVerifiedByAsking:
    HEADERS = {"transmission-id": "t", "transmission-time": "2026-11-02T15:00:00Z", "transmission-sig": "s"}

    def test_forged_events_use_up_no_tokens(self, w, settings, stand_in):
        settings.PAYPAL_WEBHOOK_ID = "WH-1"
        for n in range(30):
            ask_paypal(self.HEADERS, json.dumps({"id": f"WH-{n}"}).encode())
        assert stand_in.asked("POST /v1/oauth2/token") == 1
        assert stand_in.asked(f"POST {paypal_api.VERIFY}") == 30

    def test_the_rail_has_the_same_one(self, w, pay, settings, stand_in):
        ask_paypal(self.HEADERS, b'{"id": "WH-1"}')
        pay()
        assert stand_in.asked("POST /v1/oauth2/token") == 1
