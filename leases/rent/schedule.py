"""When rent falls due, and how much: dates from the lease's own day, never from the last clamped date; months exact to the cent."""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from directpay.kernel.money import divide_half_even

MONTHS_AHEAD = 12  # of an open-ended lease
MONTHS_LIMIT = 12 * 40  # no lease is longer


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the schedule; `amount_minor` is prorated where the lease does not cover the whole month."""

    due_on: date
    period_start: date
    period_end: date
    amount_minor: int


def day_in_month(year: int, month: int, day: int) -> date:
    """The `day` of that month, or its last one."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def months_from(first: date) -> Iterator[tuple[int, int]]:
    """(year, month), beginning with that of `first`."""
    index = first.year * 12 + first.month - 1
    for step in range(MONTHS_LIMIT):
        yield divmod(index + step, 12)[0], divmod(index + step, 12)[1] + 1


def months_between(first: date, last: date) -> int:
    """How many months have a day of this span."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def rows(*, start_on: date, end_on: date | None, due_day: int, rents: Sequence[tuple[date, int]], until: date) -> list[Row]:
    """The months of a lease up to its end, or to the month of `until` if that is sooner.

    `rents`: from which day on the rent of a month is how much, the start of the lease first. A month costs the sum over its days of
    rent ÷ days of the month, rounded once, half to even: a month that the lease covers in part, or in which the rent changes, is
    exact to the cent. It is due on `due_day` of its month, but never before the lease begins.
    """
    last = until if end_on is None else min(end_on, until)
    made: list[Row] = []
    for year, month in months_from(start_on):
        first, final = date(year, month, 1), day_in_month(year, month, 31)
        if first > last or (end_on and first > end_on):
            break
        begins, ends = max(first, start_on), final if end_on is None else min(final, end_on)
        amount = divide_half_even(_by_day(rents, begins, ends), final.day)
        if amount:
            made.append(Row(max(day_in_month(year, month, due_day), begins), begins, ends, amount))
    return made


def _by_day(rents: Sequence[tuple[date, int]], first: date, last: date) -> int:
    """The sum over these days of the monthly rent that holds on each."""
    ends = [start - timedelta(days=1) for start, _ in rents[1:]] + [last]
    spans = ((max(start, first), min(end, last), rent) for (start, rent), end in zip(rents, ends, strict=True))
    return sum(rent * (end - start).days + rent for start, end, rent in spans if start <= end)


def horizon(today: date) -> date:
    """How far the schedule of an open-ended lease reaches: to the end of the month a year ahead."""
    year, month = divmod(today.year * 12 + today.month - 1 + MONTHS_AHEAD, 12)
    return day_in_month(year, month + 1, 31)


def month_end(day: date) -> date:
    """The last day of its month."""
    return day_in_month(day.year, day.month, 31)


def next_month_start(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
