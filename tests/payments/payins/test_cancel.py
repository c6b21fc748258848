import pytest

from directpay.due.models import Due
from directpay.events.queries import history_of
from directpay.kernel.errors import NotAllowed
from directpay.people.actor import SYSTEM
from payments.payins.actions.cancel import NotCancelable, cancel_payment, cancel_payments
from payments.payins.actions.initiate import RAIL_QUEUE


def test_calls_off_what_has_not_left(w, accept):
    made = accept()
    done = cancel_payment(made, actor=w.actor(w.bob), at=w.now)
    assert (done.status, done.version) == ("canceled", 2)
    assert history_of(made.public_id).last().actor == f"user:{w.bob.public_id}"
    assert not Due.objects.filter(queue=RAIL_QUEUE).exists()
    w.later(minutes=5)
    assert w.fresh(made).status == "canceled"
    w.check()


def test_frees_the_debt_at_once(w, accept):
    cancel_payment(accept(), actor=w.actor(w.bob), at=w.now)
    assert accept().status == "initiated"


def test_twice_is_as_once(w, accept):
    made = accept()
    cancel_payment(made, actor=w.actor(w.bob), at=w.now)
    assert cancel_payment(made, actor=w.actor(w.bob), at=w.now).version == 2


def test_is_possible_until_the_cut_off(w, accept, settings):
    settings.RAIL_PROFILE = "calendar"
    made = accept()
    w.later(hours=6, minutes=44)
    assert cancel_payment(made, actor=w.actor(w.bob), at=w.now).status == "canceled"


def test_is_too_late_when_the_bank_has_it(w, accept, settings):
    settings.RAIL_PROFILE = "calendar"
    made = accept()
    w.later(hours=6, minutes=45)
    with pytest.raises(NotCancelable) as refusal:
        cancel_payment(made, actor=w.actor(w.bob), at=w.now)
    assert (refusal.value.status, refusal.value.code, refusal.value.details) == (409, "payment_not_cancelable", {"payment": made.public_id})


@pytest.mark.parametrize("state", ["completed", "settled"])
def test_is_too_late_when_it_has_ended(w, accept, state):
    made = w.until(accept(rail="instant"), state)
    with pytest.raises(NotCancelable, match=state):
        cancel_payment(made, actor=w.actor(w.bob), at=w.now)


def test_is_for_the_payer_and_staff(w, accept):
    made = accept()
    with pytest.raises(NotAllowed):
        cancel_payment(made, actor=w.actor(w.alice), at=w.now)
    assert w.fresh(made).status == "initiated"
    assert cancel_payment(made, actor=SYSTEM, at=w.now).status == "canceled"


def test_of_a_set_is_for_all_of_it_or_none(w, accept):
    first = accept(amount=1000, rail="instant")
    w.until(first, "settled")
    second = accept(amount=2000)
    with pytest.raises(NotCancelable):
        cancel_payments([second, first], actor=w.actor(w.bob), at=w.now)
    assert w.fresh(second).status == "initiated"
