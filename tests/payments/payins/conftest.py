"""Bob owes 100.00 on a lease, and pays by card."""

from collections.abc import Callable
from typing import Any

import pytest

from directpay.people.actor import SYSTEM
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from ledger.journal.models import Hold
from payments.methods.cards.actions import create_card
from payments.methods.cards.models import Card
from payments.payins.models import Payment


def card(w, name: str = "pm_card_visa", **more: Any) -> Card:
    return create_card(name, user=w.bob, actor=w.actor(w.bob), at=w.now, **more)


@pytest.fixture
def utilities(w):
    """D1: Bob owes 100.00, and nothing else."""
    w.owed = w.lease(rent=10_000)
    return w.owed


@pytest.fixture
def pay(w, utilities) -> Callable[..., Payment]:
    """``pay("pm_card_visa", amount=…, captures_later=True)``: accepted, not sent yet."""

    def go(name: str = "pm_card_visa", amount: int | None = 10_000, **more: Any) -> Payment:
        return pay_rent(utilities, PayRequest.by(card(w, name), rail="card", amount_minor=amount, **more), actor=SYSTEM, at=w.now)

    return go


@pytest.fixture
def authorized(w, pay) -> Payment:
    return w.until(pay(captures_later=True), "authorized")


def hold(payment: Payment) -> Hold:
    return Hold.objects.get(reference=f"payment.authorized:{payment.public_id}")
