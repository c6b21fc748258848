"""The bank takes the payment of a deposit back at the moment in which a step of the move-out, or a bank's answer, moves its money."""

import pytest

from directpay.sagas.actions import work_on_sagas
from leases.deposits.models import Deposit
from leases.move_out.queries import saga_of
from payments.payouts.actions.answer import record_payout_answers
from payments.payouts.models import Payout
from payments.returns.actions import return_payments
from tests.at_once import at_once
from tests.leases.deposits.conftest import DEPOSIT
from tests.leases.move_out.conftest import MovingOut
from tests.payments.conftest import answer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("steps", range(5))
def test_a_step_and_a_return(worlds, steps):
    """Before it, after it, or waiting for it; nobody's money is short, and the books hold."""
    m: MovingOut = worlds()
    m.until(m.pay(m.leased, "instant"), "settled")
    paid = m.until(m.leave(), "completed")
    m.later(minutes=2)
    saga = saga_of(m.begin(("A door", 30_000)))
    for _ in range(steps):
        work_on_sagas([saga.public_id], m.now)
    _, returned = at_once(
        lambda: work_on_sagas([saga.public_id], m.now),
        lambda: return_payments({paid.public_id: answer("returned", m.now, code="R10")}, at=m.now),
    )
    waits = Deposit.objects.get().comes_back_since
    assert [p.public_id for p in returned] == ([] if waits else [paid.public_id])
    assert bool(waits) == Payout.objects.filter(purpose="deposit_draw").exists()
    m.check()
    m.later(days=1)
    m.check()


@pytest.mark.parametrize("purpose", ["deposit_draw", "deposit_refund"])
def test_an_answer_and_a_return(worlds, purpose):
    """What has been answered is known to it, or it waits."""
    m: MovingOut = worlds()
    m.until(m.pay(m.leased, "instant"), "settled")
    paid = m.until(m.leave(), "completed")
    m.later(minutes=2)
    m.begin()
    while not Payout.objects.filter(purpose=purpose, status="in_transit").exists():
        m.later(seconds=1)
    order = m.one(purpose)
    _, returned = at_once(
        lambda: record_payout_answers({order.public_id: answer("completed", m.now)}, at=m.now),
        lambda: return_payments({paid.public_id: answer("returned", m.now, code="R10")}, at=m.now),
    )
    assert m.one(purpose).status == "paid"
    here, gone = m.balance("L1510"), m.balance("L1500", lease=m.leased)
    assert isinstance(returned, list), returned
    if returned:
        assert (here, gone) == ((DEPOSIT, 0) if purpose == "deposit_draw" else (0, DEPOSIT))
    else:
        assert (here, gone, bool(Deposit.objects.get().comes_back_since)) == (0, 0, True)
    m.check()
