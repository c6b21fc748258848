"""Monthly partitions of events and entries, made ahead of need. The owner's function makes them; the runtime role only asks.

As few as will do: PostgreSQL plans each question about an account over every month that it cannot rule out, empty ones too.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import connection

from directpay.due.actions import schedule
from directpay.events.unit import unit_of_work

QUEUE = "ops.partitions"
AHEAD = timedelta(days=100)
PARENTS = ("directpay_event", "ledger_entry")


def make_partitions(first: date, last: date) -> int:
    """All months from `first` to `last` and a month more. Returns how many were new."""
    made = 0
    with unit_of_work(), connection.cursor() as cursor:
        for parent in PARENTS:
            cursor.execute("SELECT directpay_make_partitions(%s::regclass, %s, %s)", [parent, first, last + timedelta(days=32)])
            made += cursor.fetchone()[0]
    return made


def keep_ahead(keys: Sequence[str], at: datetime) -> None:
    """The due queue's work: three months ahead, looked after every month."""
    make_partitions(at.date(), (at + AHEAD).date())
    schedule(QUEUE, [(key, at + timedelta(days=28)) for key in keys])
