from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from directpay.due.models import Due
from directpay.events.models import Event
from directpay.events.unit import unit_of_work
from payments.payins.models import Payment
from payments.retries.actions import RETRY_QUEUE, end_retries, keep_reattempt, lock_due, plan_retry, tell_due
from payments.retries.models import Retry
from tests.world import NO_FUNDS, World

pytestmark = pytest.mark.django_db
ORIGIN = "sub_x"


@pytest.fixture
def w() -> World:
    made = World()
    made.owed = made.lease(rent=900_000)
    return made


def failed(w: World, amount: int = 150_000, number: str = NO_FUNDS) -> Payment:
    payment = w.pay(w.owed, amount=amount, source=w.account(w.bob, number), allow_duplicate=True)
    return w.until(payment, "failed")


def planned(w: World, payment: Payment) -> Retry:
    with unit_of_work():
        return plan_retry(payment, origin=ORIGIN, at=w.now)


def due(w: World) -> list[str]:
    """The next try has its time: what is told."""
    w.later(days=8)
    return [event.data["origin"] for event in Event.objects.filter(type="retry.due").order_by("id")]


def tried(w: World, payment: Payment) -> None:
    with unit_of_work():
        keep_reattempt(lock_due([ORIGIN])[ORIGIN], payment, at=w.now)


def test_promises_the_next_try_and_keeps_when(w):
    payment = failed(w)
    retry = planned(w, payment)
    assert (retry.state, retry.count, retry.family, retry.first, retry.amount_minor) == ("waiting", 0, "ach", payment, 150_000)
    assert retry.next_at == (payment.answered_at or w.now) + timedelta(days=3)
    assert Due.objects.get(queue=RETRY_QUEUE).due_at == retry.next_at


def test_whoever_asked_is_told_once_when_its_time_has_come(w):
    retry = planned(w, failed(w))
    assert due(w) == [ORIGIN]
    tell_due([retry.public_id], w.now)
    assert Event.objects.filter(type="retry.due").count() == 1


def test_counts_what_was_tried_and_ends_after_the_second(w):
    planned(w, failed(w))
    for number in (1, 2):
        due(w)
        again = failed(w)
        tried(w, again)
        retry = planned(w, again)
        assert retry.count == number
    assert (retry.state, retry.reason, retry.next_at) == ("ended", "exhausted", None)
    assert [r.description for r in retry.reattempts.order_by("number")] == ["RETRY PYMT"] * 2


def test_the_database_refuses_a_third_re_initiation(w):
    retry = planned(w, failed(w))
    retry.count = 3
    with pytest.raises(IntegrityError, match="retry_ach_twice_at_most"), transaction.atomic():
        retry.save()


def test_another_amount_is_not_called_a_retry_on_the_statement(w):
    planned(w, failed(w))
    due(w)
    tried(w, failed(w, amount=100_000))
    assert Retry.objects.get().reattempts.get().description == ""


def test_refuses_a_payment_that_has_not_failed(w):
    with pytest.raises(ValueError, match="nothing to retry"), unit_of_work():
        plan_retry(w.pay(w.owed, amount=1_000), origin=ORIGIN, at=w.now)


def test_a_failure_of_an_earlier_attempt_changes_nothing_any_more(w):
    first = failed(w)
    planned(w, first)
    due(w)
    tried(w, failed(w))
    assert planned(w, first).state == "trying"


def test_ends_for_a_reason_of_whoever_asked_and_stays_as_it_ended(w):
    planned(w, failed(w))
    for reason in ("paid_otherwise", "again"):
        with unit_of_work():
            end_retries([ORIGIN], reason, at=w.now)
    retry = Retry.objects.get()
    assert (retry.state, retry.reason, retry.next_at) == ("ended", "paid_otherwise", None)
    assert due(w) == []


def test_what_was_not_authorised_is_ended_at_once(w):
    retry = planned(w, failed(w, number="000333333335"))
    assert (retry.state, retry.reason) == ("ended", "not_retryable")
