"""Fixing what is known now, so that it can be asked for ever; and summing up the past, so that asking stays cheap."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from directpay.due.actions import schedule
from directpay.events.unit import require_transaction, unit_of_work
from directpay.kernel.errors import InvalidInput
from ledger.journal.models import Watermark
from ledger.journal.queries.statement import Span

CHECKPOINT_QUEUE = "ledger.checkpoints"
CHECKPOINT_EVERY = timedelta(days=1)
CHECKPOINT_ENTRIES = 1_000  # an account is summed up when so many entries have come since the last time
CHECKPOINT_ACCOUNTS = 2_000  # in one transaction

# A watermark is never older than the last: it is the first at or after a moment that decides what was known at it.
MARK = """
INSERT INTO ledger_watermark (at, snapshot)
SELECT greatest(%s, (SELECT max(at) FROM ledger_watermark)), pg_current_snapshot()::text RETURNING id
"""


def mark(at: datetime) -> Watermark:
    """Step: what is committed at this moment, `at` by our clock. It does not see the transaction that it is made in."""
    require_transaction()
    _lock()
    with connection.cursor() as cursor:
        cursor.execute(MARK, [at])
        return Watermark.objects.get(id=cursor.fetchone()[0])


def _lock() -> None:
    """One watermark at a time, until the end of the transaction; the database takes the same lock for whoever inserts one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger.watermark'))")


class NotYetKnown(InvalidInput):
    """Nobody knows the future."""

    code = "not_yet_known"


def known_until(known_at: datetime, *, now: datetime) -> Watermark:
    """The watermark that decides what was known at `known_at`: the first at or after it, made now if there is none yet."""
    if known_at > now:
        raise NotYetKnown("known_at lies in the future", param="known_at")
    deciding = Watermark.objects.filter(at__gte=known_at).order_by("at", "id")
    standing = deciding.first()
    if standing:
        return standing
    with unit_of_work():
        _lock()
        return deciding.first() or mark(now)  # somebody may have made the first one while we waited: then it decides


def span(since: datetime, until: datetime, *, now: datetime) -> Span:
    """The ends of a statement: what was known at each of them is decided, and stays. Raises NotYetKnown."""
    return Span(since, until, known_until(since, now=now), known_until(until, now=now))


def make_checkpoints(entries: int = CHECKPOINT_ENTRIES) -> int:
    """Sum up every account with so many entries since its last checkpoint. Returns how many accounts were."""
    made = 0
    while True:
        with unit_of_work(), connection.cursor() as cursor:
            cursor.execute("SELECT ledger_make_checkpoints(%s, %s)", [entries, CHECKPOINT_ACCOUNTS])
            now = cursor.fetchone()[0]
        made += now
        if now < CHECKPOINT_ACCOUNTS:
            return made


def keep_checkpoints(keys: Sequence[str], at: datetime) -> None:
    """The due queue's work, every day: mark what is known, and sum up what has grown."""
    with unit_of_work():
        mark(at)
        schedule(CHECKPOINT_QUEUE, [(key, at + CHECKPOINT_EVERY) for key in keys])
    make_checkpoints()
