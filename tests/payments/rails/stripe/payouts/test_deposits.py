"""A deposit in one of Stripe's payouts: it goes on to its trust bank, and nobody ever has it available."""

import pytest

from tests.leases.deposits.conftest import DEPOSIT, Trusting
from tests.payments.rails.stripe.payouts.conftest import saga

pytestmark = pytest.mark.django_db


@pytest.fixture
def w(db: None) -> Trusting:
    return Trusting()


def test_a_deposit_is_never_settled_and_nobody_waits_for_it(w, rail, pay_out, later):
    made = w.leave(rail="stripe_ach")
    w.work()
    later(days=5)
    assert w.fresh(made).status == "completed"
    pay_out()
    later(days=1)
    assert (saga().status, saga().waits_for, w.fresh(made).status) == ("done", "", "completed")
    later(days=1)
    assert w.balance("L1310") == DEPOSIT, "forwarded, for its cash is here"
    w.check()
