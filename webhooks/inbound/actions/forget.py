"""Bodies are kept for some months and dropped then: they may name people. What an event was and what came of it stays known."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection

from directpay.due.actions import renew, schedule
from directpay.events.unit import unit_of_work

FORGET_QUEUE: Final = "inbound.forget"
BATCH: Final = 5_000
AGAIN_AFTER: Final = timedelta(seconds=5)
FORGET: Final = """
WITH old AS (
    SELECT id FROM webhooks_providerevent
    WHERE received_at < %s AND forgotten_at IS NULL AND finished_at IS NOT NULL ORDER BY received_at, id LIMIT %s
), collided AS (
    UPDATE webhooks_collision SET body = '', headers = '{}' WHERE event_id IN (SELECT id FROM old) OR (received_at < %s AND body <> '')
)
UPDATE webhooks_providerevent SET body = '', headers = '{}', forgotten_at = %s WHERE id IN (SELECT id FROM old)
"""


def forget_bodies(keys: Sequence[str], at: datetime) -> None:
    """The daily queue's work: those that are done and old enough, so many at a time."""
    with unit_of_work():
        with connection.cursor() as cursor:
            before = at - timedelta(days=settings.KEEP_PROVIDER_BODIES_DAYS)
            cursor.execute(FORGET, [before, BATCH, before, at])
            dropped = cursor.rowcount
        if dropped == BATCH:
            schedule(FORGET_QUEUE, [(key, at + AGAIN_AFTER) for key in keys])
        else:
            renew(FORGET_QUEUE, keys, at)
