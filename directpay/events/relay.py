"""Carries events to listeners: claims due deliveries in sets, tells the listener, marks them done, all in one transaction.

At least once, effects deduplicated: a listener's own rows commit together with the mark; what it does outside Postgres
it must do idempotently by event id. A set in which one event fails falls back to singles, so that one is retried alone.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from directpay.database.statements import soon
from directpay.events.models import Delivery, Event
from directpay.events.registry import LISTENERS, Listener
from directpay.events.unit import unit_of_work
from directpay.kernel import clock
from directpay.kernel.arrays import texts
from directpay.kernel.request_context import caused_by

log = logging.getLogger(__name__)
BATCH = 200
QUICK_ATTEMPTS, QUICK_CAP_SECONDS, SLOW_CAP_SECONDS = 10, 8, 300


def pause_seconds(attempts: int) -> int:
    """After so many failures: 1, 2, 4, 8, 8 … for ten attempts (most faults pass), then doubling up to five minutes."""
    if attempts <= QUICK_ATTEMPTS:
        return min(2 ** (attempts - 1), QUICK_CAP_SECONDS)
    return min(QUICK_CAP_SECONDS * 2 ** min(attempts - QUICK_ATTEMPTS, 10), SLOW_CAP_SECONDS)


def relay_all(max_seconds: float = 5.0) -> int:
    """Deliver what is due until nothing is, or time is up. Returns how many deliveries were made.

    A set to each listener in turn, so that one with a backlog does not use up the time of the others.
    """
    ends, total = time.monotonic() + max_seconds, 0
    while waiting := _waiting():
        rounds = [relay_to(listener, clock.now()) for listener in list(LISTENERS.values()) if listener.name in waiting]
        total += sum(done for _, done in rounds)
        if not any(handled for handled, _ in rounds) or time.monotonic() >= ends:
            break
    return total


# Of each name the first row of its index, however much waits: LIMIT keeps the planner from reading it all.
FIRST = """
SELECT asked.name, one.due_at FROM unnest(%s::text[]) AS asked(name)
CROSS JOIN LATERAL (
    SELECT due_at FROM directpay_delivery d WHERE d.listener = asked.name AND d.done_at IS NULL ORDER BY d.due_at LIMIT 1
) AS one
"""


def ask_first_due() -> Callable[[], dict[str, datetime]]:
    """Listener → its earliest delivery; told once something else has been asked too."""
    if not LISTENERS:
        return dict
    asked = soon(FIRST, [texts(LISTENERS)])
    return lambda: dict(asked.rows())


def _waiting() -> set[str]:
    """Listeners that have something to hear by now: one round trip for all of them."""
    if not LISTENERS:
        return set()
    first, at = ask_first_due(), clock.now()
    return {name for name, due_at in first().items() if due_at <= at}


def relay_to(listener: Listener, at: datetime) -> tuple[int, int]:
    """One set to one listener: (claimed, delivered)."""
    try:
        with unit_of_work():
            claimed = _claim(listener, at, BATCH)
            _tell(listener, claimed, at)
            return len(claimed), len(claimed)
    except Exception:  # any fault of a listener is its own: find the event that it cannot take
        log.info("listener %s failed on a set, trying one by one", listener.name)
    return _one_by_one(listener, at)


def _one_by_one(listener: Listener, at: datetime) -> tuple[int, int]:
    handled = done = 0
    for _ in range(BATCH):
        with unit_of_work():
            claimed = _claim(listener, at, 1)
        if not claimed:
            break
        handled += 1
        done += _tell_alone(listener, claimed[0], at)
    return handled, done


def _tell_alone(listener: Listener, delivery: Delivery, at: datetime) -> int:
    try:
        with unit_of_work():
            again = list(Delivery.objects.select_for_update(skip_locked=True).filter(id=delivery.id, done_at=None))
            _tell(listener, again, at)
            return len(again)
    except Exception as error:
        _postpone(delivery, at, error)
        return 0


def _claim(listener: Listener, at: datetime, limit: int) -> list[Delivery]:
    due = Delivery.objects.filter(listener=listener.name, done_at=None, due_at__lte=at)
    return list(due.order_by("due_at", "id").select_for_update(skip_locked=True)[:limit])


def _tell(listener: Listener, deliveries: list[Delivery], at: datetime) -> None:
    if not deliveries:
        return
    events = Event.objects.filter(id__in=[d.event_id for d in deliveries], at__in={d.event_at for d in deliveries})
    heard = list(events.order_by("id"))
    with caused_by({event.object_id: event.request_id for event in heard}):
        listener.hear(heard)
    Delivery.objects.filter(id__in=[d.id for d in deliveries]).update(done_at=at)


def _postpone(delivery: Delivery, at: datetime, error: Exception) -> None:
    attempts = delivery.attempts + 1
    wait = pause_seconds(attempts)
    with unit_of_work():
        Delivery.objects.filter(id=delivery.id, done_at=None).update(
            attempts=attempts, due_at=at + timedelta(seconds=wait), last_error=f"{type(error).__name__}: {error}"[:300]
        )
    log.warning("listener %s refused event %s, attempt %s: %s", delivery.listener, delivery.event_id, attempts, error)
