"""What Stripe pays out, on days that are ours and Stripe's; and how far it has come apart."""

from datetime import timedelta
from typing import Any

import pytest

from directpay.due.actions import schedule
from directpay.events.unit import unit_of_work
from directpay.sagas.models import Saga
from payments.methods.cards.actions import create_card
from payments.payins.models import Payment
from payments.reconciliation.models import BankLine
from payments.reconciliation.processor_payouts.actions import PROCESSORS_QUEUE
from payments.reconciliation.processor_payouts.models import ProcessorPayout
from tests.stripe_stand_in import charging
from tests.stripe_stand_in.control import MovedClock


@pytest.fixture
def moment(w) -> MovedClock:
    """Stripe's days are ours: `later` moves both."""
    start = w.now
    return MovedClock(lambda: start)


@pytest.fixture
def later(w, moment):
    def go(**delta: float) -> None:
        moment.move(timedelta(**delta).total_seconds())
        w.later(**delta)

    return go


@pytest.fixture
def pay(w, rail, accept):
    cards: dict[str, Any] = {}

    def go(amount: int = 10_000, token: str = "pm_card_visa", **more: Any) -> Payment:
        cards[token] = cards.get(token) or create_card(token, user=w.bob, actor=w.actor(w.bob), at=w.now)
        made = accept(rail="card", card=cards[token], bank_account=None, amount=amount, **more)
        w.work()
        return w.fresh(made)

    return go


@pytest.fixture
def pay_out(w, stand_in, later):
    """Three days later Stripe pays out what is available then, and we are told of it."""

    def go() -> dict[str, Any]:
        later(days=3)
        made = charging.pay_out(stand_in.state)
        assert made
        ask(f"stripe/{made['id']}", w)
        return made

    return go


def ask(key: str, w) -> None:
    with unit_of_work():
        schedule(PROCESSORS_QUEUE, [(key, w.now)])
    w.work()


def stripes() -> Any:
    return BankLine.objects.filter(rail="stripe")


def saga(made: dict[str, Any] | None = None) -> Saga:
    """Of this payout, or of the only one."""
    named = {"reference": made["id"]} if made else {}
    return Saga.objects.get(kind="processor_payout", about=ProcessorPayout.objects.get(**named).public_id)
