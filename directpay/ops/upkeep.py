"""Work that nobody asks for and that never ends: partitions ahead of need, old idempotency answers dropped, what rooms register."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from directpay.api.idempotency import forget_old_answers
from directpay.due.actions import schedule
from directpay.due.registry import QUEUES
from directpay.events.unit import unit_of_work
from directpay.kernel import clock
from directpay.ops import partitions

ANSWERS_QUEUE = "ops.answers"
EVERY = timedelta(days=1)
ALL = "all"
PROMISE = """
INSERT INTO directpay_due (queue, key, due_at, attempts, last_error) SELECT queue, %s, %s, 0, '' FROM unnest(%s::text[]) AS queue
ON CONFLICT (queue, key) DO UPDATE SET due_at = excluded.due_at, attempts = 0, parked_at = NULL
WHERE directpay_due.parked_at IS NOT NULL
"""


def promise_upkeep() -> None:
    """See to it that the rows are there (each renews itself when it is worked on), and after a long rest the partitions too."""
    at = clock.now()
    partitions.make_partitions(at.date(), at.date())
    with unit_of_work(), connection.cursor() as cursor:
        cursor.execute(PROMISE, [ALL, at, [queue.name for queue in QUEUES.values() if queue.always]])


def drop_old_answers(keys: Sequence[str], at: datetime) -> None:
    """The due queue's work: answers older than a day; the keys of money are kept for ever, without their answers."""
    forget_old_answers(at=at)
    with unit_of_work():
        schedule(ANSWERS_QUEUE, [(key, at + EVERY) for key in keys])
