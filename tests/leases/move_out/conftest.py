"""Bob, who left a deposit of 1,500.00 and owes no rent, moves out of Alice's house."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from leases.deposits.actions.move import record_interest
from leases.move_out.actions import NewDamage, begin_move_out
from leases.move_out.models import MoveOut
from payments.payouts.models import Payout
from tests.leases.deposits.conftest import Trusting


class MovingOut(Trusting):
    def begin(self, *damages: tuple[str, int], on: date | None = None, **changes: Any) -> MoveOut:
        lines = [NewDamage(text, amount) for text, amount in damages]
        return begin_move_out(changes.pop("lease", self.leased), on or self.now.date(), lines, actor=self.actor(self.alice), at=self.now)

    def one(self, purpose: str) -> Payout:
        return Payout.objects.get(purpose=purpose)


@pytest.fixture
def m(db: None) -> MovingOut:
    """The rent is paid, the deposit lies in trust with 1.20 of interest: K7."""
    m = MovingOut()
    m.until(m.pay(m.leased, "instant"), "settled")
    m.in_trust()
    record_interest(m.deposit, 120, actor=m.actor(m.alice), at=m.now)
    return m


@pytest.fixture
def worlds(db: None) -> Callable[[], MovingOut]:
    return MovingOut
