"""Old months of entries, taken off for archive and put on again. What goes must be sealed, settled and summed up.

The partition becomes a table of its own in the schema `ledger_archive`, still append-only, to be moved to slower disks and never dropped:
without it the sealed log can neither be verified nor exported. Balances and as-of balances go on (checkpoints carry the sums); what asks
for the entries themselves (statements, `known_at`, replay) of that time says that they are archived.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict
from ledger.journal.actions.watermarks import make_checkpoints
from ledger.journal.models import ArchivedMonth
from ledger.seals.actions.owner import demand_owner
from ledger.seals.kinds import TRANSACTION
from ledger.seals.queries import ARCHIVE

KEPT = timedelta(days=400)  # a year and a month stays, whatever else is true

# What still needs the entries of a month: sentence → query of how many.
NEEDED = {
    "transactions that are not sealed": """SELECT count(*) FROM ledger_transaction t WHERE t.at >= %(since)s AND t.at < %(until)s
        AND NOT EXISTS (SELECT 1 FROM ledger_leaf l WHERE l.kind = %(transaction)s AND l.row_id = t.id)""",
    "items that are open, or go on later": """SELECT count(*) FROM (SELECT e.account_id, e.item FROM {partition} e
        WHERE e.item IS NOT NULL GROUP BY 1, 2 HAVING sum(e.amount_minor) <> 0 OR EXISTS (SELECT 1 FROM ledger_entry x
            WHERE x.account_id = e.account_id AND x.item = e.item AND x.at >= %(until)s)) AS open""",
    "debits and credits of renters that are not paired": """SELECT count(*) FROM {partition} e JOIN ledger_account a ON a.id = e.account_id
        WHERE a.payable_limit = 'balance' AND abs(e.amount_minor) <> (SELECT coalesce(sum(x.amount_minor), 0) FROM ledger_allocation x
            WHERE x.credit_entry_id = e.id OR x.debit_entry_id = e.id)""",
    "accounts that are not summed up": """SELECT count(*) FROM (SELECT account_id, max(seq) AS top FROM {partition} GROUP BY 1) e
        WHERE NOT EXISTS (SELECT 1 FROM ledger_checkpoint c WHERE c.account_id = e.account_id AND c.through_seq >= e.top)""",
}

SUM_UP = """
INSERT INTO ledger_archivedsum (month_id, account_id, effective_on, debits_minor, credits_minor, entries)
SELECT %s, account_id, effective_on, coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0),
       -coalesce(sum(amount_minor) FILTER (WHERE amount_minor < 0), 0), count(*)
FROM {partition} GROUP BY account_id, effective_on
"""
# The last watermark after a month that did not see all of it, since something was not committed yet.
KNOWN_AFTER = """
SELECT max(w.at) FROM ledger_watermark w
WHERE w.at >= %(until)s AND EXISTS (
    SELECT FROM ledger_transaction t WHERE t.at >= %(since)s AND t.at < %(until)s
      AND t.created_xid >= pg_snapshot_xmin(w.snapshot::pg_snapshot)::text::bigint AND NOT ledger_known(t.created_xid, w.snapshot))
"""


class CannotArchive(Conflict):
    """The month is needed, or is not the next one; the message says by what."""

    code = "month_needed"


@dataclass(frozen=True)
class Archived:
    month: date
    table: str
    entries: int


def archive_month(month: date, *, at: datetime) -> Archived:
    """Action: take off the partition of `month` (any day of it), the oldest that is on. As the owner. Raises CannotArchive."""
    demand_owner()
    month = month.replace(day=1)
    since, until = _bounds(month)
    partition = f"ledger_entry_{month:%Y_%m}"
    if until > at - KEPT:
        raise CannotArchive(f"{month:%Y-%m} is kept until {(until + KEPT).date()}")
    make_checkpoints(entries=1)
    with unit_of_work(), connection.cursor() as cursor:
        if partition != (oldest := _oldest(cursor)):
            raise CannotArchive(f"the oldest month is archived first: {oldest}")
        cursor.execute("LOCK TABLE ledger_entry, ledger_allocation IN ACCESS EXCLUSIVE MODE")
        _demand_settled(cursor, partition, since, until)
        cursor.execute(f"SELECT count(*) FROM {partition}")  # noqa: S608 our own names throughout
        entries = cursor.fetchone()[0]
        cursor.execute(f"ALTER TABLE ledger_entry DETACH PARTITION {partition}")
        cursor.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {partition} FOR EACH ROW EXECUTE FUNCTION directpay_append_only()"
        )
        cursor.execute(f"ALTER TABLE {partition} SET SCHEMA {ARCHIVE}")
        cursor.execute(KNOWN_AFTER, {"since": since, "until": until})
        known_after = cursor.fetchone()[0]
        ArchivedMonth.objects.create(month=month, until=until, known_after=known_after, entries=entries, archived_at=at)
        cursor.execute(SUM_UP.format(partition=f"{ARCHIVE}.{partition}"), [month])
    return Archived(month, f"{ARCHIVE}.{partition}", entries)


def attach_month(month: date) -> Archived:
    """Action: put the partition of `month` on again, the newest that is off. As the owner. Raises CannotArchive."""
    demand_owner()
    month = month.replace(day=1)
    since, until = _bounds(month)
    partition = f"ledger_entry_{month:%Y_%m}"
    with unit_of_work(), connection.cursor() as cursor:
        newest = ArchivedMonth.objects.order_by("-month").first()
        if newest is None or newest.month != month:
            raise CannotArchive(f"the newest archived month is put on first: {newest or 'there is none'}")
        cursor.execute(f"ALTER TABLE {ARCHIVE}.{partition} SET SCHEMA public")
        cursor.execute(f"DROP TRIGGER append_only ON {partition}")
        bounds = [since, until]
        cursor.execute(f"ALTER TABLE ledger_entry ATTACH PARTITION {partition} FOR VALUES FROM (%s) TO (%s)", bounds)
        newest.delete()
    return Archived(month, partition, newest.entries)


def _bounds(month: date) -> tuple[datetime, datetime]:
    after = (month + timedelta(days=32)).replace(day=1)
    return datetime(month.year, month.month, 1, tzinfo=UTC), datetime(after.year, after.month, 1, tzinfo=UTC)


def _oldest(cursor: CursorWrapper) -> str | None:
    cursor.execute("SELECT min(inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = 'ledger_entry'::regclass")
    return cursor.fetchone()[0]


def _demand_settled(cursor: CursorWrapper, partition: str, since: datetime, until: datetime) -> None:
    given: dict[str, Any] = {"since": since, "until": until, "transaction": TRANSACTION.code}
    found = []
    for sentence, query in NEEDED.items():
        cursor.execute(query.format(partition=partition), given)
        if count := cursor.fetchone()[0]:
            found.append(f"{count} {sentence}")
    if found:
        raise CannotArchive(f"{partition} is needed: {'; '.join(found)}")
