"""What beat asks for every second: work on what is due, and carry events to their listeners."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.db import connection

from directpay.due.run import run_all
from directpay.events.relay import relay_all
from directpay.ops.heartbeat import beat
from directpay.ops.upkeep import promise_upkeep

log = logging.getLogger(__name__)
MAX_SECONDS = 5.0
DUE_LANES, RELAY_LANES = 0x64756500, 0x72656C00  # advisory locks; the lane is added


@shared_task(name="directpay.ops.tasks.run_due")
def run_due() -> None:
    """Work on every due queue until nothing is due, or a few seconds passed."""
    with lane(DUE_LANES) as free:
        if free:
            promise_upkeep_once()
            run_all(MAX_SECONDS)


@cache
def promise_upkeep_once() -> None:
    """The first time in each process of the worker."""
    promise_upkeep()


@shared_task(name="directpay.ops.tasks.relay")
def relay() -> None:
    """Deliver events until none waits, or a few seconds passed."""
    with lane(RELAY_LANES) as free:
        if free:
            relay_all(MAX_SECONDS)


@shared_task(name="directpay.ops.tasks.heartbeat")
def heartbeat() -> None:
    """Say that a worker takes and finishes tasks."""
    beat()


@worker_ready.connect(dispatch_uid="directpay.first_heartbeat")
def first_heartbeat(**_: object) -> None:
    """A new worker proves itself at once, not at beat's next round."""
    heartbeat.apply_async(expires=5)


@contextmanager
def lane(first: int) -> Iterator[bool]:
    """One of `settings.WORK_LANES` places, so that the same work does not take every process of the worker. False if all are taken.

    A session's advisory lock: a worker that is killed gives its lane back. It only saves work; claims are made safe by row locks.
    """
    taken = next((first + number for number in range(settings.WORK_LANES) if _try_lock(first + number)), None)
    try:
        yield taken is not None
    finally:
        if taken is not None:
            _unlock(taken)


def _try_lock(key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        return bool(cursor.fetchone()[0])


def _unlock(key: int) -> None:
    """Give the lane back; a connection that is broken or refuses has to go, and takes the lock with it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
    except Exception as error:
        log.warning("closing a connection that does not unlock: %s", error)
        connection.close()
