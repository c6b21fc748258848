"""Bob paid Alice 100.00 by card, for a fee of 2.90, and it has settled: BOOKS.md, G4."""

from collections.abc import Callable
from typing import Any

import pytest

from directpay.people.actor import SYSTEM
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from payments.payins.models import Payment
from payments.refunds.actions.change import set_refund_policy
from payments.refunds.actions.create import refund_payment
from payments.refunds.models import Refund
from payments.refunds.queries import with_related
from tests.payments.payins.conftest import card
from tests.world import World


@pytest.fixture
def owing(w: World) -> World:
    """G1: 100.00, and our fee is 2.90 whatever the rail."""
    for rail in ("card", "ach", "instant", "wire", "same_day_ach"):
        w.fee(rail, 290)
    w.owed = w.lease(rent=10_000)
    return w


@pytest.fixture
def pay(owing: World) -> Callable[..., Payment]:
    """``pay("card", "pm_card_visa")``, ``pay("ach", number=…)``: accepted."""

    def go(rail: str = "card", name: str = "pm_card_visa", *, number: str = "000123456789", amount: int = 10_000, **more: Any) -> Payment:
        if rail == "card":
            wish = PayRequest.by(card(owing, name), rail=rail, amount_minor=amount, **more)
            return pay_rent(owing.owed, wish, actor=SYSTEM, at=owing.now)
        return owing.pay(owing.owed, rail, amount, owing.account(owing.bob, number), **more)

    return go


@pytest.fixture
def paid(owing: World, pay: Callable[..., Payment]) -> Payment:
    """G4."""
    return owing.until(pay(), "settled")


@pytest.fixture
def claws(owing: World) -> None:
    """The payee's policy: our fee goes back in proportion."""
    set_refund_policy(owing.payee, gives_fee_back=True, actor=SYSTEM, at=owing.now)


@pytest.fixture
def refund(owing: World) -> Callable[..., Refund]:
    """``refund(payment)`` gives half of it back, by Alice; ``refund(payment, 10_000)`` all."""

    def go(payment: Payment, amount: int = 5_000, **more: Any) -> Refund:
        return refund_payment(payment, amount, actor=owing.actor(owing.alice), at=owing.now, **more)

    return go


@pytest.fixture
def until(owing: World) -> Callable[..., Refund]:
    """Moves the clock second by second until the refund stands in one of these states."""

    def go(refund: Refund, *states: str, seconds: int = 120) -> Refund:
        for _ in range(seconds):
            owing.work()
            found = fresh(refund)
            if found.status in states:
                return found
            owing.later(seconds=1)
        raise AssertionError(f"{refund.public_id} is {fresh(refund).status}, not {states}")

    return go


def fresh(refund: Refund) -> Refund:
    return with_related().get(id=refund.id)
