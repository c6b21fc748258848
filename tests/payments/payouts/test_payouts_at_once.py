"""Two orders for the same money, and two workers on the same order."""

import pytest

from ledger.journal.models import Transaction
from payments.payouts.actions.create import NotAvailable
from payments.payouts.actions.send import work_on_payouts
from payments.payouts.models import Payout
from tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_orders_for_the_same_money_are_one(rich, send):
    account = rich.account(rich.alice)
    results = at_once(*[lambda: send(100_000, bank_account=account)] * 4)
    assert sorted(type(r).__name__ for r in results) == ["NotAvailable", "NotAvailable", "NotAvailable", "Payout"]
    assert all(isinstance(r, Payout | NotAvailable) for r in results)
    assert rich.balance("P2120") == 49_800
    rich.check()


def test_two_workers_on_one_order_post_it_once(rich, send):
    made = send()
    rich.later(seconds=0)
    results = at_once(*[lambda: work_on_payouts([made.public_id], rich.now)] * 4)
    assert results == [None] * 4
    rich.later(minutes=1)
    assert Payout.objects.get().status == "paid"
    assert Transaction.objects.filter(kind="payout.paid").count() == 1
    rich.check()
