"""Two who give the same money back, and two workers on the same refund."""

import pytest

from ledger.journal.models import Transaction
from payments.refunds.actions.send import work_on_refunds
from payments.refunds.models import Refund
from tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_approvers_give_it_back_once(owing, claws, paid, refund):
    results = at_once(*[lambda: refund(paid, 10_000)] * 4)
    assert sorted(type(r).__name__ for r in results) == ["NotRefundable"] * 3 + ["Refund"]
    assert (Refund.objects.count(), owing.balance("P2120"), owing.fresh(paid).amount_refunded) == (1, 0, 10_000)
    owing.check()


def test_two_halves_that_are_more_than_the_whole(owing, claws, paid, refund):
    results = at_once(*[lambda: refund(paid, 6_000)] * 2)
    assert sorted(type(r).__name__ for r in results) == ["AmountExceedsRefundable", "Refund"]
    owing.check()


def test_a_double_click_gives_back_once(owing, paid, refund):
    results = at_once(*[lambda: refund(paid, 1_000, once="form-1")] * 4)
    assert len({r.public_id for r in results}) == 1
    assert (Refund.objects.count(), owing.fresh(paid).amount_refunded) == (1, 1_000)
    owing.check()


def test_two_workers_on_one_refund_post_it_once(owing, paid, refund):
    made = refund(paid)
    results = at_once(*[lambda: work_on_refunds([made.public_id], owing.now)] * 4)
    assert results == [None] * 4
    owing.later(minutes=1)
    assert Refund.objects.get().status == "succeeded"
    assert Transaction.objects.filter(kind="refund.completed").count() == 1
    owing.check()
