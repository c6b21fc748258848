"""Several workers on one queue: real connections, real locks."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from directpay.due.actions import done, schedule
from directpay.due.models import Due
from directpay.due.run import run_all
from directpay.events.unit import unit_of_work
from tests.directpay.due.conftest import AT, promise, waiting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("still")]
KEYS = [f"k{n:03}" for n in range(60)]


def at_once(count: int, work: Callable[[], int]) -> list[int]:
    def run() -> int:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(count)]]


def meeting(count: int) -> Callable[..., None]:
    """Returns only after `count` workers have called it once."""
    barrier, known = threading.Barrier(count, timeout=10), threading.local()

    def meet(keys, at):
        if not getattr(known, "met", False):
            known.met = True
            barrier.wait()

    return meet


@pytest.mark.parametrize("local", [True, False])
def test_never_work_on_the_same_row(desk, local):
    meet = meeting(3)

    def work(keys, at):
        meet(keys, at)
        if not local:
            with unit_of_work():
                done("q", keys)

    made = desk("q", before_end=work, batch=10, local=local)
    promise("q", *KEYS)
    counts = at_once(3, run_all)
    assert sum(counts) == len(KEYS)
    assert min(counts) >= 10
    assert Counter(made.worked) == Counter(KEYS)
    assert not Due.objects.exists()


def test_each_find_their_own_bad_item(desk):
    bad = {"k005", "k025", "k045"}
    effects: list[str] = []

    def work(keys, at):
        with unit_of_work():
            schedule("effects", [(key, at) for key in keys])
        if not bad & set(keys):
            effects.extend(keys)

    desk("q", before_end=work, bad=bad, batch=20)
    promise("q", *KEYS)
    at_once(3, run_all)
    assert sorted(effects) == sorted(set(KEYS) - bad)
    assert set(waiting("effects")) == set(KEYS) - bad
    left = {row.key: row.attempts for row in Due.objects.filter(queue="q")}
    assert set(left) == bad
    assert set(left.values()) <= {1, 2}, "two may try one, each for itself; nobody tries on and on"


def test_a_promise_moved_during_the_work_is_kept(desk):
    """Somebody promises the key again while a worker has it: the new promise must not be lost with the old one."""
    inside, moved = threading.Event(), threading.Event()

    def wait(keys, at):
        inside.set()
        assert moved.wait(10)
        with unit_of_work():
            done("q", [])

    desk("q", before_end=lambda keys, at: None if moved.is_set() else wait(keys, at), local=False)
    promise("q", "a")
    with ThreadPoolExecutor(1) as pool:

        def work() -> int:
            try:
                return run_all()
            finally:
                connection.close()

        running = pool.submit(work)
        assert inside.wait(10)
        promise("q", "a", seconds=90)
        moved.set()
        running.result()
    assert waiting("q") == {"a": 90}
    assert Due.objects.get().due_at > AT
