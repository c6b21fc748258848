from datetime import UTC, datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from directpay.api.models import IdempotencyKey
from directpay.due.models import Due
from directpay.due.run import next_due_at, run_all
from directpay.events.models import Delivery
from directpay.kernel import clock
from directpay.kernel.ids import uuid7
from directpay.ops.clock import set_clock
from directpay.ops.models import Cached
from directpay.ops.upkeep import promise_upkeep
from tests.directpay.cast import bob

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock():
    set_clock(NOW, frozen=True)


def promises() -> dict[str, datetime]:
    return dict(Due.objects.filter(queue__startswith="ops.").values_list("queue", "due_at"))


def test_renews_itself():
    promise_upkeep()
    assert promises() == {"ops.partitions": NOW, "ops.answers": NOW, "ops.retention": NOW, "ops.sign_ins": NOW}
    run_all()
    assert promises() == {
        "ops.partitions": NOW + timedelta(days=28),
        "ops.answers": NOW + timedelta(days=1),
        "ops.retention": NOW + timedelta(days=1),
        "ops.sign_ins": NOW + timedelta(days=1),
    }


def test_moving_the_clock_does_not_stop_for_it():
    promise_upkeep()
    assert next_due_at(NOW + timedelta(days=400)) is None


def test_promising_again_moves_nothing():
    promise_upkeep()
    run_all()
    before = promises()
    promise_upkeep()
    assert promises() == before


def test_drops_old_answers_and_keeps_the_keys_of_money():
    for age, moves_money in ((25, True), (25, False), (23, False)):
        made = NOW - timedelta(hours=age)
        IdempotencyKey.objects.create(digest=uuid7(), parameters_hash="h", moves_money=moves_money, status=201, body="x", created_at=made)
    promise_upkeep()
    run_all()
    assert sorted(IdempotencyKey.objects.values_list("moves_money", "body")) == [(False, "x"), (True, "")]


def test_forgets_what_was_known_of_sessions_that_are_gone_and_cached_values_of_yesterday():
    """The cache ends by the machine's clock: the sandbox's may be years ahead."""
    Session.objects.create(session_key="goes-on", session_data="", expire_date=clock.system_now() + timedelta(days=1))
    for key, hours in (("ended", -1), ("goes-on", 1)):
        UserSession.objects.create(session_key=key, user=bob(email=f"{key}@example.com"), ip="203.0.113.7", user_agent="")
        Cached.objects.create(cache_key=key, value="", expires=clock.system_now() + timedelta(hours=hours))
    promise_upkeep()
    run_all()
    assert list(UserSession.objects.values_list("session_key", flat=True)) == ["goes-on"]
    assert list(Cached.objects.values_list("cache_key", flat=True)) == ["goes-on"]


def test_takes_up_again_what_was_parked():
    promise_upkeep()
    Due.objects.update(parked_at=NOW, attempts=12, due_at=NOW + timedelta(hours=6))
    promise_upkeep()
    assert promises() == {"ops.partitions": NOW, "ops.answers": NOW, "ops.retention": NOW, "ops.sign_ins": NOW}
    assert not Due.objects.filter(parked_at__isnull=False).exists()


def test_drops_deliveries_made_long_ago_and_keeps_those_that_wait(settings):
    settings.KEEP_DELIVERIES_DAYS = 30
    for n, (days, done) in enumerate([(31, True), (31, False), (29, True)]):
        then = NOW - timedelta(days=days)
        Delivery.objects.create(event_id=n, event_at=then, listener="gone", due_at=then, done_at=then if done else None)
    promise_upkeep()
    run_all()
    assert sorted(Delivery.objects.values_list("event_id", flat=True)) == [1, 2]


def test_drops_sessions_that_have_ended_by_the_machines_clock():
    set_clock(NOW + timedelta(days=400), frozen=True)
    for key, hours in (("ended", -1), ("open", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=clock.system_now() + timedelta(hours=hours))
    promise_upkeep()
    run_all()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]


def test_goes_on_at_once_where_more_is_old_than_it_takes(monkeypatch):
    monkeypatch.setattr("directpay.ops.upkeep.AT_ONCE", 2)
    then = NOW - timedelta(days=400)
    Delivery.objects.bulk_create(Delivery(event_id=n, event_at=then, listener="gone", due_at=then, done_at=then) for n in range(3))
    promise_upkeep()
    run_all()
    assert Delivery.objects.count() == 1
    assert promises()["ops.retention"] == NOW + timedelta(minutes=1)
