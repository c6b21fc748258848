"""Fixing what is known now, so that it can be asked for ever."""

from datetime import datetime

from django.db import connection

from directpay.events.unit import require_transaction, unit_of_work
from ledger.journal.models import Watermark

QUEUE = "ledger.watermarks"
EVERY_SECONDS = 60

# A watermark is never older than the last: it is the first at or after a moment that decides what was known at it.
MARK = """
INSERT INTO ledger_watermark (at, snapshot)
SELECT greatest(%s, (SELECT max(at) FROM ledger_watermark)), pg_current_snapshot()::text RETURNING id
"""


def mark(at: datetime) -> Watermark:
    """Step: what is committed at this moment, `at` by our clock. It does not see the transaction that it is made in."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger.watermark'))")
        cursor.execute(MARK, [at])
        return Watermark.objects.get(id=cursor.fetchone()[0])


def watermark_for(known_at: datetime, *, now: datetime) -> Watermark:
    """The watermark that decides what was known at `known_at`; one is made when there is none yet. Raises ValueError for the future."""
    if known_at > now:
        raise ValueError("nobody knows the future")
    standing = Watermark.objects.filter(at__gte=known_at).order_by("at", "id").first()
    if standing:
        return standing
    with unit_of_work():
        return mark(now)
