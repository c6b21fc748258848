"""How much a run pays. Pure: where the party stands in the books goes in, minor units come out."""

from dataclasses import dataclass
from datetime import date

from leases.autopay.models import Autopay
from leases.rent.standing import StandingToPay


@dataclass(frozen=True, slots=True)
class Position:
    """Of one party's account. `soon_minor`: not yet owed, and paid on this day; `ahead_minor`: all that may be paid before it is owed.

    `later_minor`: of what is in flight, so much is for charges that this day does not pay. `deferred_minor`: owed, and by a payment plan
    to be paid after the days that this one pays for.
    """

    owed_minor: int
    soon_minor: int
    ahead_minor: int
    in_flight_minor: int
    later_minor: int = 0
    deferred_minor: int = 0

    @property
    def due_minor(self) -> int:
        """What this day has to pay, and nobody is paying yet."""
        return min(
            self.payable_minor, max(0, self.owed_minor - self.deferred_minor + self.soon_minor - self.in_flight_minor + self.later_minor)
        )

    @property
    def payable_minor(self) -> int:
        """What any payment may be now."""
        return max(0, self.owed_minor + self.ahead_minor - self.in_flight_minor)


def amount_of(mode: str, wish_minor: int | None, position: Position) -> int:
    """What an autopay of this mode pays; 0 for nothing."""
    if mode == Autopay.Mode.FULL_BALANCE:
        return position.due_minor
    if wish_minor is None:
        raise ValueError(f"{mode} needs an amount")
    return min(wish_minor, position.due_minor if mode == Autopay.Mode.UP_TO else position.payable_minor)


def position_of(found: StandingToPay, until: date, *, deferred_minor: int = 0) -> Position:
    """From what is read under lock. `until`: what falls due by this day is paid."""
    waiting = [row for row in found.payable.rows if row.charge.posted_at is None]  # all of one day: the next
    soon = all(row.charge.due_on <= until for row in waiting)
    return Position(
        owed_minor=found.account.account.balance_minor,
        soon_minor=found.payable.ahead_minor if soon else 0,
        ahead_minor=found.payable.ahead_minor,
        in_flight_minor=found.account.in_flight_minor,
        later_minor=0 if soon else sum(row.open_minor - row.free_minor for row in waiting),
        deferred_minor=deferred_minor,
    )


def over_cap(amount_minor: int, *, cap_minor: int | None, cap_percent: int | None, before_minor: int | None) -> bool:
    """More than its payer allows: in all, or beyond the run before. Without one before, percents say nothing."""
    if cap_minor is not None and amount_minor > cap_minor:
        return True
    return cap_percent is not None and before_minor is not None and amount_minor * 100 > before_minor * (100 + cap_percent)
