"""How the parts of a plan stand: plain arithmetic on what is owed now, and nothing that could be kept and become wrong.

Money counts for what is to be paid first by its day: a part by its own, whatever else falls due by its due date. So what is open is what
is to be paid last.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from directpay.kernel.money import split_by_weight
from leases.rent.schedule import day_in_month, months_from

MONTH: Final = "month"
TWO_WEEKS: Final = "two_weeks"
WEEK: Final = "week"
INTERVALS: Final = (MONTH, TWO_WEEKS, WEEK)
PAID, PARTIALLY_PAID, DUE, MISSED, UPCOMING = "paid", "partially_paid", "due", "missed", "upcoming"
STATES: Final = (PAID, PARTIALLY_PAID, DUE, MISSED, UPCOMING)


@dataclass(frozen=True, slots=True)
class Dated:
    """So much is to be paid by that day."""

    due_on: date
    minor: int


def equal_parts(amount_minor: int, count: int, first_on: date, interval: str) -> list[Dated]:
    """`count` parts from that day on, adding up to the amount exactly; the odd cents come first. Months keep the first one's day."""
    minors = split_by_weight(amount_minor, [1] * count)
    return [Dated(day, minor) for day, minor in zip(_days(count, first_on, interval), minors, strict=True)]


def _days(count: int, first_on: date, interval: str) -> list[date]:
    if interval == MONTH:
        months = months_from(first_on)
        return [day_in_month(*next(months), first_on.day) for _ in range(count)]
    step = timedelta(weeks=1 if interval == WEEK else 2)
    return [first_on + step * n for n in range(count)]


def open_of(parts: Sequence[Dated], owed_minor: int, others: Iterable[Dated]) -> list[int]:
    """Of each part, what is open. `owed_minor`: all that is owed less what is on its way; `others`: what fell due after the plan began.

    Of one day, a part comes before other debts.
    """
    left, found = max(0, owed_minor), [0] * len(parts)
    dated = [(part.due_on, 0, n, part.minor) for n, part in enumerate(parts)]
    dated += [(other.due_on, 1, 0, other.minor) for other in others]
    for _, beside, n, minor in sorted(dated, reverse=True):
        open_minor = min(left, minor)
        left -= open_minor
        if not beside:
            found[n] = open_minor
    return found


def deferred_minor(parts: Iterable[Dated], day: date) -> int:
    """What of it is to be paid after that day."""
    return sum(part.minor for part in parts if part.due_on > day)


def is_missed(part: Dated, open_minor: int, grace_days: int, today: date) -> bool:
    """Whether it was open when its grace was over."""
    return open_minor > 0 and part.due_on + timedelta(days=grace_days) < today


def state_of(part: Dated, open_minor: int, grace_days: int, today: date) -> str:
    if not open_minor:
        return PAID
    if is_missed(part, open_minor, grace_days, today):
        return MISSED
    if open_minor < part.minor:
        return PARTIALLY_PAID
    return DUE if part.due_on <= today else UPCOMING


def next_look(parts: Sequence[Dated], grace_days: int, today: date) -> date | None:
    """The day after the grace of the next part; None when all are over."""
    days = (part.due_on + timedelta(days=grace_days + 1) for part in parts)
    return min((day for day in days if day > today), default=None)
