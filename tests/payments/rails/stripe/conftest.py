"""Stripe's stand-in on a clock that the test moves, and the official client that talks to it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import stripe

from payments.payins.models import Payment
from payments.rails.base import Order
from payments.rails.registry import rail as rail_of
from tests.payments.setup_intents.conftest import Api
from tests.stripe_stand_in import StandIn
from tests.stripe_stand_in.control import MovedClock
from tests.world import World

KEY = "sk_test_" + "standin0" * 3
CARD = "4242" * 4
SILENCE_SECONDS = 0.3  # after which an answer is unknown


@pytest.fixture
def stand_in(moment: MovedClock) -> Iterator[StandIn]:
    with StandIn(clock=moment, keys=frozenset({KEY})) as started:
        yield started


@pytest.fixture
def official(stand_in: StandIn) -> stripe.StripeClient:
    return client_of(stand_in)


@pytest.fixture
def configured(settings: Any, stand_in: StandIn, valkey: Any) -> None:
    """The product with Stripe set up, on the stand-in, and nothing known of its health."""
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, stand_in.url
    settings.STRIPE_TIMEOUT_SECONDS = SILENCE_SECONDS


@pytest.fixture
def rail(configured: None) -> Any:
    return rail_of("stripe")


@pytest.fixture
def order(at: datetime) -> Callable[..., Order]:
    """``order(token, …)``: 1,500.00 by this payment method."""

    def placed(token: str = "pm_card_visa", **changes: Any) -> Order:
        by_bank = {"routing_number": "110000000"} if token.startswith("pm_us") or "account_number" in changes else {}
        given = {"id": "pay_1", "amount_minor": 150_000, "currency": "usd", "routing_number": "", "account_number": "", **by_bank}
        return Order(**{**given, "placed_at": at, "token": token, **changes})

    return placed


@pytest.fixture
def asked(order: Callable[..., Order]) -> Callable[..., Order]:
    """``asked(token, …)``: that this card is kept."""

    def placed(token: str = "pm_card_visa", **changes: Any) -> Order:
        return order(token, **{"id": "seti_ours", "amount_minor": 0, **changes})

    return placed


@pytest.fixture
def api(w: World, configured: None) -> Api:
    """The platform's, where cards go by Stripe."""
    return Api(None)


@pytest.fixture
def bob(w: World) -> dict[str, str]:
    return {"customer": w.bob.public_id}


def paid_with(w: World, api: Api, card: str, key: str = "key-1") -> Payment:
    body = {"lease": w.lease().public_id, "rail": "card", "payment_method": card, "amount": 10_000}
    answer = api.caller.post("/api/v1/payments", body, key)
    assert answer.status_code == 201, answer.content
    w.work()
    return Payment.objects.get(public_id=answer.json()["id"])


def client_of(stand_in: StandIn, key: str = KEY, timeout: float = 5.0) -> stripe.StripeClient:
    http = stripe.RequestsClient(timeout=timeout)
    return stripe.StripeClient(key, base_addresses={"api": stand_in.url}, max_network_retries=0, http_client=http)


def card(number: str, cvc: str = "") -> dict[str, Any]:
    return {"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2030, **({"cvc": cvc} if cvc else {})}}


def bank(number: str) -> dict[str, Any]:
    details = {"account_number": number, "routing_number": "110000000", "account_holder_type": "individual"}
    return {"type": "us_bank_account", "us_bank_account": details, "billing_details": {"name": "Bob Renter"}}


MANDATE = {"customer_acceptance": {"type": "offline"}}


def wish(method: str = "pm_card_visa", **more: Any) -> dict[str, Any]:
    """A payment intent that is confirmed at once."""
    kind = "us_bank_account" if method.startswith("pm_us") else "card"
    mandate = {"mandate_data": MANDATE} if kind == "us_bank_account" else {}
    return {
        "amount": 150_000,
        "currency": "usd",
        "payment_method": method,
        "payment_method_types": [kind],
        "confirm": True,
        **mandate,
        **more,
    }


def declined(call: Any, *arguments: Any, **more: Any) -> stripe.CardError:
    with pytest.raises(stripe.CardError) as refused:
        call(*arguments, **more)
    return refused.value
