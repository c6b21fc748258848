"""The movable clock: what falls due on the way is done in order, at its own moment."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from directpay.due.actions import schedule
from directpay.due.models import Due
from directpay.due.registry import QUEUES, Queue, register
from directpay.events.actions import NewEvent, record
from directpay.events.models import Delivery, Event
from directpay.events.registry import LISTENERS, listen
from directpay.events.unit import unit_of_work
from directpay.kernel import clock
from directpay.kernel.errors import InvalidInput, NotAllowed
from directpay.ops.clock import FARTHEST, LOCK, ClockBusy, advance, is_frozen, is_moved, set_clock
from directpay.ops.partitions import QUEUE, keep_ahead, make_partitions

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def promise(queue: str, *pairs: tuple[str, float]) -> None:
    with unit_of_work():
        schedule(queue, [(key, AT + timedelta(seconds=seconds)) for key, seconds in pairs])


def waits_for_the_disk() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return cursor.fetchone()[0]


@pytest.fixture
def still() -> None:
    set_clock(AT, frozen=True)


@pytest.fixture
def diary() -> Iterator[list[tuple[str, str, float]]]:
    """What the queues `one` and `two` were given: (queue, key, seconds from AT). `two` is promised again by `one`."""
    written: list[tuple[str, str, float]] = []

    def one(keys, at):
        written.extend(("one", key, (at - AT).total_seconds()) for key in keys)
        schedule("two", [(f"after {key}", at + 3 * SECOND) for key in keys])

    def two(keys, at):
        written.extend(("two", key, (at - AT).total_seconds()) for key in keys)

    register(Queue("one", one))
    register(Queue("two", two))
    yield written
    del QUEUES["one"], QUEUES["two"]


class TestReading:
    def test_a_frozen_clock_stands_where_it_was_put(self):
        set_clock(AT, frozen=True)
        assert clock.now() == clock.now() == AT
        assert is_frozen()
        assert is_moved()

    def test_a_running_clock_goes_on_from_there(self):
        set_clock(AT, frozen=False)
        first, second = clock.now(), clock.now()
        assert AT <= first < second < AT + timedelta(minutes=1)
        assert not is_frozen()
        assert is_moved()

    @pytest.mark.django_db(transaction=True)
    def test_without_a_row_it_is_the_systems(self, superuser: psycopg.Connection):
        superuser.execute("DELETE FROM directpay_clock")
        assert abs(clock.now() - clock.system_now()) < timedelta(minutes=1)
        assert not is_frozen()
        assert not is_moved()

    def test_one_set_to_the_systems_time_counts_as_not_moved(self):
        set_clock(clock.system_now(), frozen=False)
        assert not is_moved()


@pytest.mark.usefixtures("still")
class TestAdvance:
    def test_does_what_falls_due_in_order_over_all_queues(self, diary):
        promise("two", ("x", 12), ("y", 5))
        promise("one", ("a", 10), ("b", 10), ("c", 1))
        assert advance(AT + timedelta(seconds=20)) == AT + timedelta(seconds=20)
        assert diary == [
            ("one", "c", 1),
            ("two", "after c", 4),
            ("two", "y", 5),
            ("one", "a", 10),
            ("one", "b", 10),
            ("two", "x", 12),
            ("two", "after a", 13),
            ("two", "after b", 13),
        ]
        assert clock.now() == AT + timedelta(seconds=20)

    def test_leaves_what_is_due_later(self, diary):
        promise("two", ("at the end", 20), ("after it", 20.001))
        advance(AT + timedelta(seconds=20))
        assert diary == [("two", "at the end", 20)]
        assert Due.objects.get(queue="two").key == "after it"

    def test_does_what_was_overdue_at_the_beginning(self, diary):
        promise("two", ("old", -1000))
        advance(AT)
        assert diary == [("two", "old", 0)]

    def test_carries_events_at_their_moment(self, diary):
        heard: list[float] = []
        listen("test.ear", "thing.*", hear=lambda events: heard.extend((clock.now() - AT).total_seconds() for _ in events))
        try:
            with unit_of_work():
                record([NewEvent("thing.made", "thg_1", 1, "system:test", AT + 7 * SECOND, {})])
            advance(AT + timedelta(seconds=20))
        finally:
            del LISTENERS["test.ear"]
        assert heard == [7]

    def test_is_not_held_up_by_a_listener_that_is_gone(self):
        with unit_of_work():
            record([NewEvent("thing.made", "thg_1", 1, "system:test", AT, {})])
        event = Event.objects.get()
        Delivery.objects.create(event_id=event.id, event_at=AT, listener="gone", due_at=AT)
        advance(AT + timedelta(days=30))
        assert clock.now() == AT + timedelta(days=30)
        assert Delivery.objects.get().done_at is None

    def test_retries_what_fails_at_the_moments_of_its_backoff(self):
        tried: list[float] = []

        def fail(keys, at):
            tried.append((at - AT).total_seconds())
            raise ValueError("never")

        register(Queue("bad", fail))
        try:
            promise("bad", ("a", 0))
            advance(AT + timedelta(seconds=40))
        finally:
            del QUEUES["bad"]
        assert tried == [0, 2, 6, 14, 30]

    def test_asks_for_an_instant_in_a_few_statements(self, diary):
        """However many queues there are: those that have nothing due are not asked one by one."""
        assert len(QUEUES) > 12
        with CaptureQueriesContext(connection) as idle:
            advance(AT + SECOND)
        promise("two", *((f"{n}", 2 + n) for n in range(10)))
        with CaptureQueriesContext(connection) as busy:
            advance(AT + timedelta(seconds=20))
        assert len(diary) == 10
        assert len(busy) - len(idle) <= 10 * 12

    def test_hands_on_within_one_instant_in_the_order_of_the_queues(self, diary):
        """What a queue promises for now is done now, by a queue before it too."""

        def back(keys, at):
            diary.extend(("back", key, (at - AT).total_seconds()) for key in keys)
            schedule("one", [(f"again {key}", at) for key in keys])

        register(Queue("back", back))
        try:
            promise("back", ("a", 5))
            promise("two", ("b", 5), ("c", 6))
            advance(AT + timedelta(seconds=7))
        finally:
            del QUEUES["back"]
        assert diary == [("two", "b", 5), ("back", "a", 5), ("one", "again a", 5), ("two", "c", 6)]

    def test_does_not_wait_for_the_disk_on_the_way_and_does_afterwards(self, diary):
        waited: list[str] = []

        def look(keys, at):
            waited.append(waits_for_the_disk())

        register(Queue("looks", look))
        try:
            promise("looks", ("a", 1))
            advance(AT + SECOND)
        finally:
            del QUEUES["looks"]
        assert waited == ["off"]
        assert waits_for_the_disk() == "on"

    def test_refuses_the_past(self):
        with pytest.raises(InvalidInput, match="only moves forward") as refusal:
            advance(AT - SECOND)
        assert refusal.value.param == "to"
        assert clock.now() == AT

    def test_refuses_to_go_too_far(self):
        with pytest.raises(InvalidInput, match="five years"):
            advance(AT + FARTHEST + SECOND)
        assert clock.now() == AT

    def test_is_the_sandboxs_alone(self, settings):
        settings.SANDBOX = False
        with pytest.raises(NotAllowed) as refusal:
            advance(AT + SECOND)
        assert refusal.value.code == "sandbox_only"

    def test_may_stay_where_it_is(self):
        assert advance(AT) == AT

    def test_leaves_a_standing_clock_standing(self):
        advance(AT + SECOND)
        assert is_frozen()

    def test_leaves_a_running_clock_running(self):
        set_clock(AT, frozen=False)
        advance(AT + timedelta(hours=1))
        assert not is_frozen()
        assert AT + timedelta(hours=1) <= clock.now() < AT + timedelta(hours=1, minutes=1)

    def test_leaves_a_running_clock_running_when_the_work_breaks(self):
        """Not an error of an item, which is retried, but of the walk itself."""

        def die(keys, at):
            raise KeyboardInterrupt

        set_clock(AT, frozen=False)
        register(Queue("deadly", die))
        try:
            promise("deadly", ("a", 60))
            with pytest.raises(KeyboardInterrupt):
                advance(AT + timedelta(hours=1))
        finally:
            del QUEUES["deadly"]
        assert not is_frozen()
        assert AT + timedelta(seconds=60) <= clock.now() < AT + timedelta(minutes=2)


@pytest.mark.usefixtures("still")
class TestPartitions:
    def test_are_made_ahead_of_a_long_way(self, diary):
        three_years = timedelta(days=3 * 365)
        advance(AT + three_years)
        with unit_of_work():
            record([NewEvent("thing.made", "thg_1", 1, "system:test", AT + three_years + timedelta(days=30), {})])
        assert Event.objects.count() == 1

    def test_are_kept_three_months_ahead_month_by_month(self):
        later = AT + timedelta(days=2000)
        with unit_of_work():
            keep_ahead(["all"], later)
        assert Due.objects.get(queue=QUEUE).due_at == later + timedelta(days=28)
        with unit_of_work():
            record([NewEvent("thing.made", "thg_1", 1, "system:test", later + timedelta(days=100), {})])
        with pytest.raises(IntegrityError, match="no partition"), unit_of_work():
            record([NewEvent("thing.made", "thg_2", 1, "system:test", later + timedelta(days=200), {})])

    def test_are_made_once(self):
        first, last = AT.date().replace(year=2040), AT.date().replace(year=2041)
        assert make_partitions(first, last) == 2 * 14  # thirteen months and the one after, of two tables
        assert make_partitions(first, last) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("still")
class TestAtOnce:
    def test_refuses_a_second_advance_while_one_is_running(self, superuser: psycopg.Connection):
        superuser.execute("SELECT pg_advisory_lock(hashtext(%s))", [LOCK])
        with pytest.raises(ClockBusy) as refusal:
            advance(AT + SECOND)
        assert (refusal.value.status, refusal.value.code) == (409, "clock_busy")
        superuser.execute("SELECT pg_advisory_unlock_all()")
        assert advance(AT + SECOND) == AT + SECOND

    def test_waits_for_what_a_worker_has_in_hand(self, diary, superuser_url: str):
        """A row that somebody else works on is still due: the clock goes on in small steps until it is done."""
        promise("two", ("a", 0))
        with psycopg.connect(superuser_url) as other:
            other.execute("SELECT * FROM directpay_due FOR UPDATE")
            assert advance(AT + timedelta(seconds=3)) == AT + timedelta(seconds=3)
            assert diary == []
        advance(AT + timedelta(seconds=4))
        assert diary == [("two", "a", 3)]

    def test_gives_the_lock_back_when_the_work_breaks(self, superuser: psycopg.Connection):
        def die(keys, at):
            raise KeyboardInterrupt

        register(Queue("deadly", die))
        try:
            promise("deadly", ("a", 1))
            with pytest.raises(KeyboardInterrupt):
                advance(AT + SECOND)
        finally:
            del QUEUES["deadly"]
        assert superuser.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [LOCK]).fetchone() == (True,)

    def test_never_moves_back_for_one_who_asked_at_the_same_moment(self):
        reached: list[datetime] = []
        barrier = threading.Barrier(3, timeout=10)

        def go(hours: int) -> None:
            barrier.wait()
            try:
                reached.append(advance(AT + timedelta(hours=hours)))
            except (ClockBusy, InvalidInput):
                pass
            finally:
                connection.close()

        threads = [threading.Thread(target=go, args=(hours,)) for hours in (1, 2, 3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert clock.now() == max(reached)
        assert is_frozen()
