"""Many callers at once with one key: real connections, real locks."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.http import HttpResponse

from directpay.api.idempotency import Answer, answer_once, keyed
from directpay.api.models import IdempotencyKey
from tests.directpay.api import things
from tests.directpay.api.conftest import TRANSFERS, names
from tests.directpay.cast import AT, Caller, error_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.directpay.api.things")]
RENT = {"name": "rent"}


def in_thread(call: Callable[[], Any]) -> Any:
    try:
        return call()
    finally:
        connection.close()


def test_does_it_once_for_20_at_once(caller: Caller) -> None:
    start = threading.Barrier(20)

    def post() -> HttpResponse:
        start.wait()
        return caller.post(TRANSFERS, RENT, key="k-1")

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: in_thread(post), range(20)))
    counts = Counter(answer.status_code for answer in answers)
    assert set(counts) <= {201, 409}
    assert sum(answer.status_code == 201 and "Idempotent-Replayed" not in answer for answer in answers) == 1
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert {error_of(answer)["code"] for answer in answers if answer.status_code == 409} <= {"idempotency_key_in_use"}
    assert names() == ["rent"]
    assert IdempotencyKey.objects.count() == 1


def test_says_in_use_while_the_first_still_runs_and_then_replays(caller: Caller) -> None:
    things.started.clear()
    things.go_on.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(in_thread, lambda: caller.post(TRANSFERS, {"name": "wait"}, key="k-1"))
        assert things.started.wait(10)
        try:
            busy = caller.post(TRANSFERS, {"name": "wait"}, key="k-1")
            other = caller.post(TRANSFERS, RENT, key="k-2")
        finally:
            things.go_on.set()
        done = first.result()
    assert (busy.status_code, error_of(busy)["code"], busy["Retry-After"]) == (409, "idempotency_key_in_use", "1")
    assert other.status_code == done.status_code == 201
    assert caller.post(TRANSFERS, {"name": "wait"}, key="k-1").content == done.content
    assert names() == ["wait", "rent"]


def test_executes_on_a_retry_after_the_connection_died(caller: Caller, superuser: psycopg.Connection) -> None:
    things.started.clear()
    things.go_on.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(in_thread, lambda: caller.post(TRANSFERS, {"name": "wait"}, key="k-1"))
        assert things.started.wait(10)
        ended = superuser.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND state = 'idle in transaction'"
        ).fetchone()
        things.go_on.set()
        answer = first.result()
    assert ended == (1,)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert names() == []
    assert caller.post(TRANSFERS, {"name": "wait"}, key="k-1").status_code == 201
    assert names() == ["wait"]


def test_does_not_save_a_500_over_somebody_who_is_already_trying_again(db: None, superuser: psycopg.Connection, superuser_url: str) -> None:
    request = keyed(account="platform", method="POST", path=TRANSFERS, key="k-1", parameters=RENT, moves_money=True)
    lock = int.from_bytes(request.digest.bytes[:8], "big", signed=True)
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

    with ThreadPoolExecutor(1) as pool, psycopg.connect(superuser_url, autocommit=True) as rival:

        def fail() -> Answer:
            pool.submit(rival.execute, "SELECT pg_advisory_lock(%s)", [lock])  # granted when this transaction rolls back
            while superuser.execute(waiting).fetchone() != (1,):
                pass
            raise RuntimeError("a bug")

        answer = answer_once(request=request, at=AT, execute=fail)
    assert answer.status == 500
    assert not IdempotencyKey.objects.exists()
