"""A nudge to the worker that something is due right now. Losing it costs a second: the beat looks anyway."""

import logging
import threading
import time

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
QUIET_SECONDS = 5.0  # after the broker did not answer, do not ask it again for so long
_quiet_until = 0.0
_lock = threading.Lock()


def hint_after_commit() -> None:
    """Ask the worker to look at the due queues as soon as the present transaction is committed."""
    if settings.SEND_HINTS:
        transaction.on_commit(_send, robust=True)


def _send() -> None:
    global _quiet_until
    if time.monotonic() < _quiet_until or not _lock.acquire(blocking=False):
        return  # the broker is out, or a hint is on its way that will do for us too
    try:
        current_app.send_task("directpay.ops.tasks.run_due", retry=False, expires=5)
    except (OperationalError, OSError) as error:
        _quiet_until = time.monotonic() + QUIET_SECONDS
        log.warning("the broker does not answer, work waits for the beat: %s", error)
    finally:
        _lock.release()
