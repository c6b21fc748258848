"""A landlord's leases with what is true of each: due, cleared, on its way, still open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from leases.contracts.models import Lease
from leases.rent.queries import ScheduleRow, local_today, schedules
from payments.payins.models import Payment
from payments.payins.queries import in_flight_minor, with_related


@dataclass(frozen=True, slots=True)
class Sum:
    """Of the charges that fall due in one month. The three parts add up to what is due."""

    due_minor: int
    cleared_minor: int
    in_flight_minor: int

    @property
    def missing_minor(self) -> int:
        return self.due_minor - self.cleared_minor - self.in_flight_minor

    def share(self, minor: int) -> str:
        """Per cent of what is due, for the meter."""
        whole, tenth = divmod(minor * 1000 // self.due_minor, 10) if self.due_minor else (0, 0)
        return f"{whole}.{tenth}"

    @property
    def cleared_share(self) -> str:
        return self.share(self.cleared_minor)

    @property
    def in_flight_share(self) -> str:
        return self.share(self.in_flight_minor)


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """`open_minor` has fallen due and has not cleared, whether or not it is on its way."""

    lease: Lease
    today: date
    month: Sum
    open_minor: int
    in_flight_minor: int
    status: str  # of the oldest charge that is open; empty when none is
    since: date | None
    latest: Payment | None

    @property
    def people(self) -> str:
        return ", ".join(renter.user.name for renter in self.lease.renters.all())


@dataclass(frozen=True, slots=True)
class Roll:
    """Amounts of one currency; a landlord of several has one roll for each."""

    currency: str
    rows: list[LeaseRow]

    @property
    def month(self) -> Sum:
        return total([row.month for row in self.rows])

    @property
    def open_minor(self) -> int:
        return sum(row.open_minor for row in self.rows)

    @property
    def in_flight_minor(self) -> int:
        return sum(row.in_flight_minor for row in self.rows)


def total(sums: Sequence[Sum]) -> Sum:
    return Sum(sum(s.due_minor for s in sums), sum(s.cleared_minor for s in sums), sum(s.in_flight_minor for s in sums))


def rolls(leases: Sequence[Lease], at: datetime) -> list[Roll]:
    """One per currency, in a fixed number of queries however many leases there are."""
    plans = schedules(leases, at)
    latest = latest_payments(leases)
    flying = in_flight_minor([p.account_id for lease in leases for p in lease.parties.all()])
    by_currency: dict[str, list[LeaseRow]] = {}
    for lease in leases:
        row = _row(lease, plans[lease.id], flying, latest.get(lease.public_id), at)
        by_currency.setdefault(lease.currency, []).append(row)
    return [Roll(currency, rows) for currency, rows in sorted(by_currency.items())]


def _row(lease: Lease, plan: Sequence[ScheduleRow], flying: dict[int, int], latest: Payment | None, at: datetime) -> LeaseRow:
    today = local_today(lease, at)
    opened = next((row for row in plan if row.charge.posted_at and row.remaining_minor > 0), None)
    return LeaseRow(
        lease=lease,
        today=today,
        month=_month(plan, today),
        open_minor=sum(max(0, p.account.balance_minor) for p in lease.parties.all()),
        in_flight_minor=sum(flying.get(p.account_id, 0) for p in lease.parties.all()),
        status=opened.status if opened else "",
        since=opened.charge.due_on if opened else None,
        latest=latest,
    )


def _month(plan: Sequence[ScheduleRow], today: date) -> Sum:
    rows = [r for r in plan if (r.charge.due_on.year, r.charge.due_on.month) == (today.year, today.month)]
    return Sum(sum(r.charge.amount_minor for r in rows), sum(r.paid_minor for r in rows), sum(r.in_flight_minor for r in rows))


def latest_payments(leases: Sequence[Lease]) -> dict[str, Payment]:
    """Lease's public id → its newest payment."""
    rows = with_related().filter(origin__in=[lease.public_id for lease in leases]).order_by("origin", "-id").distinct("origin")
    return {payment.origin: payment for payment in rows}
