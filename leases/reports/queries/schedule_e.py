"""Schedule E by property and year, on the cash basis of the owner statement: the same lines, added up as the form wants them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from directpay.kernel.money import split_by_weight
from directpay.people.models import Payee
from leases.reports.queries.books import NO_PROPERTY, Ask, books_of, moved, received
from leases.reports.queries.scope import Known, Scope, require_entries
from leases.reports.queries.statement import Line, cash_lines
from leases.reports.schedule_lines import OF_NAME, OTHER, RENTS


@dataclass(frozen=True, slots=True)
class HomeOnSchedule:
    """One property (or `none`). Expenses are positive, as on the form. `shared_minor`: its part of what belongs to no property."""

    home: str
    name: str
    rents_minor: int
    own_minor: int
    shared_minor: int

    @property
    def other_minor(self) -> int:
        return self.own_minor + self.shared_minor

    @property
    def result_minor(self) -> int:
        return self.rents_minor - self.other_minor

    def line(self, number: int) -> int:
        return {RENTS: self.rents_minor, OTHER: self.other_minor}.get(number, self.other_minor if number < 21 else self.result_minor)


@dataclass(frozen=True, slots=True)
class ScheduleE:
    """Of one payee, year and currency."""

    payee: Payee
    year: int
    currency: str
    homes: Sequence[HomeOnSchedule]

    def line(self, number: int) -> int:
        return sum(home.line(number) for home in self.homes)


def schedules_e(scope: Scope, year: int, known: Known) -> list[ScheduleE]:
    """One for each payee and currency in which anything was ever booked."""
    since, through = date(year, 1, 1), date(year, 12, 31)
    require_entries(scope.payees, since)
    found = []
    for payee in scope.payees:
        names = {home.public_id: home.name for home in payee.properties.all()}
        for book, currency in books_of(payee):
            ask = Ask(book, currency, since, through, known)
            homes = homes_of(cash_lines(moved(ask), received(ask)), names)
            if scope.only:
                homes = [home for home in homes if home.home == scope.only.public_id]
            found.append(ScheduleE(payee, year, currency, homes))
    return found


def homes_of(lines: Iterable[Line], names: dict[str, str]) -> list[HomeOnSchedule]:
    """What belongs to no property is shared out in proportion to line 3, the odd unit by the rule of splits; without rents it stays."""
    sums: dict[str, dict[int, int]] = {}
    for line in lines:
        of_home = sums.setdefault(line.home, {RENTS: 0, OTHER: 0})
        number = OF_NAME[line.name]
        of_home[number] += line.minor if number == RENTS else -line.minor
    order = sorted(key for key in sums if key != NO_PROPERTY)
    weights = [max(0, sums[key][RENTS]) for key in order]
    nobodys = sums.get(NO_PROPERTY, {RENTS: 0, OTHER: 0})
    shares = split_by_weight(nobodys[OTHER], weights) if sum(weights) else [0] * len(order)
    found = [
        HomeOnSchedule(key, names.get(key, key), sums[key][RENTS], sums[key][OTHER], share)
        for key, share in zip(order, shares, strict=True)
    ]
    left = nobodys[OTHER] - sum(shares)
    if nobodys[RENTS] or left:
        found.append(HomeOnSchedule(NO_PROPERTY, "", nobodys[RENTS], left, 0))
    return found
