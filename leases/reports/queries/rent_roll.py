"""The rent roll: every unit with who rents it on a day, on what terms, and where they stand in the books.

Money is asked of the ledger alone, for the day and as known at the moment; people and terms are told as they stand. Besides the lease
that holds on the day, a unit shows those of other times on which something stands, so that the totals are the balances of the book.
"""

from collections.abc import Iterator
from dataclasses import astuple, dataclass, field
from datetime import date
from typing import Any, Final

from leases.contracts.models import Lease
from leases.contracts.queries import status_of
from leases.reports.queries.scope import Known, Scope, asked

BATCH: Final = 500  # units in memory at once
VACANT: Final = "vacant"

UNITS: Final = """
SELECT p.id, u.name, u.id, u.public_id, p.public_id, p.name, p.currency
FROM leases_unit u JOIN leases_property p ON p.id = u.property_id
WHERE p.id = ANY(%(properties)s) AND u.created_at <= %(known_at)s AND (p.id, u.name, u.id) > (%(property)s, %(name)s, %(unit)s)
ORDER BY p.id, u.name, u.id LIMIT %(limit)s
"""
# What is in flight: sent by that day, and neither cleared nor given up by then, as far as it was known.
LEASES: Final = """
SELECT l.unit_id, l.public_id, l.start_on, l.end_on, l.due_day, l.currency,
    coalesce((SELECT s.rent_minor FROM leases_rentstep s WHERE s.lease_id = l.id AND s.from_on <= %(day)s AND s.created_at <= %(known_at)s
              ORDER BY s.from_on DESC LIMIT 1), l.rent_minor),
    (SELECT string_agg(n.name, ', ' ORDER BY r.id) FROM leases_renter r JOIN directpay_user n ON n.id = r.user_id WHERE r.lease_id = l.id),
    owes.owed, owes.ahead, flying.minor, coalesce(kept.held, 0), coalesce(kept.interest, 0), last.on_day, last.minor,
    EXISTS (SELECT FROM leases_autopay a CROSS JOIN LATERAL (
        SELECT e.data ->> 'status' AS status FROM directpay_event e WHERE e.object_id = a.public_id AND e.at <= %(known_at)s
        ORDER BY e.version DESC, e.id DESC LIMIT 1) said WHERE a.lease_id = l.id AND said.status = 'active')
FROM leases_lease l
CROSS JOIN LATERAL (
    SELECT coalesce(sum(greatest(0, b.minor)), 0)::bigint AS owed, coalesce(sum(greatest(0, -b.minor)), 0)::bigint AS ahead
    FROM leases_party y CROSS JOIN LATERAL ledger_balance_as_of(y.account_id, %(day)s::date, %(known_at)s, %(snapshot)s) b(minor)
    WHERE y.lease_id = l.id
) owes
CROSS JOIN LATERAL (
    SELECT coalesce(sum(p.amount_minor), 0)::bigint AS minor FROM payments_payment p JOIN leases_party y ON y.account_id = p.applies_to_id
    WHERE y.lease_id = l.id AND p.created_at <= %(known_at)s AND p.tendered_on <= %(day)s
        AND NOT coalesce(p.completed_at <= %(known_at)s AND p.completed_on <= %(day)s, false)
        AND NOT (p.status IN ('failed', 'canceled') AND p.changed_at <= %(known_at)s AND p.changed_at::date <= %(day)s)
) flying
LEFT JOIN LATERAL (
    SELECT -sum(ledger_balance_as_of(d.held_id, %(day)s::date, %(known_at)s, %(snapshot)s))::bigint AS held,
           -sum(ledger_balance_as_of(d.interest_id, %(day)s::date, %(known_at)s, %(snapshot)s))::bigint AS interest
    FROM leases_deposit d WHERE d.lease_id = l.id
) kept ON true
LEFT JOIN LATERAL (
    SELECT e.effective_on AS on_day, -e.amount_minor AS minor
    FROM leases_party y JOIN ledger_entry e ON e.account_id = y.account_id JOIN ledger_transaction t ON t.id = e.transaction_id
    WHERE y.lease_id = l.id AND e.amount_minor < 0 AND t.kind IN ('payment.completed', 'receipt.recorded')
        AND e.effective_on <= %(day)s AND e.at <= %(known_at)s AND ledger_known(t.created_xid, %(snapshot)s)
        AND NOT EXISTS (
            SELECT FROM ledger_transaction b
            WHERE b.reference = CASE t.kind WHEN 'payment.completed' THEN 'payment.returned:' ELSE 'receipt.bounced:' END
                    || split_part(t.reference, ':', 2)
                AND b.effective_on <= %(day)s AND b.at <= %(known_at)s AND ledger_known(b.created_xid, %(snapshot)s))
    ORDER BY e.effective_on DESC, e.id DESC LIMIT 1
) last ON true
WHERE l.unit_id = ANY(%(units)s) AND l.created_at <= %(known_at)s
ORDER BY l.start_on, l.id
"""


@dataclass(frozen=True, slots=True)
class Sums:
    """In minor units. ``owed - ahead`` is the balance of L1500; `in_flight` is on its way and not in the books."""

    owed_minor: int = 0
    ahead_minor: int = 0
    in_flight_minor: int = 0
    held_minor: int = 0
    interest_minor: int = 0
    rent_minor: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    @property
    def stands(self) -> bool:
        """Whether anything is open, whatever the day of the lease."""
        return any((self.owed_minor, self.ahead_minor, self.in_flight_minor, self.held_minor, self.interest_minor))


@dataclass(frozen=True, slots=True)
class Tenancy:
    """A lease as the roll shows it. `rent_minor` is a month's, of the day."""

    lease: str
    status: str  # active | upcoming | ended, on that day
    renters: str
    start_on: date
    end_on: date | None
    due_day: int
    rent_minor: int
    sums: Sums
    last_paid_on: date | None
    last_paid_minor: int | None
    autopay: bool


@dataclass(frozen=True, slots=True)
class RollRow:
    """A unit with one of its leases; without any it is vacant."""

    home: str  # a property's public id
    home_name: str
    unit: str
    unit_name: str
    currency: str
    tenancy: Tenancy | None

    @property
    def status(self) -> str:
        return self.tenancy.status if self.tenancy else VACANT


@dataclass(slots=True)
class Totals:
    """Per currency, while rows go by. Rent and units count what is let on the day."""

    sums: dict[str, Sums] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    vacant: dict[str, int] = field(default_factory=dict)
    _last: str = ""

    def add(self, row: RollRow) -> None:
        self.sums[row.currency] = self.sums.get(row.currency, Sums()) + (row.tenancy.sums if row.tenancy else Sums())
        if row.unit != self._last:
            self.units[row.currency] = self.units.get(row.currency, 0) + 1
        if row.tenancy is None:
            self.vacant[row.currency] = self.vacant.get(row.currency, 0) + 1
        self._last = row.unit


def rent_roll(scope: Scope, day: date, known: Known) -> Iterator[RollRow]:
    """By property and unit, two queries for each batch of units. A unit that nobody rents on the day has a vacant row of its own."""
    place: dict[str, Any] = {"property": 0, "name": "", "unit": 0}
    while True:
        units = asked(UNITS, {"properties": scope.property_ids, "limit": BATCH, **place, **known.given})
        leases: dict[int, list[tuple[Any, ...]]] = {}
        for row in asked(LEASES, {"units": [unit[2] for unit in units], "day": day, **known.given}) if units else ():
            leases.setdefault(row[0], []).append(row)
        for unit in units:
            yield from _rows(unit, leases.get(unit[2], []), day)
        if len(units) < BATCH:
            return
        place = dict(zip(("property", "name", "unit"), units[-1][:3], strict=True))


def _rows(unit: tuple[Any, ...], leases: list[tuple[Any, ...]], day: date) -> Iterator[RollRow]:
    where = (unit[4], unit[5], unit[3], unit[1])
    shown = [tenancy for row in leases if (tenancy := _tenancy(row, day)).status == "active" or tenancy.sums.stands]
    if not any(tenancy.status == "active" for tenancy in shown):
        yield RollRow(*where, unit[6], None)
    for lease, tenancy in ((row, t) for row in leases for t in shown if t.lease == row[1]):
        yield RollRow(*where, lease[5], tenancy)


def _tenancy(row: tuple[Any, ...], day: date) -> Tenancy:
    _unit, lease, start_on, end_on, due_day, _currency, rent, renters, owed, ahead, flying, held, interest, paid_on, paid, autopay = row
    status = status_of(Lease(start_on=start_on, end_on=end_on), day)
    sums = Sums(owed, ahead, flying, held, interest, rent if status == "active" else 0)
    return Tenancy(lease, status, renters or "", start_on, end_on, due_day, rent, sums, paid_on, paid, autopay)
