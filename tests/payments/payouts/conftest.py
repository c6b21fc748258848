"""Alice has money that is available, and a bank of her own."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from payments.payouts.actions.create import NewPayout, create_payout
from payments.payouts.models import Payout
from payments.rails.base import Answer, Order
from payments.rails.registry import OUTGOING
from tests.world import PAYS, World


@pytest.fixture
def rich(w: World) -> World:
    """1,500.00 settled, less a fee of 2.00: BOOKS.md, B5. The fee is left out of the client bank's own part."""
    w.fee("ach", 200)
    w.owed = w.lease()
    w.until(w.pay(w.owed, "ach"), "settled")
    return w


@pytest.fixture
def send(rich: World) -> Callable[..., Payout]:
    """``send()`` sends all of it to an account of Alice's; ``send(number=…)`` to one that behaves."""

    def go(amount: int = 149_800, number: str = PAYS, **changes: Any) -> Payout:
        account = changes.pop("bank_account", None) or rich.account(rich.alice, number)
        given: dict[str, Any] = {"purpose": "payout", "payee": rich.payee, "currency": "usd", "bank_account": account, **changes}
        return create_payout(NewPayout(amount_minor=amount, **given), actor=rich.actor(rich.alice), at=rich.now)

    return go


@pytest.fixture
def sent() -> Iterator[Callable[..., list[Order]]]:
    """Puts a bank of this test's own behind what we send: ``sent(submit=…, look_up=…)``; returns the orders that it was given."""
    before = dict(OUTGOING)

    def behave(**methods: Callable[[Order, datetime], Answer]) -> list[Order]:
        orders: list[Order] = []

        def noting(call: Callable[[Order, datetime], Answer]) -> Callable[..., Answer]:
            def asked(self: object, order: Order, at: datetime) -> Answer:
                orders.append(order)
                return call(order, at)

            return asked

        OUTGOING["payout"] = type("Payout", (before["payout"],), {verb: noting(call) for verb, call in methods.items()})
        return orders

    yield behave
    OUTGOING.clear()
    OUTGOING.update(before)
