"""Two workers carry the same events: real connections, real locks."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from directpay.events.models import Delivery
from directpay.events.relay import BATCH, relay_all
from tests.directpay.events.conftest import happened, new

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("still")]


def at_once(count: int, work: Callable[[], object]) -> list[object]:
    def run() -> object:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(count)]]


def test_deliver_each_event_once_between_them(ear):
    """Both must be inside their listener at the same time before either may go on."""
    meet = threading.Barrier(2, timeout=10)
    met = threading.Event()

    def wait_for_the_other(events):
        if not met.is_set():
            meet.wait()
            met.set()

    listener = ear("one", before_end=wait_for_the_other)
    happened(*(new(f"thg_{n}") for n in range(BATCH + 50)))
    counts: list[Any] = at_once(2, relay_all)
    assert sum(counts) == BATCH + 50
    assert min(counts) > 0
    assert set(Counter(listener.heard).values()) == {1}
    assert not Delivery.objects.filter(done_at=None).exists()


def test_retry_a_bad_event_once_each_time_it_is_due(ear):
    sick = ear("sick", refuses={"thg_7"})
    happened(*(new(f"thg_{n}") for n in range(40)))
    at_once(2, relay_all)
    assert [d.attempts for d in Delivery.objects.filter(done_at=None)] == [1]
    delivered = Counter(sick.heard)
    assert set(delivered) == {f"thg_{n}" for n in range(40)}
    assert Delivery.objects.filter(done_at__isnull=False).count() == 39
