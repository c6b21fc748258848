"""Work that is only promised is promised in the transaction of the event."""

from importlib import import_module

import pytest
from django.db import connection

from directpay.due.actions import schedule
from directpay.due.models import Due
from directpay.events.models import Delivery, Event
from directpay.events.registry import PROMISES, promise
from tests.directpay.events.conftest import AT, happened, new

pytestmark = pytest.mark.django_db


@pytest.fixture
def promised(monkeypatch):
    """Registers for this test alone."""

    def register(*types, hear):
        for kind in types:
            monkeypatch.setitem(PROMISES, kind, list(PROMISES.get(kind, [])))
        promise(*types, hear=hear)

    return register


def later(facts):
    schedule("test.things", [(fact.object_id, fact.at) for fact in facts])


def test_is_kept_with_the_event_and_needs_no_delivery(promised):
    promised("thing.made", hear=later)
    happened(new("thg_1"), new("thg_2"), new("thg_3", kind="thing.broken"))
    assert sorted(Due.objects.values_list("key", "due_at")) == [("thg_1", AT), ("thg_2", AT)]
    assert not Delivery.objects.exists()


def test_hears_a_set_at_once_and_once_however_often_it_is_registered(promised):
    calls = []

    def hear(facts):
        calls.append([fact.object_id for fact in facts])

    promised("thing.made", "thing.broken", hear=hear)
    promised("thing.made", hear=hear)
    happened(new("thg_1"), new("thg_2", kind="thing.broken"))
    assert calls == [["thg_1", "thg_2"]]


def test_refuses_the_change_that_it_cannot_take(promised):
    def refuse(facts):
        raise RuntimeError("I cannot promise that")

    promised("thing.made", hear=refuse)
    with pytest.raises(RuntimeError, match="cannot promise"):
        happened(new("thg_1"))
    assert not Event.objects.exists()


def test_what_was_on_its_way_to_former_listeners_is_promised_by_the_migration():
    happened(
        new("pay_1", kind="payment.completed"),
        new("bl_1", kind="bank_line.posted", item="pay_2", amount=5),
        new("bl_2", kind="x", item="ba_1"),
    )
    Due.objects.all().delete()
    for event, listener in zip(Event.objects.order_by("id"), ("returns", "payouts.cash", "payouts.cash"), strict=True):
        Delivery.objects.create(event_id=event.id, event_at=event.at, listener=listener, due_at=AT)
    with connection.cursor() as cursor:
        cursor.execute(import_module("payments.migrations.0003_promises").PROMISED)
    assert sorted(Due.objects.values_list("queue", "key")) == [("payouts.settle", "pay_2"), ("returns.watch", "pay_1")]
    assert not Delivery.objects.filter(done_at=None).exists()
