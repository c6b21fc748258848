"""Two tabs pay one deposit, two workers ask for and forward it."""

import pytest

from leases.deposits.actions.ask import ask_for_deposits
from leases.deposits.actions.forward import forward_deposits
from leases.deposits.models import Deposit
from payments.payins.models import Payment
from payments.payouts.models import Payout
from tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_tabs_pay_it_once(t):
    source = t.account(t.bob)
    results = at_once(*[lambda: t.leave(source=source)] * 4)
    assert sorted(type(r).__name__ for r in results) == ["ObligationInProgress"] * 3 + ["Payment"]
    assert Payment.objects.count() == 1


def test_two_workers_forward_it_once(t):
    made = t.until(t.leave(), "completed")
    assert Payout.objects.count() <= 1
    at_once(*[lambda: forward_deposits([made.public_id], t.now)] * 4)
    assert Payout.objects.filter(purpose="deposit_forwarding").count() == 1
    t.later(minutes=2)
    assert t.balance("L1310") == 150_000
    t.check()


def test_two_workers_ask_for_it_once(t):
    lease = t.lease(deposit_minor=700)
    at_once(*[lambda: ask_for_deposits([lease.public_id], t.now)] * 4)
    assert Deposit.objects.filter(lease=lease).count() == 1
    t.check()
