"""A local queue: claim, work and the removal of the rows are one transaction."""

from datetime import timedelta

import pytest

from directpay.due.actions import schedule
from directpay.due.models import Due
from directpay.due.registry import QUEUES
from directpay.due.run import BACKOFF_CAP_SECONDS, PARK_AFTER, SWEEP_SECONDS, next_due_at, run_all, run_queue
from directpay.ops.clock import set_clock
from tests.directpay.due.conftest import AT, promise, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still")]


def clock_at(seconds: float) -> None:
    set_clock(AT + timedelta(seconds=seconds), frozen=True)


def test_works_on_a_set_and_lets_go_of_it(desk):
    made = desk("q")
    promise("q", "a", "b", "c")
    assert run_all() == 3
    assert made.calls == [["a", "b", "c"]]
    assert not Due.objects.exists()


def test_works_on_the_oldest_promise_first(desk):
    made = desk("q", batch=2)
    for key, seconds in (("late", 0), ("older", -10), ("oldest", -20), ("later", 0)):
        promise("q", key, seconds=seconds)
    run_all()
    assert made.calls == [["oldest", "older"], ["late", "later"]]


def test_leaves_what_is_not_due(desk):
    made = desk("q")
    promise("q", "now")
    promise("q", "soon", seconds=1)
    assert run_all() == 1
    assert (made.worked, waiting("q")) == (["now"], {"soon": 1})
    clock_at(1)
    run_all()
    assert made.worked == ["now", "soon"]


def test_works_on_queues_in_the_order_of_their_registration(desk):
    seen: list[str] = []
    for name in ("second by name", "first by name"):
        desk(name, before_end=lambda keys, at, name=name: seen.append(name))
        promise(name, "a")
    run_all()
    assert seen == ["second by name", "first by name"]


def test_goes_round_again_for_what_the_work_itself_promised(desk):
    desk("first", before_end=lambda keys, at: schedule("second", [(key, at) for key in keys]))
    desk("second", before_end=lambda keys, at: schedule("third", [(key, at) for key in keys]))
    last = desk("third")
    promise("first", "a")
    assert run_all() == 3
    assert last.worked == ["a"]


def test_keeps_a_promise_made_anew_under_the_same_key(desk):
    desk("q", before_end=lambda keys, at: schedule("q", [(key, at + timedelta(minutes=1)) for key in keys]))
    promise("q", "a")
    assert run_all() == 1
    assert waiting("q") == {"a": 60}


def test_ends_when_time_is_up(desk):
    made = desk("q", before_end=lambda keys, at: schedule("q", [(key, at) for key in keys]))
    promise("q", "a")
    assert run_all(max_seconds=0) == 1
    assert made.worked == ["a"]


def test_ignores_a_queue_that_nobody_works_on():
    promise("nobody", "a")
    assert run_all() == 0
    assert waiting("nobody") == {"a": 0}


class TestBadItem:
    def test_is_found_alone_and_the_others_are_done(self, desk):
        made = desk("q", bad={"b"}, before_end=lambda keys, at: schedule("effects", [(key, at) for key in keys]))
        promise("q", "a", "b", "c")
        assert run_all() == 3
        assert made.calls == [["a", "b", "c"], ["a"], ["b"], ["c"]]
        assert waiting("q") == {"b": 2}
        assert waiting("effects") == {"a": 0, "c": 0}, "nothing of the failed attempts is left"

    def test_says_why_it_waits(self, desk):
        desk("q", bad={"a"})
        promise("q", "a")
        run_all()
        row = Due.objects.get()
        assert (row.attempts, row.last_error) == (1, "ValueError: not with ['a']")

    def test_waits_longer_each_time_and_is_parked_in_the_end(self, desk):
        made = desk("q", bad={"a"})
        promise("q", "a")
        waits, now = [], 0.0
        for _ in range(PARK_AFTER):
            clock_at(now - 0.001)
            assert run_all() == 0
            clock_at(now)
            assert run_all() == 1
            due = (Due.objects.get().due_at - AT).total_seconds()
            waits.append(due - now)
            now = due
        assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, BACKOFF_CAP_SECONDS, BACKOFF_CAP_SECONDS, SWEEP_SECONDS]
        assert Due.objects.get().parked_at is not None
        assert len(made.calls) == PARK_AFTER

    def test_is_swept_up_when_the_outage_is_over(self, desk):
        made = desk("q", bad={"a"})
        promise("q", "a")
        Due.objects.update(parked_at=AT, attempts=PARK_AFTER)
        run_all()
        assert next_due_at(AT + timedelta(days=1)) == AT + timedelta(seconds=SWEEP_SECONDS)
        made.bad.clear()
        clock_at(SWEEP_SECONDS)
        assert run_all() == 1
        assert not Due.objects.exists()

    def test_is_taken_up_again_when_promised_again(self, desk):
        made = desk("q")
        promise("q", "a")
        Due.objects.update(parked_at=AT, attempts=PARK_AFTER, due_at=AT + timedelta(hours=6))
        assert run_all() == 0
        promise("q", "a")
        assert run_all() == 1
        assert made.worked == ["a"]

    def test_keeps_a_long_complaint_short(self, desk):
        def complain(keys, at):
            raise ValueError("x" * 1000)

        desk("q", before_end=complain)
        promise("q", "a")
        run_all()
        assert len(Due.objects.get().last_error) == 300


def test_a_crash_in_the_work_leaves_the_promise(desk):
    """Not an error but the end of the process: nothing catches it, nothing was done, the row is still due."""

    def die(keys, at):
        schedule("effects", [("a", at)])
        raise KeyboardInterrupt

    desk("q", before_end=die)
    promise("q", "a")
    with pytest.raises(KeyboardInterrupt):
        run_queue(QUEUES["q"], AT)
    assert (waiting("q"), waiting("effects")) == ({"a": 0}, {})
    assert Due.objects.get(queue="q").attempts == 0


class TestNextDueAt:
    def test_is_the_earliest_of_all_queues(self, desk):
        desk("q")
        desk("other")
        promise("q", "a", seconds=30)
        promise("other", "b", seconds=20)
        assert next_due_at(AT + timedelta(minutes=1)) == AT + timedelta(seconds=20)

    def test_is_nothing_beyond_the_limit(self, desk):
        desk("q")
        promise("q", "a", seconds=30)
        assert next_due_at(AT + timedelta(seconds=29)) is None
        assert next_due_at(AT + timedelta(seconds=30)) == AT + timedelta(seconds=30)

    def test_ignores_what_nobody_works_on(self):
        promise("nobody", "a")
        assert next_due_at(AT) is None
