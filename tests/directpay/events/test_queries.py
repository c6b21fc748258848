from datetime import timedelta

import pytest

from directpay.events.actions import NewEvent
from directpay.events.queries import history_of, snapshot_at, undelivered, visible_events
from directpay.events.relay import relay_all
from tests.directpay.events.conftest import AT, happened, new

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def life() -> None:
    """A thing in three versions an hour apart, the last two in one moment, and another thing beside it."""
    happened(new("thg_1", 1, state="new"), new("thg_2", 1, state="other"))
    happened(new("thg_1", 2, at=AT + HOUR, state="middle"), new("thg_1", 3, at=AT + HOUR, state="last"))


@pytest.mark.usefixtures("life")
class TestPointInTime:
    def test_history_is_one_objects_oldest_first(self):
        assert [(e.version, e.data["state"]) for e in history_of("thg_1")] == [(1, "new"), (2, "middle"), (3, "last")]

    @pytest.mark.parametrize(
        ("after", "state"),
        [(timedelta(0), "new"), (HOUR - timedelta(microseconds=1), "new"), (HOUR, "last"), (10 * HOUR, "last")],
    )
    def test_shows_the_object_as_it_stood(self, after, state):
        assert snapshot_at("thg_1", AT + after).data["state"] == state

    def test_knows_nothing_before_the_beginning(self):
        assert snapshot_at("thg_1", AT - timedelta(microseconds=1)) is None
        assert snapshot_at("thg_3", AT) is None


def test_counts_what_is_due_and_not_delivered(ear, still):
    ear("good")
    ear("sick", refuses={"thg_1"})
    happened(new("thg_1"), new("thg_2", at=AT + HOUR))
    assert (undelivered(AT - HOUR), undelivered(AT), undelivered(AT + HOUR)) == (0, 2, 4)
    relay_all()
    assert (undelivered(AT), undelivered(AT + timedelta(minutes=1))) == (0, 1)


def test_shows_events_to_those_whom_they_concern():
    happened(
        NewEvent("thing.made", "thg_1", 1, "system:test", AT, {}, ["usr_a", "py_1"]),
        NewEvent("thing.made", "thg_2", 1, "system:test", AT, {}, ["usr_b"]),
        NewEvent("thing.made", "thg_3", 1, "system:test", AT, {}),
    )

    def seen(*ids: str) -> list[str]:
        return list(visible_events(ids).order_by("id").values_list("object_id", flat=True))

    assert seen("usr_a") == ["thg_1"]
    assert seen("usr_b", "py_1") == ["thg_1", "thg_2"]
    assert seen("usr") == seen() == []
    assert visible_events(None).count() == 3
