"""Each invariant of leases can fail: what it compares is broken, and it notices."""

import pytest

from leases.invariants import LEASES
from tests.ledger.breaking import broken_after
from tests.world import World

OWN = {invariant.code for invariant in LEASES if invariant.sql}
BREAKS = {
    "I17 a charge was another one": ["UPDATE leases_charge SET amount_minor = amount_minor + 1 WHERE posted_at IS NOT NULL"],
    "I17 a charge was never posted": ["UPDATE leases_charge SET posted_at = NULL WHERE posted_at IS NOT NULL"],
    "I17 a payment never cleared": ["UPDATE payments_payment SET status = 'failed' WHERE status = 'settled'"],
    "I17 a balance is moved": ["UPDATE ledger_account SET balance_minor = balance_minor + 1 WHERE number = 'L1500'"],
    "I8 the trust bank has less than is held": ["UPDATE ledger_account SET fund = 'trust' WHERE number = 'L1500'"],
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


@pytest.mark.django_db(transaction=True)
def test_each_notices_what_it_must(superuser_url, subtests):
    w = World()
    lease = w.lease()
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
