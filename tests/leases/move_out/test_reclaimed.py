"""The bank takes back the payment of a deposit that was deducted, drawn or given back by then: K19, K20 and K23 through the actions."""

import pytest

from directpay.due.models import Due
from directpay.sagas.actions import work_on_sagas
from leases.contracts.models import Party
from leases.deposits.models import Deposit
from leases.move_out.actions import name_destination
from leases.move_out.models import MoveOut
from leases.move_out.queries import saga_of
from leases.receipts.actions import NewReceipt, record_receipt
from leases.rent.models import Charge
from leases.rent.queries import payable_charges
from payments.payins.models import Payment
from payments.payouts.actions.answer import record_payout_answers
from payments.payouts.models import Payout
from payments.returns.actions import WATCH_QUEUE, return_payments
from tests.leases.deposits.conftest import DEPOSIT
from tests.leases.move_out.conftest import MovingOut
from tests.payments.conftest import answer

pytestmark = pytest.mark.django_db
SENDS_BACK = "000660000003"  # credits, on the fifth bank day
LATE_RETURN = "009910100000"  # R10 on the tenth bank day
RENT = 150_000


def taken_back(m: MovingOut, payment: Payment, code: str = "R10") -> list[str]:
    """Ids of those that are returned by it."""
    return [p.public_id for p in return_payments({payment.public_id: answer("returned", m.now, code=code)}, at=m.now)]


def the_deposit() -> Payment:
    return Payment.objects.get(applies_to__number="L1510")


def debt(m: MovingOut) -> Charge:
    return Charge.objects.get(posted_as="payment.returned")


def paid_by(m: MovingOut) -> Party:
    return m.leased.parties.get()


def open_of(m: MovingOut, charge: Charge) -> int:
    party = paid_by(m)
    return sum(row.open_minor for row in payable_charges(m.leased, party, [party]).rows if row.charge.id == charge.id)


class TestAfterItWasGivenBack:
    @pytest.fixture
    def m(self, m: MovingOut) -> MovingOut:
        """300.00 were deducted for a door; 1,201.20 went to Bob."""
        self.made = m.begin(("A door", 30_000))
        m.later(minutes=10)
        assert MoveOut.objects.get(id=self.made.id).closed_at
        assert m.of("L2200", "L1310", "L1500") == {"L2200": 0, "L1310": 0, "L1500": 0}
        return m

    def test_k19_operating_money_bears_it_and_the_renter_owes_it(self, m):
        paid = the_deposit()
        before = m.of("P2120", "L1100", "L1200")
        assert taken_back(m, paid) == [paid.public_id]
        m.shows(f"payment.returned:{paid.public_id}", P2120=before["P2120"] - DEPOSIT, L1500=DEPOSIT, L1100=before["L1100"] - DEPOSIT)
        assert m.of("L1510", "L2200", "L2230", "L1310", "P2210") == dict.fromkeys(("L1510", "L2200", "L2230", "L1310", "P2210"), 0)
        charge = debt(m)
        assert (charge.amount_minor, charge.party, charge.category, charge.due_on) == (DEPOSIT, paid_by(m), "other", m.now.date())
        assert open_of(m, charge) == DEPOSIT
        m.later(minutes=5)
        m.check()

    def test_it_is_paid_as_any_other_debt(self, m):
        taken_back(m, the_deposit())
        record_receipt(m.leased, NewReceipt(paid_by(m), "cash", DEPOSIT), actor=m.actor(m.alice), at=m.now)
        assert (open_of(m, debt(m)), m.balance("L1500", lease=m.leased)) == (0, 0)
        m.check()

    def test_told_twice_it_is_posted_once(self, m):
        paid = the_deposit()
        assert (taken_back(m, paid), taken_back(m, paid)) == ([paid.public_id], [])
        assert Charge.objects.filter(posted_as="payment.returned").count() == 1
        m.check()

    def test_a_refund_that_comes_back_then_is_not_sent_again_before_it_is_paid(self, m):
        refund = m.one("deposit_refund")
        taken_back(m, the_deposit())
        record_payout_answers({refund.public_id: answer("returned", m.now, code="R02")}, at=m.now)
        name_destination(m.deposit, m.account(m.bob), actor=m.actor(m.bob), at=m.now)
        assert Payout.objects.filter(purpose="deposit_refund").count() == 1
        record_receipt(m.leased, NewReceipt(paid_by(m), "cash", DEPOSIT), actor=m.actor(m.alice), at=m.now)
        name_destination(m.deposit, m.account(m.bob), actor=m.actor(m.bob), at=m.now)
        assert Payout.objects.filter(purpose="deposit_refund").count() == 2
        m.check()


class TestWhileItsMoneyIsMoved:
    @pytest.fixture
    def m(self, m: MovingOut) -> MovingOut:
        """A door is deducted, and the rest is on its way from the trust bank."""
        self.made = m.begin(("A door", 30_000))
        while not Payout.objects.filter(purpose="deposit_draw").exclude(status="created").exists():
            m.later(seconds=1)
        return m

    def test_it_waits_for_the_trust_bank_and_k20_takes_what_is_here(self, m):
        paid = the_deposit()
        assert m.one("deposit_draw").status in Payout.UNDER_WAY
        assert taken_back(m, paid) == []
        assert Deposit.objects.get().comes_back_since == m.now
        m.check()
        record_payout_answers({m.one("deposit_draw").public_id: answer("completed", m.now)}, at=m.now)
        work_on_sagas([saga_of(self.made).public_id], m.now)
        assert not Payout.objects.filter(purpose="deposit_refund").exists(), "nothing of it is given back meanwhile"
        assert saga_of(self.made).waits_for == "for what the bank takes back"
        assert Due.objects.filter(queue=WATCH_QUEUE, key=paid.public_id).exists()
        before = m.balance("P2120")
        assert taken_back(m, paid) == [paid.public_id]
        m.shows(f"payment.returned:{paid.public_id}", P2210=120, L1320=120, L2200=0, L1510=120_000, L1500=30_000)
        assert m.balance("P2120") == before - 30_000 - 400, "what was deducted, and the fee of the return"
        assert (debt(m).amount_minor, Deposit.objects.get().comes_back_since) == (30_000, None)
        m.later(minutes=10)
        assert [p.amount_minor for p in Payout.objects.filter(purpose="deposit_refund")] == [120], "the interest"
        m.check()


def test_by_itself_when_the_renters_bank_says_so_while_it_is_drawn(worlds):
    """Bob moves out, and tells his bank that he had never allowed the payment: he is not given back what is taken back."""
    m = worlds()
    m.until(m.pay(m.leased, "instant"), "settled")
    paid = m.until(m.leave(source=m.account(m.bob, LATE_RETURN)), "completed")
    while not m.balance("L1310"):
        m.later(seconds=1)
    m.begin()
    while not Deposit.objects.get().comes_back_since:
        m.later(seconds=1)
    assert m.one("deposit_draw").status in Payout.UNDER_WAY
    while not MoveOut.objects.get().closed_at:
        m.later(seconds=1)
    assert m.fresh(paid).status == "returned"
    assert not Payout.objects.filter(purpose="deposit_refund").exists()
    assert m.of("P2120", "P2210", "L2200", "L1310", "L1510", "L1500") == {
        "P2120": RENT - 100 - 400,
        "P2210": 0,
        "L2200": 0,
        "L1310": 0,
        "L1510": DEPOSIT,
        "L1500": 0,
    }
    m.later(days=1)
    m.check()


class TestDeductedWhileTheTrustBankHadSentItBack:
    @pytest.fixture
    def m(self, worlds) -> MovingOut:
        """A door is deducted, and the money is with us."""
        m = worlds(trust_number=SENDS_BACK)
        m.until(m.pay(m.leased, "instant"), "settled")
        m.until(m.leave(), "completed")
        while not m.balance("L1310"):
            m.later(seconds=1)
        saga = saga_of(m.begin(("A door", 30_000)))
        work_on_sagas([saga.public_id], m.now)
        record_payout_answers({m.one("deposit_forwarding").public_id: answer("returned", m.now, code="R03")}, at=m.now)
        for _ in range(3):
            work_on_sagas([saga.public_id], m.now)
        assert m.of("L2230", "P2210", "L1310") == {"L2230": 30_000, "P2210": DEPOSIT, "L1310": 0}
        return m

    @pytest.fixture
    def on_its_way(self, m) -> Payout:
        """It goes to the trust bank anew, and the bank takes it back meanwhile: that waits for what the trust bank says."""
        m.later(days=1)
        while (forwarding := Payout.objects.filter(purpose="deposit_forwarding").latest("id")).status != "in_transit":
            m.later(seconds=1)
        assert taken_back(m, the_deposit()) == []
        assert Deposit.objects.get().comes_back_since == m.now
        return forwarding

    def test_k23_what_is_with_us_goes_back_and_what_it_had_paid_is_owed_again(self, m):
        paid, before = the_deposit(), m.balance("P2120")
        taken_back(m, paid)
        m.shows(f"payment.returned:{paid.public_id}", P2210=0, L1320=0, L2200=0, L2230=0, L1330=0, L1500=30_000, L1510=120_000)
        assert m.balance("P2120") == before - 400, "the owner pays for the return alone"
        m.later(days=2)
        assert MoveOut.objects.get().closed_at
        assert Payout.objects.filter(purpose="deposit_forwarding").count() == 1, "nothing is there to be forwarded"
        m.check()

    def test_what_does_not_arrive_goes_back(self, m, on_its_way):
        paid, before = the_deposit(), m.balance("P2120")
        record_payout_answers({on_its_way.public_id: answer("failed", m.now, code="R03")}, at=m.now)
        assert Due.objects.get(queue=WATCH_QUEUE, key=paid.public_id).due_at <= m.now, "it is asked again at once"
        taken_back(m, paid)
        m.shows(f"payment.returned:{paid.public_id}", P2210=0, L1320=0, L2200=0, L2230=0, L1330=0, L1500=30_000, L1510=120_000)
        assert m.balance("P2120") == before - 400
        m.check()

    def test_what_arrives_the_owner_bears(self, m, on_its_way):
        paid, before = the_deposit(), m.balance("P2120")
        record_payout_answers({on_its_way.public_id: answer("completed", m.now)}, at=m.now)
        taken_back(m, paid)
        m.shows(f"payment.returned:{paid.public_id}", L1310=DEPOSIT, L2200=0, L2230=DEPOSIT, L1500=30_000, L1510=120_000)
        assert m.balance("P2120") == before - DEPOSIT - 400
        m.check()
