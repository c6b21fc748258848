"""The bank takes the payment of a deposit back at the moment in which a step of the move-out, or a bank's answer, moves its money."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from directpay.sagas.actions import work_on_sagas
from leases.deposits.actions.move import AmountExceedsDeposit, record_cheque, withdraw_earned
from leases.deposits.actions.pay import pay_deposit
from leases.deposits.models import Deposit
from leases.deposits.queries import with_lease
from leases.move_out.actions import name_destination
from leases.move_out.queries import saga_of
from leases.rent.actions.pay_rent import PayRequest
from payments.payins.actions.answers import record_answers
from payments.payouts.actions.answer import record_payout_answers
from payments.payouts.models import Payout
from payments.payouts.purposes import GoneOn
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


def test_the_owner_and_the_trust_bank_take_the_same_money(worlds):
    """What is the owner's of a returned payment is taken out, or sent back: Carol's lies in the same account, and stays."""
    m: MovingOut = worlds()
    other = m.lease((m.person("carol", "renter"), None), deposit_minor=DEPOSIT)
    m.work()
    record_cheque(with_lease().get(lease=other), DEPOSIT, actor=m.actor(m.alice), at=m.now)
    paid = m.until(m.leave(), "completed")
    m.later(minutes=2)
    return_payments({paid.public_id: answer("returned", m.now, code="R10")}, at=m.now)
    assert m.of("L1310", "L2230") == {"L1310": 2 * DEPOSIT, "L2230": DEPOSIT}
    deposit, forwarding = m.deposit, m.one("deposit_forwarding")
    taken, sent = at_once(
        lambda: withdraw_earned(deposit, DEPOSIT, actor=m.actor(m.alice), at=m.now),
        lambda: record_payout_answers({forwarding.public_id: answer("returned", m.now, code="R03")}, at=m.now),
    )
    refused = (isinstance(taken, AmountExceedsDeposit), isinstance(sent, GoneOn))
    assert refused in {(True, False), (False, True)}, (taken, sent)
    assert m.of("L1310", "L1320") == {"L1310": DEPOSIT, "L1320": DEPOSIT if refused[0] else 0}
    m.check()


def test_a_draw_that_comes_back_and_the_refund_of_it(worlds, superuser_url):
    """Both have made up their minds before either writes: what came back is not given to Bob out of Carol's money, which lies there too."""
    m: MovingOut = worlds()
    m.until(m.pay(m.leased, "instant"), "settled")
    m.in_trust()
    carol = m.person("carol", "renter")
    other = m.lease((carol, None), deposit_minor=DEPOSIT)
    m.bob.bank_accounts.update(purpose="trust")
    saga = saga_of(m.begin())
    m.later(minutes=2)
    saga.refresh_from_db()
    assert (saga.waits_for, m.one("deposit_draw").status) == ("for a bank account of the renter", "paid")
    hers = pay_deposit(other, PayRequest("ach", m.account(carol)), actor=m.actor(carol), at=m.now)
    m.work()
    record_answers({hers.public_id: answer("completed", m.now)}, at=m.now)  # nobody has looked for its cash yet
    draw, named, here = m.one("deposit_draw"), m.account(m.bob), m.balance("P2210")
    assert here == 2 * DEPOSIT
    name_destination(m.deposit, named, actor=m.actor(m.bob), at=m.now)
    with psycopg.connect(superuser_url) as blocker, psycopg.connect(superuser_url, autocommit=True) as judge, ThreadPoolExecutor(1) as pool:
        blocker.execute("SELECT FROM ledger_account WHERE number = 'P2210' FOR UPDATE")
        both = pool.submit(
            at_once,
            lambda: work_on_sagas([saga.public_id], m.now),
            lambda: record_payout_answers({draw.public_id: answer("returned", m.now, code="R01")}, at=m.now),
        )
        while judge.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchone() != (2,):
            assert not both.done()
        blocker.rollback()
        _, sent = both.result()
    refunds = Payout.objects.filter(purpose="deposit_refund").count()
    assert (isinstance(sent, GoneOn), m.one("deposit_draw").status) == ((True, "paid") if refunds else (False, "returned"))
    assert m.balance("P2210") == (here if refunds else here - DEPOSIT)
    m.check()
