from datetime import UTC, datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from directpay.api.models import IdempotencyKey
from directpay.due.models import Due
from directpay.due.run import next_due_at, run_all
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
    assert promises() == {"ops.partitions": NOW, "ops.answers": NOW, "ops.sign_ins": NOW}
    run_all()
    tomorrow = NOW + timedelta(days=1)
    assert promises() == {"ops.partitions": NOW + timedelta(days=28), "ops.answers": tomorrow, "ops.sign_ins": tomorrow}


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


def test_forgets_sessions_that_have_ended_and_cached_values_of_yesterday():
    """By the machine's clock, as they end: the sandbox's may be years ahead."""
    for key, expires in (("ended", clock.system_now() - timedelta(seconds=1)), ("goes-on", clock.system_now() + timedelta(days=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
        UserSession.objects.create(session_key=key, user=bob(email=f"{key}@example.com"), ip="203.0.113.7", user_agent="")
        Cached.objects.create(cache_key=key, value="", expires=expires)
    promise_upkeep()
    run_all()
    for model, column in ((Session, "session_key"), (UserSession, "session_key"), (Cached, "cache_key")):
        assert list(model.objects.values_list(column, flat=True)) == ["goes-on"]


def test_takes_up_again_what_was_parked():
    promise_upkeep()
    Due.objects.update(parked_at=NOW, attempts=12, due_at=NOW + timedelta(hours=6))
    promise_upkeep()
    assert promises() == {"ops.partitions": NOW, "ops.answers": NOW, "ops.sign_ins": NOW}
    assert not Due.objects.filter(parked_at__isnull=False).exists()
