from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from directpay.events.actions import SET_LIMIT, record
from directpay.events.models import Delivery, Event
from directpay.events.unit import unit_of_work
from directpay.kernel.request_context import caused_by, request_id
from tests.directpay.events.conftest import AT, happened, new

pytestmark = pytest.mark.django_db


def test_appends_facts_in_their_order(ear):
    happened(new("thg_1", 1), new("thg_2", 1), new("thg_1", 2, size=7))
    rows = list(Event.objects.order_by("id"))
    assert [(e.object_id, e.version, e.type) for e in rows] == [
        ("thg_1", 1, "thing.made"),
        ("thg_2", 1, "thing.made"),
        ("thg_1", 2, "thing.made"),
    ]
    assert (rows[2].data, rows[2].actor, rows[2].account_ids, rows[2].at) == ({"id": "thg_1", "size": 7}, "system:test", ["usr_1"], AT)
    assert all(e.public_id.startswith("evt_") for e in rows)
    assert len({e.public_id for e in rows}) == 3


def test_promises_a_delivery_to_each_listener_that_wants_it(ear):
    ear("all")
    ear("made", "thing.made")
    ear("broken", "thing.broken")
    happened(new("thg_1"), new("thg_2", kind="thing.broken"))
    by_event = dict(Event.objects.values_list("id", "object_id"))
    promised = sorted((by_event[d.event_id], d.listener) for d in Delivery.objects.all())
    assert promised == [("thg_1", "all"), ("thg_1", "made"), ("thg_2", "all"), ("thg_2", "broken")]
    assert set(Delivery.objects.values_list("due_at", "event_at", "attempts", "done_at")) == {(AT, AT, 0, None)}


def test_keeps_an_event_that_nobody_wants():
    happened(new("thg_1", kind="nobody.cares"))
    assert Event.objects.get().type == "nobody.cares"
    assert not Delivery.objects.exists()


def test_keeps_the_request_that_caused_it():
    token = request_id.set("req_17")
    try:
        happened(new("thg_1"))
    finally:
        request_id.reset(token)
    assert Event.objects.get().request_id == "req_17"


def test_disappears_with_the_change_that_was_rolled_back(ear):
    ear("all")

    def change() -> None:
        with unit_of_work():
            record([new("thg_1")])
            raise RuntimeError("after all not")

    with pytest.raises(RuntimeError, match="after all not"):
        change()
    assert not Event.objects.exists()
    assert not Delivery.objects.exists()


def test_takes_nothing_as_nothing():
    happened()
    assert not Event.objects.exists()


def test_refuses_more_than_its_limit():
    with pytest.raises(ValueError, match="at most"), unit_of_work():
        record([new("thg_1")] * (SET_LIMIT + 1))


def test_records_a_full_set_in_no_round_trip_of_its_own(ear, django_assert_num_queries):
    ear("all")
    events = [new(f"thg_{n}") for n in range(1000)]
    with transaction.atomic(), django_assert_num_queries(0):
        record(events)
    assert list(Event.objects.order_by("id").values_list("object_id", flat=True)) == [e.object_id for e in events]
    assert Delivery.objects.count() == 1000


def test_refuses_a_moment_for_which_there_is_no_partition():
    with pytest.raises(IntegrityError, match="no partition"):
        happened(new("thg_1", at=AT - timedelta(days=365 * 3)))


@pytest.mark.django_db(transaction=True)
def test_needs_somebodys_transaction():
    with pytest.raises(RuntimeError, match="open transaction"):
        record([new("thg_1")])
    with pytest.raises(RuntimeError, match="open transaction"):
        record([])


def test_names_for_each_object_the_request_that_caused_it():
    with caused_by({"obj_1": "req_1", "obj_2": ""}):
        happened(new("obj_1"), new("obj_2"))
    assert dict(Event.objects.values_list("object_id", "request_id")) == {"obj_1": "req_1", "obj_2": ""}
