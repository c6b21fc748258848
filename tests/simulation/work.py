"""What the worker does, without looking at queues where nothing waits: the product's own `run_queue` and `relay_to`."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection

from directpay.due.registry import QUEUES
from directpay.due.run import run_queue
from directpay.events.registry import LISTENERS
from directpay.events.relay import relay_to
from tests.simulation.auditor.errors import AuditError

if TYPE_CHECKING:
    from tests.simulation.history import History

ROUNDS_LIMIT = 2_000
AT_ONCE_LIMIT = 200  # at one instant
WAITING = """
SELECT 'q', queue, min(due_at) FROM directpay_due GROUP BY queue
UNION ALL SELECT 'l', listener, min(due_at) FROM directpay_delivery WHERE done_at IS NULL GROUP BY listener
"""


def waiting() -> list[tuple[str, str, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchall()


def work_until(history: "History", to: datetime) -> None:
    """Do everything that falls due up to `to`, each at its instant, and leave the clock there."""
    order = {("q", name): n for n, name in enumerate(QUEUES)} | {("l", name): len(QUEUES) + n for n, name in enumerate(LISTENERS)}
    at_once = 0
    for _ in range(ROUNDS_LIMIT):
        found = [row for row in waiting() if (row[0], row[1]) in order]
        now = [row for row in found if row[2] <= history.now]
        if not now:
            instant = min((row[2] for row in found), default=None)
            if instant is None or instant > to:
                history.now = max(history.now, to)
                return
            history.now, at_once = instant, 0
            now = [row for row in found if row[2] <= instant]
        at_once += 1
        if at_once > AT_ONCE_LIMIT:
            break
        for kind, name, _ in sorted(now, key=lambda row: order[row[0], row[1]]):
            if kind == "q":
                run_queue(QUEUES[name], history.now)
            else:
                relay_to(LISTENERS[name], history.now)
    raise AuditError(f"the work does not come to an end: {waiting()} at {history.now}")
