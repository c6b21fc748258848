"""Claims due rows in sets by FOR UPDATE SKIP LOCKED and lets their queue work. A bad item is retried alone, then parked:
shown to a person, and tried again a few times a day, so that an outage strands nothing."""

import logging
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import connection

from directpay.database.statements import later
from directpay.due.actions import done, leased
from directpay.due.models import Due
from directpay.due.registry import QUEUES, Queue
from directpay.events.unit import unit_of_work
from directpay.kernel import clock
from directpay.kernel.arrays import texts
from directpay.kernel.request_context import caused_by

log = logging.getLogger(__name__)
PARK_AFTER = 12  # attempts; with the back-off below, some forty minutes
BACKOFF_CAP_SECONDS = 600
SWEEP_SECONDS = 6 * 3600  # between tries of what is parked


def run_all(max_seconds: float = 5.0) -> int:
    """Work on every queue until nothing is due or time is up. Returns how many rows were claimed."""
    ends, total = time.monotonic() + max_seconds, 0
    at, waiting = _look()
    while waiting:
        claimed = 0
        for queue in list(QUEUES.values()):
            if queue.name in waiting:
                claimed += run_queue(queue, at)
                at, waiting = _look()  # it may have promised to the next
        total += claimed
        if not claimed or time.monotonic() >= ends:
            break
    return total


# Of each name the first row of its index, however many promises wait: LIMIT keeps the planner from reading them all.
FIRST = """
SELECT asked.name, one.due_at FROM unnest(%s::text[]) AS asked(name)
CROSS JOIN LATERAL (SELECT due_at FROM directpay_due d WHERE d.queue = asked.name ORDER BY d.due_at LIMIT 1) AS one
"""


def _look() -> tuple[datetime, set[str]]:
    """What time it is, and which queues have something due: one round trip for all of them, most of which have nothing most of the time."""
    told, first = clock.now_soon(), _first(QUEUES)
    at = told()
    return at, {name for name, due_at in first.items() if due_at <= at}


def _first(names: Iterable[str]) -> dict[str, datetime]:
    """Queue → its earliest promise."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST, [texts(names)])
        return dict(cursor.fetchall())


def run_queue(queue: Queue, at: datetime) -> int:
    """One set of one queue. Returns how many rows were claimed."""
    return _run_local(queue, at) if queue.local else _run_leased(queue, at)


def next_due_at(until: datetime) -> datetime | None:
    """The earliest promise of all registered queues at or before `until`; upkeep is done in passing, and nobody waits for it."""
    first = _first(queue.name for queue in QUEUES.values() if not queue.always)
    return min((due_at for due_at in first.values() if due_at <= until), default=None)


CLAIM = """
SELECT key, request_id FROM directpay_due WHERE queue = %s AND due_at <= %s ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
"""
LEASE = "UPDATE directpay_due SET due_at = %s WHERE queue = %s AND key = ANY(%s::text[])"


def _claim(queue: Queue, at: datetime, limit: int) -> dict[str, str]:
    """Key → the request that caused the promise, in order."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [queue.name, at, limit])
        return dict(cursor.fetchall())


def _run_local(queue: Queue, at: datetime) -> int:
    claimed: dict[str, str] = {}
    try:
        with unit_of_work():
            claimed = _claim(queue, at, queue.batch)
            if claimed:
                # First let go of the promises: what the work promises anew under the same key must stay.
                done(queue.name, list(claimed))
                with caused_by(claimed):
                    queue.work(list(claimed), at)
        return len(claimed)
    except Exception as error:  # one bad item must not hold up the others
        if len(claimed) == 1:
            _postpone(queue, *claimed.popitem(), at, error)
            return 1
        log.warning("queue %s failed on a set of %s, trying one by one: %s", queue.name, len(claimed), error)
    return sum(_run_one(queue, key, request, at) for key, request in claimed.items())


def _run_one(queue: Queue, key: str, request: str, at: datetime) -> int:
    try:
        with unit_of_work():
            claimed = Due.objects.filter(queue=queue.name, key=key, due_at__lte=at)
            if claimed.select_for_update(skip_locked=True).first() is None:
                return 0
            done(queue.name, [key])
            with caused_by({key: request}):
                queue.work([key], at)
    except Exception as error:
        _postpone(queue, key, request, at, error)
    return 1


def _run_leased(queue: Queue, at: datetime) -> int:
    until = at + timedelta(seconds=queue.lease_seconds)
    with unit_of_work():
        claimed = _claim(queue, at, queue.batch)
        if claimed:
            later(LEASE, [until, queue.name, texts(claimed)])
    if claimed:
        _work_outside(queue, claimed, at, until)
    return len(claimed)


def _work_outside(queue: Queue, claimed: Mapping[str, str], at: datetime, until: datetime) -> None:
    try:
        with caused_by(claimed), leased(queue.name, list(claimed), until):
            queue.work(list(claimed), at)
        return
    except Exception as error:
        if len(claimed) == 1:
            _postpone(queue, *next(iter(claimed.items())), at, error, until)
            return
        log.warning("queue %s failed on a set of %s, trying one by one: %s", queue.name, len(claimed), error)
    for key, request in claimed.items():
        try:
            with caused_by({key: request}), leased(queue.name, [key], until):
                queue.work([key], at)
        except Exception as error:
            _postpone(queue, key, request, at, error, until)


def _postpone(queue: Queue, key: str, request: str, at: datetime, error: Exception, until: datetime | None = None) -> None:
    """`until`: its lease; a promise that was made anew since it was claimed stays as it is."""
    with unit_of_work():
        row = Due.objects.select_for_update().filter(queue=queue.name, key=key).first()
        if row is None or (until is not None and row.due_at != until):
            return
        row.attempts += 1
        quick = min(2 ** min(row.attempts, 10), BACKOFF_CAP_SECONDS)
        row.due_at = at + timedelta(seconds=quick if row.attempts < PARK_AFTER else SWEEP_SECONDS)
        row.last_error = f"{type(error).__name__}: {error}"[:300]
        row.parked_at = row.parked_at or (at if row.attempts >= PARK_AFTER else None)
        row.save(update_fields=["attempts", "due_at", "last_error", "parked_at"])
    with caused_by({key: request}):
        log.warning("queue %s: %s failed, attempt %s: %s", queue.name, key, row.attempts, error, exc_info=error)
