"""A month of one party on a lease, from the entries of its account: what was owed, what was added, what paid it, what was owed then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection

from directpay.kernel.clock import midnight
from directpay.kernel.sheets import Cell, csv_line, figure
from leases.contracts.models import Lease, Party
from leases.rent.schedule import next_month_start

# Of what was recorded in the month, in the order of recording; the balance before it is what the last entry before it left.
LINES: Final = """
SELECT e.at, e.effective_on, t.reference, t.kind, e.amount_minor, e.balance_after
FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
WHERE e.account_id = %s AND e.at >= %s AND e.at < %s ORDER BY e.seq
"""
BEFORE: Final = "SELECT balance_after FROM ledger_entry WHERE account_id = %s AND at < %s ORDER BY seq DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Line:
    """`amount_minor` and `owed_minor` are signed: what is owed more is positive."""

    recorded_on: date
    effective_on: date
    reference: str
    kind: str
    amount_minor: int
    owed_minor: int


@dataclass(frozen=True, slots=True)
class MonthlyStatement:
    """Minor units; below zero is money paid ahead."""

    currency: str
    opening_minor: int
    lines: Sequence[Line]

    @property
    def added_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines if line.amount_minor > 0)

    @property
    def paid_minor(self) -> int:
        return -sum(line.amount_minor for line in self.lines if line.amount_minor < 0)

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.added_minor - self.paid_minor


def statement_of(lease: Lease, party: Party, month: date) -> MonthlyStatement:
    """Of the month that begins on `month`, by the days of the property."""
    zone = ZoneInfo(lease.unit.property.timezone)
    since, until = midnight(month, zone), midnight(next_month_start(month), zone)
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, [party.account_id, since])
        before = cursor.fetchone()
        cursor.execute(LINES, [party.account_id, since, until])
        lines = [Line(at.astimezone(zone).date(), *rest) for at, *rest in cursor.fetchall()]
    return MonthlyStatement(lease.currency, before[0] if before else 0, lines)


def statement_csv(statement: MonthlyStatement) -> bytes:
    """One line each, the balance beside it; the first is what was owed before."""
    heads = ("recorded", "effective", "kind", "reference", "amount", "owed", "currency")
    code = statement.currency
    rows: list[tuple[Cell, ...]] = [heads, (None, None, "opening", None, None, figure(statement.opening_minor, code), code)]
    for line in statement.lines:
        money = (figure(line.amount_minor, code), figure(line.owed_minor, code))
        rows.append((line.recorded_on, line.effective_on, line.kind, line.reference, *money, code))
    return "".join(map(csv_line, rows)).encode()
