"""A world with a debt to pay, and a bank that can be told what to answer."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from directpay.events.unit import unit_of_work
from ledger.journal.models import Account
from payments.payins.actions.initiate import Terms, initiate
from payments.payins.models import Payment
from payments.rails.base import Answer, Order
from payments.rails.registry import RAILS
from payments.rails.timetable import bank_day_of
from tests.world import World


@pytest.fixture
def w(db: None) -> World:
    return World()


@pytest.fixture
def debt(w: World) -> Account:
    """Bob owes 1,500.00 on this account; `w.owed` is its lease."""
    w.owed = w.lease()
    return w.owed.parties.get().account


@pytest.fixture
def accept(w: World, debt: Account) -> Callable[..., Payment]:
    """Accepts a payment of Bob's on the debt, as a door above would: ``accept(amount=…, rail=…)``."""

    def go(**changes: Any) -> Payment:
        given = {
            "payer": w.bob,
            "payee": w.payee,
            "applies_to": debt,
            "amount_minor": changes.pop("amount", 150_000),
            "rail": "ach",
            "tendered_on": w.now.date(),
            **changes,
        }
        given.setdefault("bank_account", w.bob.bank_accounts.first() or w.account(w.bob))
        with unit_of_work():
            return initiate(Terms(**given), actor=w.actor(w.bob), at=w.now)

    return go


def answer(state: str, at: datetime, *, code: str = "", reference: str = "ref-1", ask_again_at: datetime | None = None) -> Answer:
    return Answer(state, reference, at, bank_day_of(at), ask_again_at, code)


@pytest.fixture
def bank() -> Iterator[Callable[..., list[Order]]]:
    """Puts a bank of this test's own behind a rail: ``bank("ach", submit=…, look_up=…)``; returns the orders that it was given."""
    before = dict(RAILS)

    def behave(name: str, **methods: Callable[..., Answer]) -> list[Order]:
        orders: list[Order] = []

        def noting(call: Callable[..., Answer]) -> Callable[..., Answer]:
            def asked(self: object, order: Order, *more: Any) -> Answer:
                orders.append(order)
                return call(order, *more)

            return asked

        RAILS[name] = type(before[name].__name__, (before[name],), {verb: noting(call) for verb, call in methods.items()})
        return orders

    yield behave
    RAILS.clear()
    RAILS.update(before)
