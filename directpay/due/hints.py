"""A nudge to the worker that something is due right now. Losing it costs a second: the beat looks anyway."""

import logging
import threading
import time

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from directpay.breakers.pause import Pause

log = logging.getLogger(__name__)
APART_SECONDS = 0.05  # of two hints: a worker that is awake looks again by itself, and each hint costs a request its time
_pause = Pause()
_sent_at = -APART_SECONDS
_later: threading.Timer | None = None
_lock = threading.Lock()


def hint_after_commit() -> None:
    """Ask the worker to look at the due queues as soon as the present transaction is committed."""
    if settings.SEND_HINTS:
        transaction.on_commit(_hint, robust=True)


def _hint() -> None:
    """Now, or together with others a moment after the last one."""
    global _sent_at, _later
    with _lock:
        now = time.monotonic()
        if _pause.lasts() or _later is not None:
            return
        left = _sent_at + APART_SECONDS - now
        if left > 0:
            _later = threading.Timer(left, _hint_for_all)
            _later.daemon = True
            _later.start()
            return
        _sent_at = now
    _send()


def _hint_for_all() -> None:
    global _sent_at, _later
    with _lock:
        _sent_at, _later = time.monotonic(), None
    _send()


def _send() -> None:
    try:
        current_app.send_task("directpay.ops.tasks.run_due", expires=5)
    except (OperationalError, OSError) as error:
        _pause.begin()
        log.warning("the broker does not answer, work waits for the beat: %s", error)
