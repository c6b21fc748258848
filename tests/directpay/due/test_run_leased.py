"""A queue that calls the outside world: its rows are pushed ahead and committed before the work, so that a crash brings them back."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from directpay.due.actions import done, schedule
from directpay.due.models import Due
from directpay.due.registry import QUEUES
from directpay.due.run import PARK_AFTER, run_all, run_queue
from directpay.events.unit import unit_of_work
from directpay.ops.clock import set_clock
from tests.directpay.due.conftest import AT, promise, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still")]
LEASE = {"local": False, "lease_seconds": 15}


def finish(keys, at, queue="q"):
    with unit_of_work():
        done(queue, keys)


def test_pushes_its_rows_ahead_before_the_work_begins(desk):
    seen = []
    desk("q", before_end=lambda keys, at: seen.append(waiting("q")), **LEASE)
    promise("q", "a", "b")
    assert run_all() == 2
    assert seen == [{"a": 15, "b": 15}]


def test_lets_the_work_say_that_it_is_done(desk):
    desk("q", before_end=finish, **LEASE)
    promise("q", "a")
    run_all()
    assert not Due.objects.exists()


def test_lets_the_work_say_when_to_come_again(desk):
    def later(keys, at):
        with unit_of_work():
            schedule("q", [(key, at + timedelta(hours=1)) for key in keys])

    desk("q", before_end=later, **LEASE)
    promise("q", "a")
    run_all()
    assert waiting("q") == {"a": 3600}


@pytest.mark.parametrize("silence", [None, KeyboardInterrupt], ids=["the work forgot it", "the process died"])
def test_comes_back_after_the_lease(desk, silence):
    def die(keys, at):
        if silence and len(made.calls) == 1:
            raise silence

    made = desk("q", before_end=die, **LEASE)
    promise("q", "a")
    if silence:
        with pytest.raises(silence):
            run_queue(QUEUES["q"], AT)
    else:
        run_all()
    set_clock(AT + timedelta(seconds=14.9), frozen=True)
    assert run_all() == 0
    set_clock(AT + timedelta(seconds=15), frozen=True)
    assert run_all() == 1
    assert made.worked == ["a", "a"]


def test_tries_a_set_that_failed_one_by_one(desk):
    made = desk("q", bad={"b"}, before_end=lambda keys, at: None if "b" in keys else finish(keys, at), **LEASE)
    promise("q", "a", "b", "c")
    run_all()
    assert made.calls == [["a", "b", "c"], ["a"], ["b"], ["c"]]
    assert waiting("q") == {"b": 2}
    assert Due.objects.get().last_error == "ValueError: not with ['b']"


def test_parks_what_fails_for_ever(desk):
    made = desk("q", bad={"a"}, **LEASE)
    promise("q", "a")
    for _ in range(PARK_AFTER):
        set_clock(Due.objects.get().due_at, frozen=True)
        assert run_all() == 1
    assert Due.objects.get().parked_at
    assert len(made.calls) == PARK_AFTER


def test_a_failure_after_it_was_done_brings_nothing_back(desk):
    def finish_and_fail(keys, at):
        finish(keys, at)
        raise ValueError("too late to matter")

    desk("q", before_end=finish_and_fail, **LEASE)
    promise("q", "a")
    run_all()
    assert not Due.objects.exists()


def put_off(keys, at):
    with unit_of_work():
        schedule("q", [(key, at + timedelta(hours=1)) for key in keys])


def fail(keys, at):
    raise ValueError("not with it")


@pytest.mark.parametrize("then", [finish, put_off, fail])
def test_spares_a_promise_that_was_made_while_it_worked(desk, then):
    """An event says that there is news after the rail was asked: what the rail said before is no answer to it."""

    def told_meanwhile(keys, at):
        promise("q", "a", seconds=1)
        then(keys, at)

    desk("q", before_end=told_meanwhile, **LEASE)
    promise("q", "a", "b")
    run_queue(QUEUES["q"], AT)
    assert waiting("q").pop("a") == 1
    assert waiting("q").get("b") == {finish: None, put_off: 3600, fail: 2}[then]


def test_comes_earlier_by_its_own_word(desk):
    """Of two times the earlier one stays."""

    def sooner(keys, at):
        promise("q", "a", seconds=5)
        with unit_of_work():
            schedule("q", [("a", at + timedelta(seconds=2)), ("other", at)])
            done("q", ["c"])

    desk("q", before_end=sooner, **LEASE)
    promise("q", "a")
    promise("q", "c", seconds=60)
    run_queue(QUEUES["q"], AT)
    assert waiting("q") == {"other": 0, "a": 2}


@pytest.mark.django_db(transaction=True)
def test_works_outside_any_transaction(desk, superuser):
    """The lease is committed: another connection sees it while the work goes on."""
    seen = []

    def look(keys, at):
        assert not transaction.get_connection().in_atomic_block
        seen.append(superuser.execute("SELECT due_at FROM directpay_due").fetchone()[0])

    desk("q", before_end=look, **LEASE)
    set_clock(AT, frozen=True)
    promise("q", "a")
    run_all()
    assert seen == [AT + timedelta(seconds=15)]
    connection.close()
