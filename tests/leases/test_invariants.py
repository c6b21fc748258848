"""Each invariant of leases can fail: what it compares is broken, and it notices."""

import pytest

from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from leases.deposits.actions.move import deduct, record_cheque
from leases.invariants import LEASES
from tests.leases.deposits.conftest import Trusting
from tests.ledger.breaking import broken_after

OWN = {invariant.code for invariant in LEASES if invariant.sql}
BREAKS = {
    "I17 a charge was another one": ["UPDATE leases_charge SET amount_minor = amount_minor + 1 WHERE posted_at IS NOT NULL"],
    "I17 a charge was never posted": ["UPDATE leases_charge SET posted_at = NULL WHERE posted_at IS NOT NULL"],
    "I17 a payment never cleared": ["UPDATE payments_payment SET status = 'failed' WHERE status = 'settled'"],
    "I17 a balance is moved": ["UPDATE ledger_account SET balance_minor = balance_minor + 1 WHERE number = 'L1500'"],
    "I8 the trust bank has less than is held": ["UPDATE ledger_account SET fund = 'trust' WHERE number = 'L1500'"],
    "I8d a movement is gone": ["DELETE FROM leases_movement WHERE kind = 'cheque'"],
    "I8d what is held is moved": ["UPDATE ledger_account SET balance_minor = balance_minor - 1 WHERE number = 'L2200'"],
    "I18b a deposit was another one": ["UPDATE leases_deposit SET amount_minor = amount_minor + 1"],
    "I18b a payment of it never cleared": ["UPDATE payments_payment SET status = 'failed' WHERE origin LIKE 'dep_%'"],
    "I17 a deduction is gone": ["DELETE FROM leases_movement WHERE kind = 'deduction'"],
    "I8b what is earned is not what may be withdrawn": ["UPDATE ledger_account SET number = 'L2230' WHERE number = 'L1500'"],
    "I18 a deposit was billed that nobody owes": ["UPDATE ledger_account SET number = 'L2250' WHERE number = 'L1500'"],
    "I24 income is moved": ["UPDATE ledger_account SET balance_minor = balance_minor + 1 WHERE number = 'L4100'"],
    "I24 cash is moved": ["UPDATE ledger_account SET balance_minor = balance_minor + 1 WHERE number = 'L1100'"],
    "I20b more is on its way than is owed": [
        "UPDATE payments_payment SET amount_minor = 10000000, charged_minor = 10000000, net_minor = 10000000 - fee_minor"
        " WHERE status = 'processing'"
    ],
    "I20b nothing is owed any more": [
        "UPDATE ledger_account SET balance_minor = 0 WHERE number = 'L1500'",
        "UPDATE leases_charge SET posted_at = '2026-11-02 15:00Z' WHERE posted_at IS NULL",
    ],
}


def in_trust(w: Trusting) -> None:
    """A deposit paid in part by instant payment and by cheque, and a part of it deducted."""
    w.leave("instant", amount=100_000)
    w.later(minutes=3)
    record_cheque(w.deposit, 20_000, actor=SYSTEM, at=w.now)
    with unit_of_work():
        deduct(w.deposit, 5_000, reason="rent", charge=None, actor=SYSTEM, at=w.now)


@pytest.mark.django_db(transaction=True)
def test_each_notices_what_it_must(superuser_url, subtests):
    w = Trusting()
    lease = w.lease()
    in_trust(w)
    w.pay(lease, "instant", amount=50_000)
    w.later(minutes=1)
    w.pay(lease, "ach", amount=60_000)
    w.work()
    w.check()
    assert not broken_after(superuser_url), "whole at the beginning"
    for name, statements in BREAKS.items():
        with subtests.test(name):
            assert name.split()[0] in broken_after(superuser_url, *statements)
    assert {name.split()[0] for name in BREAKS} == OWN, "an invariant that nobody tried to break"
    assert not broken_after(superuser_url), "whole at the end"
