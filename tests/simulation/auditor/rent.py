"""What a lease must owe, and when: in fractions, rounded once."""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.simulation.auditor.books import Leg

INCOME = {"rent": "L4100", "utilities": "L4110", "damages": "L4400", "other": "L4800"}


@dataclass
class Charge:
    """`label`: the party that owes it alone, or nothing; `scheduled`: by the terms of the lease, else added by hand."""

    id: str
    due_on: date
    period_start: date
    amount: int
    posted: bool = False
    category: str = "rent"
    label: str | None = None
    scheduled: bool = True
    kind: str = "charge.due"  # under which it is posted: a fee is posted as such
    posted_for: str = ""  # what its posting is named for, where it is not the charge

    @property
    def shared_on(self) -> date:
        """A fee goes by the shares of the day that it is for."""
        return self.period_start if self.category == "fee" else self.due_on

    @property
    def reference(self) -> str:
        return f"{self.kind}:{self.posted_for or self.id}"


@dataclass
class Lease:
    """`weights`: party label → weight, in the order in which the parties were made; `party_of`: renter → label.

    `steps` and `share_changes`: what holds from a later day on. `covered`: to which day a month was charged, where that was changed since.
    """

    id: str
    payee: str
    home: str
    zone: ZoneInfo
    rent: int
    start_on: date
    end_on: date | None
    due_day: int
    weights: dict[str, int]
    party_of: dict[str, str]
    opened_at: datetime
    charges: dict[str, Charge] = field(default_factory=dict)
    version: int = 1
    steps: list[tuple[date, int]] = field(default_factory=list)
    share_changes: list[tuple[date, dict[str, int]]] = field(default_factory=list)
    covered: dict[str, date] = field(default_factory=dict)
    _rows: tuple[date | None, dict[date, tuple[date, int]]] = (None, {})
    _shares: dict[tuple[int, int], dict[str, int]] = field(default_factory=dict)

    def account(self, label: str) -> str:
        return f"L1500/{self.id}:{label}@{self.payee}"

    def today(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def of(self, label: str) -> list[Charge]:
        """What this party owes all or some of, oldest first."""
        return sorted((c for c in self.charges.values() if c.label in (None, label)), key=lambda c: c.due_on)

    def ahead(self, label: str) -> list[Charge]:
        """The next charge of this party that has not fallen due, if there is one (several if they fall on one day)."""
        waiting = [c for c in self.of(label) if not c.posted]
        return [c for c in waiting if c.due_on == waiting[0].due_on]

    def scheduled(self) -> set[date]:
        return {c.period_start for c in self.charges.values() if c.scheduled}

    def legs(self, charge: Charge) -> list[Leg]:
        """A1, B1, E1, E5: each its share, or one alone the whole."""
        shares: list[Leg] = [(self.account(label), self.share(charge, label), None) for label in self.weights]
        income = f"{INCOME[charge.category]}/{self.home}@{self.payee}"
        return [leg for leg in shares if leg[1]] + [(income, -charge.amount, None)]

    def share(self, charge: Charge, label: str) -> int:
        if charge.label is not None:
            return charge.amount if charge.label == label else 0
        weights = self.weights_on(charge.shared_on)
        key = (charge.amount, id(weights))
        if key not in self._shares:
            self._shares[key] = split(charge.amount, weights)
        return self._shares[key][label]

    def weights_on(self, day: date) -> dict[str, int]:
        return next((weights for since, weights in reversed(self.share_changes) if since <= day), self.weights)

    def rent_on(self, day: date) -> int:
        return next((rent for since, rent in reversed(self.steps) if since <= day), self.rent)

    def change(self, end_on: date | None, step: tuple[date, int] | None) -> None:
        self.end_on, self._rows = end_on, (None, {})
        if step:
            self.steps = sorted([*(one for one in self.steps if one[0] != step[0]), step])

    def renewed(self, step: tuple[date, int] | None) -> None:
        """A rent that is agreed with a renewal holds from then on: what was agreed for later days does not."""
        if step:
            self.steps = [(day, step[1] if day > step[0] else rent) for day, rent in self.steps]

    def expected(self, at: datetime) -> dict[date, tuple[date, int]]:
        """period start → (due date, amount): the schedule as it must stand at `at`."""
        until = self.end_on or a_year_on(max(self.today(at), self.start_on))
        if self._rows[0] != until:
            self._rows = (until, self.reckon(until))
        return self._rows[1]

    def due_days(self, at: datetime) -> list[date]:
        """On which a rent falls due, be it nothing: a cent for a part of a month."""
        until = self.end_on or a_year_on(max(self.today(at), self.start_on))
        return [due_on for _, _, due_on in self._months(until)]

    def reckon(self, until: date) -> dict[date, tuple[date, int]]:
        rows: dict[date, tuple[date, int]] = {}
        for begins, last, due_on in self._months(until):
            ends = min(last, self.end_on) if self.end_on else last
            days = [begins + timedelta(days=n) for n in range((ends - begins).days + 1)]
            rent = sum(map(self.rent_on, days)) if self.steps else self.rent * len(days)
            amount = round(Fraction(rent, last.day))  # of a Fraction: half to even
            if amount:
                rows[begins] = (due_on, amount)
        return rows

    def _months(self, until: date) -> Iterator[tuple[date, date, date]]:
        """Of each: the first day of the lease in it, its last day, the day on which its rent falls due."""
        year, month = self.start_on.year, self.start_on.month
        while date(year, month, 1) <= min(until, self.end_on or until):
            begins = max(date(year, month, 1), self.start_on)
            yield begins, _day(year, month, 31), max(_day(year, month, self.due_day), begins)
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _day(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def a_year_on(day: date) -> date:
    return _day(day.year + 1, day.month, 31)


def split(amount: int, weights: dict[str, int]) -> dict[str, int]:
    """Largest remainder, the odd cent to whoever comes first."""
    whole = sum(weights.values())
    exact = {label: Fraction(amount * weight, whole) for label, weight in weights.items()}
    parts = {label: int(share) for label, share in exact.items()}
    order: Sequence[str] = sorted(exact, key=lambda label: parts[label] - exact[label])  # stable: the order of parties
    for label in order[: amount - sum(parts.values())]:
        parts[label] += 1
    return parts
