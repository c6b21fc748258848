"""Events that arrive at one process at the same time: written together, and each with an outcome of its own."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DataError, OperationalError, connection, transaction

from directpay.due.models import Due
from directpay.kernel import clock
from directpay.ops.clock import set_clock
from directpay.ops.processes import wait_until
from webhooks.inbound.actions.keep import MOST_BYTES, MOST_TOGETHER, Row, Together, keep, write
from webhooks.inbound.models import ProviderEvent

MOMENT = datetime(2027, 2, 1, 15, tzinfo=UTC)


def row(event_id: str, *, n: int = 0, body: bytes = b"{}") -> Row:
    name = f"pev_{n:024}"
    return Row(name, "stripe", event_id, "charge.updated", "{}", "{}", "", False, None, body, "0" * 64, "{}", "", f"req_{n:024}")


def lined_up(together: Together, rows: Sequence[Row]) -> list[Any]:
    """What `add` answers to each, or raises, when all stand in line before the first has its turn."""

    def one(row: Row) -> Any:
        try:
            return together.add(row)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(rows)) as pool:
        with together.turn:
            found = []
            for n, each in enumerate(rows, 1):  # in this order
                found.append(pool.submit(one, each))
                assert wait_until(lambda n=n: len(together.line) == n, 10)
        return [each.result(20) for each in found]


@pytest.mark.django_db(transaction=True)
def test_all_in_line_are_written_in_one_statement():
    sets: list[int] = []

    def counted(rows: Sequence[Row]) -> Any:
        sets.append(len(rows))
        return write(rows)

    assert lined_up(Together(counted), [row(f"evt_{n}", n=n) for n in range(8)]) == [True] * 8
    assert sets == [8]
    assert set(ProviderEvent.objects.values_list("event_id", "request_id")) == {(f"evt_{n}", f"req_{n:024}") for n in range(8)}
    assert set(Due.objects.values_list("queue", "key", "request_id")) == {
        ("inbound.work", f"pev_{n:024}", f"req_{n:024}") for n in range(8)
    }


@pytest.mark.django_db(transaction=True)
def test_of_two_deliveries_of_one_event_the_first_is_new():
    assert keep(row("evt_known", n=9))
    rows = [row("evt_1", n=1), row("evt_1", n=2), row("evt_known", n=3)]
    assert lined_up(Together(write), rows) == [True, False, False]
    assert set(ProviderEvent.objects.values_list("public_id", flat=True)) == {f"pev_{n:024}" for n in (1, 9)}
    assert Due.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_that_the_database_refuses_is_refused_alone():
    rows = [row("evt_1", n=1), row("e" * 256, n=2), row("evt_3", n=3)]
    first, broken, third = lined_up(Together(write), rows)
    assert (first, third) == (True, True)
    assert isinstance(broken, DataError)
    assert set(ProviderEvent.objects.values_list("event_id", flat=True)) == {"evt_1", "evt_3"}


def test_one_alone_is_tried_once_and_where_the_database_is_away_nobody_tries_again():
    tries: list[int] = []

    def away(rows: Sequence[Row]) -> list[str]:
        tries.append(len(rows))
        raise OperationalError("the server closed the connection")

    def refusing(rows: Sequence[Row]) -> list[str]:
        tries.append(len(rows))
        raise DataError("value too long")

    (refused,) = lined_up(Together(refusing), [row("evt_1")])
    assert (type(refused), tries) == (DataError, [1])
    found = lined_up(Together(away), [row(f"evt_{n}", n=n) for n in range(4)])
    assert ([type(error) for error in found], tries) == ([OperationalError] * 4, [1, 4])


@pytest.mark.django_db(transaction=True)
def test_it_is_committed_on_return_and_undone_only_with_a_transaction_of_its_own():
    with transaction.atomic():
        assert keep(row("evt_1"))
        transaction.set_rollback(True)
    assert not ProviderEvent.objects.exists()
    assert keep(row("evt_1"))
    connection.close()
    assert ProviderEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("size", "how_many", "sets"),
    [(10, MOST_TOGETHER + 2, [MOST_TOGETHER, 2]), (MOST_BYTES // 2, 4, [2, 2]), (MOST_BYTES * 2, 3, [1, 1, 1])],
)
def test_a_set_has_its_limits(size, how_many, sets):
    seen: list[int] = []

    def recorded(rows: Sequence[Row]) -> list[str]:
        seen.append(len(rows))
        return [each.public_id for each in rows]

    lined_up(Together(recorded), [row(f"evt_{n}", n=n, body=b"x" * size) for n in range(how_many)])
    assert seen == sets


def test_whoever_comes_while_others_are_written_is_in_the_next_set():
    seen: list[list[str]] = []
    begun, go_on = threading.Event(), threading.Event()

    def slow(rows: Sequence[Row]) -> list[str]:
        seen.append([each.event_id for each in rows])
        begun.set()
        assert go_on.wait(10)
        return [each.public_id for each in rows]

    together = Together(slow)
    with ThreadPoolExecutor(3) as pool:
        found = [pool.submit(together.add, row("evt_1", n=1))]
        assert begun.wait(10)
        for n in (2, 3):
            found.append(pool.submit(together.add, row(f"evt_{n}", n=n)))
            assert wait_until(lambda n=n: len(together.line) == n - 1, 10)
        go_on.set()
        assert [each.result(10) for each in found] == [True] * 3
    assert seen == [["evt_1"], ["evt_2", "evt_3"]]


@pytest.mark.django_db
@pytest.mark.parametrize("frozen", [True, False])
def test_it_is_dated_by_the_sandboxs_clock(frozen):
    set_clock(MOMENT, frozen=frozen)
    assert keep(row("evt_1"))
    kept = ProviderEvent.objects.get()
    assert kept.received_at == kept.changed_at == kept.next_at == Due.objects.get().due_at
    assert MOMENT <= kept.received_at <= clock.now()
