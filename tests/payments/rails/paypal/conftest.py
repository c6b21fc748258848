"""PayPal's stand-in on a clock that the test moves, and payments that go by it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from payments.payins.models import Payment
from payments.rails.base import Order
from payments.rails.registry import rail as rail_of
from tests.paypal_stand_in import StandIn
from tests.stripe_stand_in.control import MovedClock
from tests.world import World

CLIENT = ("client-of-the-stand-in", "secret-of-the-stand-in")
SILENCE_SECONDS = 0.3  # after which an answer is unknown
ORDERS = "/v2/checkout/orders"
CREATE, GET, CAPTURE = f"POST {ORDERS}", f"GET {ORDERS}/{{id}}", f"POST {ORDERS}/{{id}}/capture"
AUTHORIZE = f"POST {ORDERS}/{{id}}/authorize"
TAKE, VOID = "POST /v2/payments/authorizations/{id}/capture", "POST /v2/payments/authorizations/{id}/void"
REFUND, TOKEN = "POST /v2/payments/captures/{id}/refund", "POST /v1/oauth2/token"


@pytest.fixture
def stand_in(moment: MovedClock) -> Iterator[StandIn]:
    with StandIn(clock=moment, client=CLIENT) as started:
        yield started


def set_up(settings: Any, stand_in: StandIn) -> None:
    settings.PAYPAL_CLIENT_ID, settings.PAYPAL_CLIENT_SECRET = CLIENT
    settings.PAYPAL_API_BASE, settings.PAYPAL_TIMEOUT_SECONDS = stand_in.url, SILENCE_SECONDS


@pytest.fixture
def configured(settings: Any, stand_in: StandIn, valkey: Any) -> None:
    """The product with PayPal set up, on the stand-in, and nothing known of its health."""
    set_up(settings, stand_in)


@pytest.fixture
def rail(configured: None) -> Any:
    return rail_of("paypal")


@pytest.fixture
def order(at: datetime) -> Callable[..., Order]:
    """``order(reference=…, …)``: 1,500.00 by wallet."""

    def placed(**changes: Any) -> Order:
        given = {"id": "pay_1", "amount_minor": 150_000, "currency": "usd", "routing_number": "", "account_number": ""}
        return Order(**{**given, "placed_at": at, **changes})

    return placed


class Followed(World):
    """PayPal's clock follows ours, in steps: its server is another thread, which does not see the rows of a test."""

    def follow(self, theirs: MovedClock) -> None:
        self.theirs = theirs
        theirs.clock = lambda: self.start

    def later(self, **delta: float) -> None:
        ends = self.now + timedelta(**delta)
        step = max(timedelta(minutes=10), timedelta(**delta) / 60)
        while self.now < ends:
            on = min(step, ends - self.now)
            self.theirs.move(on.total_seconds())
            super().later(seconds=on.total_seconds())


@pytest.fixture
def w(db: None, moment: MovedClock) -> Followed:
    made = Followed()
    made.follow(moment)
    return made


@pytest.fixture
def pay(w: Followed, accept: Any, configured: None) -> Callable[..., Payment]:
    """Accepts a payment by wallet: ``pay(amount=…, captures_later=True)``."""

    def go(**changes: Any) -> Payment:
        return accept(**{"rail": "paypal", "bank_account": None, **changes})

    return go


@pytest.fixture
def waiting(w: Any, pay: Any) -> Payment:
    """One that its payer is asked to approve."""
    made = pay()
    w.work()
    found = w.fresh(made)
    assert found.status == "requires_action"
    return found
