from datetime import timedelta

import pytest

from directpay.due.actions import schedule
from directpay.due.models import Due
from directpay.events.models import Delivery, Event
from directpay.events.registry import LISTENERS
from directpay.events.relay import BATCH, relay_all, relay_to
from directpay.kernel.request_context import cause_of, caused_by
from directpay.ops.clock import set_clock
from tests.directpay.events.conftest import AT, happened, new

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still")]


def due_again(name: str) -> list[tuple[str, int, float]]:
    """What waits for this listener: object, attempts, seconds from AT."""
    objects = dict(Event.objects.values_list("id", "object_id"))
    waiting = Delivery.objects.filter(listener=name, done_at=None).order_by("id")
    return [(objects[d.event_id], d.attempts, (d.due_at - AT).total_seconds()) for d in waiting]


def test_delivers_a_set_in_order_of_recording(ear):
    listener = ear("one")
    happened(*(new(f"thg_{n}") for n in range(5)))
    assert relay_all() == 5
    assert listener.calls == [["thg_0", "thg_1", "thg_2", "thg_3", "thg_4"]]
    assert set(Delivery.objects.values_list("done_at", flat=True)) == {AT}


def test_delivers_nothing_twice(ear):
    listener = ear("one")
    happened(new("thg_1"))
    assert (relay_all(), relay_all()) == (1, 0)
    assert listener.heard == ["thg_1"]


def test_delivers_more_than_one_batch(ear):
    listener = ear("one")
    happened(*(new(f"thg_{n}") for n in range(BATCH + 1)))
    assert relay_all() == BATCH + 1
    assert [len(call) for call in listener.calls] == [BATCH, 1]


def test_waits_for_the_moment_of_the_event(ear):
    listener = ear("one")
    happened(new("thg_1", at=AT + timedelta(seconds=1)))
    assert relay_all() == 0
    set_clock(AT + timedelta(seconds=1), frozen=True)
    assert relay_all() == 1
    assert listener.heard == ["thg_1"]


def test_leaves_what_a_listener_that_is_gone_has_not_heard(ear):
    ear("one")
    happened(new("thg_1"))
    gone = LISTENERS.pop("one")
    assert relay_all() == 0
    LISTENERS["one"] = gone
    assert relay_all() == 1


class TestSickListener:
    def test_is_told_one_by_one_and_only_the_bad_event_waits(self, ear):
        sick = ear("sick", refuses={"thg_2"})
        happened(*(new(f"thg_{n}") for n in range(1, 5)))
        assert relay_all() == 3
        assert sick.calls == [["thg_1", "thg_2", "thg_3", "thg_4"], ["thg_1"], ["thg_2"], ["thg_3"], ["thg_4"]]
        assert due_again("sick") == [("thg_2", 1, 1)]

    def test_holds_up_nobody_else(self, ear):
        ear("a sick", refuses={"thg_1", "thg_2"})
        healthy = ear("b healthy")
        happened(new("thg_1"), new("thg_2"))
        assert relay_all() == 2
        assert healthy.heard == ["thg_1", "thg_2"]
        assert not due_again("b healthy")

    def test_with_a_backlog_does_not_use_up_the_time_of_the_others(self, ear):
        ear("a slow")
        other = ear("b quick")
        happened(*(new(f"thg_{n}") for n in range(2 * BATCH)))
        relay_all(max_seconds=0)  # time for one round and no more
        assert len(other.heard) == BATCH

    def test_leaves_nothing_of_what_it_did_before_it_failed(self, ear):
        def write(events):
            schedule("test.effects", [(event.object_id, AT) for event in events])

        sick = ear("sick", refuses={"thg_1"}, before_end=write)
        happened(new("thg_1"), new("thg_2"))
        relay_all()
        assert sick.heard == ["thg_1", "thg_2", "thg_1", "thg_2"]
        assert list(Due.objects.filter(queue="test.effects").values_list("key", flat=True)) == ["thg_2"]

    def test_is_asked_again_later_and_later(self, ear):
        ear("sick", refuses={"thg_1"})
        happened(new("thg_1"))
        waits, now = [], AT
        for _ in range(11):
            relay_all()
            due = Delivery.objects.get(done_at=None).due_at
            waits.append((due - now).total_seconds())
            set_clock(due - timedelta(microseconds=1), frozen=True)
            assert relay_all() == 0
            now = due
            set_clock(now, frozen=True)
        assert waits == [1, 2, 4, 8, 8, 8, 8, 8, 8, 8, 16]
        assert Delivery.objects.get().last_error == "RuntimeError: I will not hear that"

    def test_hears_it_once_it_is_well(self, ear):
        sick = ear("sick", refuses={"thg_1"})
        happened(new("thg_1"))
        relay_all()
        sick.refuses.clear()
        set_clock(AT + timedelta(seconds=2), frozen=True)
        assert relay_all() == 1
        assert not due_again("sick")
        assert Delivery.objects.get().done_at == AT + timedelta(seconds=2)

    def test_keeps_a_long_complaint_short(self, ear):
        def complain(events):
            raise ValueError("x" * 1000)

        ear("sick", before_end=complain)
        happened(new("thg_1"))
        relay_all()
        assert len(Delivery.objects.get().last_error) == 300


def test_a_redelivered_event_finds_its_effect_done(ear):
    """A crash after the effect and before the mark: the listener's rows commit with the mark, so both are gone or both stand."""
    listener = ear("one", before_end=lambda events: schedule("test.effects", [(e.object_id, AT) for e in events]))
    happened(new("thg_1"))
    relay_all()
    Delivery.objects.update(done_at=None)
    relay_all()
    assert listener.heard == ["thg_1", "thg_1"]
    assert Due.objects.filter(queue="test.effects").count() == 1


def test_tells_what_it_claimed_and_what_it_delivered(ear):
    ear("sick", refuses={"thg_1"})
    happened(new("thg_1"), new("thg_2"))
    assert relay_to(LISTENERS["sick"], AT) == (2, 1)
    assert relay_to(LISTENERS["sick"], AT) == (0, 0)


def test_a_listener_works_for_the_request_of_each_event(ear):
    seen = []
    ear("one", before_end=lambda events: seen.append({event.object_id: cause_of(event.object_id) for event in events}))
    with caused_by({"obj_1": "req_1", "obj_2": "req_2"}):
        happened(new("obj_1"), new("obj_2"))
    relay_all()
    assert seen == [{"obj_1": "req_1", "obj_2": "req_2"}]
