"""What is overdue on a day, and what that costs: plain arithmetic, the same in whichever order the facts were told.

BOOKS.md section 5: overdue on day d is what fell due by d less grace, less what was tendered by d. Money counts day by day, for rent
before anything else and for fees last, so that a fee never makes rent late; what the landlord forgives counts for what it is for.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count, takewhile

from directpay.kernel.money import divide_half_even
from leases.contracts.late_fee import RENT, LateFeeTerms
from leases.contracts.shares import BASIS_POINTS

RENT_FIRST, OTHERS_NEXT, FEES_LAST = range(3)
DAYS_LIMIT = 365  # a daily fee runs no longer


@dataclass(frozen=True, slots=True)
class Debt:
    """`key`: the charge's public id; `rank`: what money counts for first; `known_at`: when it was recorded."""

    key: str
    due_on: date
    minor: int
    rank: int = RENT_FIRST
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """Money by the day it was sent, or what was forgiven; `towards`: the charge that it was forgiven of, served first."""

    on: date
    minor: int
    towards: str = ""


def open_at_end_of(day: date, debts: Iterable[Debt], given: Iterable[Given]) -> dict[str, int]:
    """Charge → what of it was open when that day ended, of those that had fallen due."""
    falling: dict[date, list[Debt]] = defaultdict(list)
    coming: dict[date, list[Given]] = defaultdict(list)
    for debt in debts:
        falling[debt.due_on].append(debt)
    for one in given:
        coming[one.on].append(one)
    left: dict[str, int] = {}
    order: list[Debt] = []
    pool = 0
    for today in sorted(d for d in {*falling, *coming} if d <= day):
        for debt in falling[today]:
            left[debt.key] = debt.minor
        order = sorted((d for d in [*order, *falling[today]] if left[d.key]), key=lambda d: (d.rank, d.due_on, d.key))
        pool += _beyond_its_own(coming[today], left)
        for debt in order:
            part = min(pool, left[debt.key])
            left[debt.key] -= part
            pool -= part
    return left


def _beyond_its_own(coming: Sequence[Given], left: dict[str, int]) -> int:
    """What of a day's money is not for one charge, or more than is open of it. Takes the rest off `left`."""
    towards: dict[str, int] = defaultdict(int)
    for one in coming:
        towards[one.towards] += one.minor
    beyond = towards.pop("", 0)
    for key, minor in towards.items():
        part = min(minor, left.get(key, 0))
        if part:
            left[key] -= part
        beyond += minor - part
    return beyond


def first_fee(terms: LateFeeTerms, *, overdue_minor: int, whole_minor: int) -> int:
    """On the day after grace, before the cap. `whole_minor`: the charge (or the party's share of it)."""
    if terms.flat_minor is None and terms.percent_bps is None:
        return terms.daily_minor or 0
    base = whole_minor if terms.basis == RENT else overdue_minor
    return (terms.flat_minor or 0) + divide_half_even(base * (terms.percent_bps or 0), BASIS_POINTS)


def cap_of(terms: LateFeeTerms, whole_minor: int) -> int | None:
    """The most that all fees of one charge come to, or None."""
    if terms.cap_bps is not None:
        return divide_half_even(whole_minor * terms.cap_bps, BASIS_POINTS)
    return terms.cap_minor


@dataclass(frozen=True, slots=True)
class Fee:
    """`day` 0 is the first, on the day after grace; `overdue_minor` as the day before ended."""

    day: int
    amount_minor: int
    overdue_minor: int


# How the debts stand by the days of a payment plan on a day; None where none was kept then.
ByPlan = Callable[[date], "Sequence[Debt] | None"]


def no_plan(day: date) -> None:
    return None


def fees_due(
    terms: LateFeeTerms,
    debt: Debt,
    debts: Sequence[Debt],
    given: Sequence[Given],
    *,
    until: date,
    taken: dict[int, int],
    by_plan: ByPlan = no_plan,
) -> tuple[list[Fee], bool]:
    """The fees of a charge that `taken` (day → amount) lacks, by all that was tendered up to the end of `until`; whether more may come.

    A fee of a day is due when the charge was still open as the day before it ended. A day on which a plan was kept costs by the plan's days
    alone, for ever.
    """
    last_of_grace = debt.due_on + timedelta(days=terms.grace_days)
    cap, sum_minor = cap_of(terms, debt.minor), sum(taken.values())
    made: list[Fee] = []
    days = count() if terms.daily_minor else range(1)
    for n in takewhile(lambda n: n <= DAYS_LIMIT and last_of_grace + timedelta(days=n) <= until, days):
        if n in taken:
            continue
        day = last_of_grace + timedelta(days=n)
        planned = by_plan(day)
        overdue = open_at_end_of(day, debts if planned is None else planned, given).get(debt.key, 0)
        if not overdue and planned is not None:
            continue  # kept, or not yet to be paid: when the plan ends it is judged as ever
        if not overdue:
            return made, False
        wanted = terms.daily_minor or 0 if n else first_fee(terms, overdue_minor=overdue, whole_minor=debt.minor)
        amount = wanted if cap is None else min(wanted, cap - sum_minor)
        if wanted and amount <= 0:
            return made, False
        if not wanted:  # so little is open that its percentage is nothing
            continue
        made.append(Fee(n, amount, overdue))
        sum_minor += amount
    ends = last_of_grace + timedelta(days=DAYS_LIMIT if terms.daily_minor else 0)
    return made, until < ends and (cap is None or sum_minor < cap)
