"""Doors and workers at the same moment on the same payment or debt: real connections, real locks."""

import pytest

from ledger.journal.models import Transaction
from payments.payins.actions.cancel import NotCancelable, cancel_payment
from payments.payins.actions.initiate import ObligationInProgress
from payments.payins.actions.submit import submit_payments, work_on_rail
from payments.payins.models import Payment
from payments.payouts.actions.settle import settle_payments
from payments.returns.actions import return_payments
from tests.at_once import at_once
from tests.payments.conftest import answer

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_debt_takes_one_payment(w, accept):
    w.account(w.bob)
    answers = at_once(*[lambda: accept(allow_duplicate=True)] * 6)
    accepted = [a for a in answers if isinstance(a, Payment)]
    refused = [a for a in answers if isinstance(a, ObligationInProgress)]
    assert (len(accepted), len(refused)) == (1, 5)
    assert {a.details["payment"] for a in refused} == {accepted[0].public_id}


def test_parts_of_a_debt_never_add_up_to_more(w, accept):
    w.account(w.bob)
    answers = at_once(*(lambda n=n: accept(amount=40_000 + n) for n in range(6)))
    assert sum(isinstance(a, Payment) for a in answers) == 3
    assert sum(p.amount_minor for p in Payment.objects.all()) <= 150_000


def test_it_is_called_off_or_it_leaves(w, accept):
    for n in range(4):
        made, actor = accept(amount=1000 + n), w.actor(w.bob)
        canceled, moved = at_once(
            lambda made=made, actor=actor: cancel_payment(made, actor=actor, at=w.now),
            lambda made=made: submit_payments([made.public_id], at=w.now),
        )
        found = w.fresh(made)
        if isinstance(canceled, NotCancelable):
            assert (found.status, moved) == ("processing", {made.public_id})
        else:
            assert (found.status, canceled.status, moved) == ("canceled", "canceled", set())
        assert found.version == 2


def test_two_workers_complete_it_once(w, accept):
    made = [accept(rail="instant", amount=1000 + n).public_id for n in range(10)]
    work_on_rail(made, w.now)
    later = w.now.replace(minute=1)
    assert at_once(*(lambda ids=ids: work_on_rail(ids, later) for ids in (made, list(reversed(made)), made[5:]))) == [None] * 3
    assert set(Payment.objects.values_list("status", "version")) == {("completed", 3)}
    assert Transaction.objects.filter(kind="payment.completed").count() == 10
    w.check()


def test_it_settles_before_it_is_returned_or_not_at_all(w, accept):
    made = accept(rail="same_day_ach")
    w.until(made, "completed")
    later = w.now.replace(minute=30)
    settled, returned = at_once(
        lambda: settle_payments([made.public_id], later),
        lambda: return_payments({made.public_id: answer("returned", later, code="R01")}, at=later),
    )
    assert [len(settled), len(returned)] in ([0, 1], [1, 1])
    assert w.fresh(made).status == "returned"
    w.work()
    broken = w.balance("P2110"), w.balance("P2120"), w.balance("L1500", lease=w.owed)
    assert broken == (0, -400, 150_000)
