"""The trust bank sends a deposit back, or takes one back that it had given: K17 and K18 through the actions, and when they cannot be."""

import pytest

from directpay.due.models import Due
from directpay.sagas.actions import work_on_sagas
from leases.contracts.models import Lease
from leases.deposits.actions.move import AmountExceedsDeposit, record_cheque, withdraw_earned
from leases.deposits.actions.pay import pay_deposit
from leases.deposits.queries import standings, with_lease
from leases.move_out.actions import name_destination
from leases.move_out.models import MoveOut
from leases.move_out.queries import saga_of
from leases.rent.actions.pay_rent import PayRequest
from payments.payins.models import Payment
from payments.payouts.actions.answer import record_payout_answers
from payments.payouts.actions.create import PAYOUT_QUEUE
from payments.payouts.models import Payout
from payments.payouts.purposes import GoneOn
from payments.returns.actions import return_payments
from tests.leases.deposits.conftest import DEPOSIT, Trusting
from tests.leases.move_out.conftest import MovingOut
from tests.payments.conftest import answer

pytestmark = pytest.mark.django_db
SENDS_BACK = "000660000003"  # credits, on the fifth bank day
TAKES_BACK = "009901050000"  # debits as well
LATE_RETURN = "009910100000"  # R10 on the tenth bank day


def orders(purpose: str) -> list[Payout]:
    return list(Payout.objects.filter(purpose=purpose).order_by("id"))


def that_works(t: Trusting) -> None:
    """The trust bank has mended what was wrong with the account."""
    account = t.account(t.alice)
    account.purpose = "trust"
    account.save()
    t.trust.bank_account = account
    t.trust.save()


class TestWhatWasForwarded:
    @pytest.fixture
    def t(self, db: None) -> Trusting:
        """Bob's deposit was in the trust bank, which sent it back."""
        t = Trusting(trust_number=SENDS_BACK)
        self.made = t.until(t.leave(), "completed")
        t.later(minutes=2)
        return t

    def test_k17_is_with_us_again(self, t):
        forwarding = orders("deposit_forwarding")[0]
        assert (forwarding.status, forwarding.return_code) == ("returned", "R03")
        t.shows(f"deposit.forwarded:{forwarding.public_id}", P2210=0, L1310=DEPOSIT, L1320=0)
        t.shows(f"deposit.forwarding_returned:{forwarding.public_id}", P2210=DEPOSIT, L1310=0, L1320=DEPOSIT)
        assert t.of("L2200", "L1510", "P1110", "P1210/payout") == {"L2200": DEPOSIT, "L1510": 0, "P1110": DEPOSIT, "P1210/payout": 0}
        assert standings([t.deposit])[t.deposit.id].in_transit_minor == DEPOSIT
        t.check()

    def test_is_forwarded_anew_a_day_later(self, t):
        assert len(orders("deposit_forwarding")) == 1
        that_works(t)
        t.later(days=1, minutes=2)
        assert [p.status for p in orders("deposit_forwarding")] == ["returned", "paid"]
        assert t.of("P2210", "L1310", "L1320", "P1110") == {"P2210": 0, "L1310": DEPOSIT, "L1320": 0, "P1110": 0}
        t.check()

    def test_is_given_back_by_the_bank_out_of_what_is_with_us(self, t):
        """K14 then, as before it was forwarded: nobody's operating money bears it."""
        return_payments({self.made.public_id: answer("returned", t.now, code="R10")}, at=t.now)
        t.shows(f"payment.returned:{self.made.public_id}", P2210=0, L1320=0, L2200=0, L1510=DEPOSIT, L2230=0)
        t.later(days=1, minutes=2)
        assert len(orders("deposit_forwarding")) == 1, "there is nothing to forward"
        t.check()

    def test_holds_a_move_out_until_it_is_there(self, t):
        made = MovingOut.begin(t)
        t.later(minutes=5)
        assert saga_of(made).waits_for == "for the deposit to reach the trust account"
        t.check()


def test_what_was_deducted_is_not_taken_out_before_it_is_there_again(worlds):
    """The trust bank sends it back between the first step and the next; Carol's deposit lies in the same account."""
    t = worlds(trust_number=SENDS_BACK)
    other = t.lease((t.person("carol", "renter"), None), deposit_minor=DEPOSIT)
    t.work()
    record_cheque(with_lease().get(lease=other), DEPOSIT, actor=t.actor(t.alice), at=t.now)
    t.until(t.leave(), "completed")
    while t.balance("L1310") == DEPOSIT:
        t.later(seconds=1)
    saga = saga_of(t.begin(("A door", 10_000)))
    work_on_sagas([saga.public_id], t.now)
    forwarding = orders("deposit_forwarding")[0]
    record_payout_answers({forwarding.public_id: answer("returned", t.now, code="R03")}, at=t.now)
    for _ in range(3):
        work_on_sagas([saga.public_id], t.now)
    saga.refresh_from_db()
    assert (saga.waits_for, t.balance("L2230")) == ("for the deposit to reach the trust account", DEPOSIT), "all of it: Bob owes rent"
    with pytest.raises(AmountExceedsDeposit) as refused:
        withdraw_earned(t.deposit, 10_000, actor=t.actor(t.alice), at=t.now)
    assert refused.value.details["earned"] == 0
    assert t.balance("L1310") == DEPOSIT, "Carol's"
    t.check()


def test_what_has_gone_on_from_the_trust_bank_does_not_come_back_from_it(worlds):
    """A hundred of it were deducted and are the owner's: the rest is not the whole. It is parked, and nothing is written."""
    t = worlds(trust_number=SENDS_BACK)
    made = t.until(t.leave(), "completed")
    while not t.balance("L1310"):
        t.later(seconds=1)
    t.begin(("A door", 10_000))
    t.later(minutes=5)
    (forwarding,) = orders("deposit_forwarding")
    assert forwarding.status == "paid"
    waiting = Due.objects.get(queue=PAYOUT_QUEUE, key=forwarding.public_id)
    assert waiting.attempts
    assert waiting.last_error.endswith(
        f"deposit_forwarding {forwarding.public_id} came back, and $1,500.00 of $1,500.00 is not there any more"
    )
    assert t.fresh(made).status == "completed"
    t.check()


def test_what_is_being_drawn_from_the_trust_bank_does_not_come_back_from_it(worlds):
    """It is asked again when the trust bank has answered: until then nobody knows whether it is there."""
    t = worlds()
    t.until(t.pay(t.leased, "instant"), "settled")
    t.in_trust()
    t.begin()
    t.work()
    (draw,), (forwarding,) = orders("deposit_draw"), orders("deposit_forwarding")
    assert (draw.status, forwarding.status) in {("created", "paid"), ("in_transit", "paid")}
    with pytest.raises(GoneOn):
        record_payout_answers({forwarding.public_id: answer("returned", t.now, code="R03")}, at=t.now)
    t.later(seconds=1)
    record_payout_answers({draw.public_id: answer("failed", t.now, code="R01")}, at=t.now)
    record_payout_answers({forwarding.public_id: answer("returned", t.now, code="R03")}, at=t.now)
    assert t.of("L1310", "P2210") == {"L1310": 0, "P2210": DEPOSIT}
    t.check()


class TestWhatOfAReturnedPaymentComesBack:
    """The bank took the payment back, then the trust bank sends the forwarding back: of two payers' in one account."""

    @pytest.fixture
    def m(self, db: None) -> MovingOut:
        """Bob's and Carol's lie in trust; Carol's bank takes hers back: the owner has borne it, and what lies there is the owner's."""
        m = MovingOut()
        m.until(m.pay(m.leased, "instant"), "settled")
        m.in_trust()
        carol = m.person("carol", "renter")
        self.others = m.lease((carol, None), deposit_minor=DEPOSIT)
        m.work()
        request = PayRequest("ach", m.account(carol, LATE_RETURN))
        m.until(pay_deposit(self.others, request, actor=m.actor(carol), at=m.now), "returned")
        m.later(minutes=5)
        self.forwarded = {p.party.split(":")[0]: p.public_id for p in orders("deposit_forwarding")}
        assert m.of("L1310", "L2230") == {"L1310": 2 * DEPOSIT, "L2230": DEPOSIT}
        return m

    def take_back(self, m: MovingOut, lease: Lease) -> None:
        (paid,) = Payment.objects.filter(applies_to__deposit_due__lease=lease)
        assert return_payments({paid.public_id: answer("returned", m.now, code="R10")}, at=m.now)

    def send_back(self, m: MovingOut, lease: Lease) -> None:
        record_payout_answers({self.forwarded[lease.public_id]: answer("returned", m.now, code="R03")}, at=m.now)

    def test_is_the_owners_and_not_there_until_it_is_forwarded_anew(self, m):
        self.send_back(m, self.others)
        assert m.of("L1310", "L1320", "L2230") == {"L1310": DEPOSIT, "L1320": DEPOSIT, "L2230": DEPOSIT}
        with pytest.raises(AmountExceedsDeposit):
            withdraw_earned(m.deposit, 1, actor=m.actor(m.alice), at=m.now)
        m.later(days=1, minutes=5)
        assert [p.status for p in orders("deposit_forwarding")] == ["paid", "returned", "paid"]
        withdraw_earned(m.deposit, DEPOSIT, actor=m.actor(m.alice), at=m.now)
        assert m.of("L1310", "L1320", "L2230") == {"L1310": DEPOSIT, "L1320": 0, "L2230": 0}
        m.check()

    def test_what_has_gone_does_not_come_out_of_what_is_the_owners_of_another(self, m):
        """Bob was given his back before his bank took it (K19): what lies there is Carol's, whom the owner has paid for."""
        m.begin()
        m.later(minutes=10)
        assert MoveOut.objects.get().closed_at
        self.take_back(m, m.leased)
        assert m.of("L1310", "L2230") == {"L1310": DEPOSIT, "L2230": DEPOSIT}
        with pytest.raises(GoneOn):
            self.send_back(m, m.leased)
        withdraw_earned(m.deposit, DEPOSIT, actor=m.actor(m.alice), at=m.now)
        assert m.of("L1310", "L1320", "L2230") == {"L1310": 0, "L1320": 0, "L2230": 0}
        m.check()

    def test_what_the_owner_has_taken_out_comes_back_once(self, m):
        """Both are the owner's, who takes one of them out: one can come back, the other is not there any more."""
        self.take_back(m, m.leased)
        withdraw_earned(m.deposit, DEPOSIT, actor=m.actor(m.alice), at=m.now)
        self.send_back(m, m.leased)
        with pytest.raises(GoneOn):
            self.send_back(m, self.others)
        assert m.of("L1310", "L1320", "L2230") == {"L1310": 0, "L1320": DEPOSIT, "L2230": DEPOSIT}
        m.check()


class TestWhatWasDrawn:
    @pytest.fixture
    def m(self, db: None) -> MovingOut:
        """A deposit that was left as a cheque at a trust bank that takes back what it gives; Bob names no account for it."""
        m = MovingOut(trust_number=TAKES_BACK)
        m.until(m.pay(m.leased, "instant"), "settled")
        record_cheque(m.deposit, DEPOSIT, actor=m.actor(m.alice), at=m.now)
        m.bob.bank_accounts.update(purpose="trust")
        self.made = m.begin()
        m.later(minutes=2)
        return m

    def test_k18_lies_in_the_trust_bank_again(self, m):
        (draw,) = orders("deposit_draw")
        assert (draw.status, draw.return_code) == ("returned", "R01")
        m.shows(f"deposit.drawn:{draw.public_id}", P2210=DEPOSIT, L1310=0, L1320=DEPOSIT)
        m.shows(f"deposit.draw_returned:{draw.public_id}", P2210=0, L1310=DEPOSIT, L1320=0)
        assert m.of("L2200", "P1210/ach") == {"L2200": DEPOSIT, "P1210/ach": 0}
        assert saga_of(self.made).waits_for.startswith("the trust bank refused: ")
        m.check()

    def test_is_drawn_anew_a_day_later(self, m):
        name_destination(m.deposit, m.account(m.bob), actor=m.actor(m.bob), at=m.now)
        m.later(hours=23)
        assert len(orders("deposit_draw")) == 1
        that_works(m)
        m.later(hours=1, minutes=5)
        assert [p.status for p in orders("deposit_draw")] == ["returned", "paid"]
        assert [p.status for p in orders("deposit_refund")] == ["paid"]
        assert MoveOut.objects.get(id=self.made.id).closed_at
        assert m.of("P2210", "L1310", "L1320", "L2200") == {"P2210": 0, "L1310": 0, "L1320": 0, "L2200": 0}
        m.check()


def test_what_was_drawn_and_given_to_the_renter_is_for_a_person_to_see_to(worlds):
    m = worlds(trust_number=TAKES_BACK)
    m.until(m.pay(m.leased, "instant"), "settled")
    record_cheque(m.deposit, DEPOSIT, actor=m.actor(m.alice), at=m.now)
    m.begin()
    m.later(minutes=5)
    (draw,) = orders("deposit_draw")
    assert (draw.status, orders("deposit_refund")[0].status) == ("paid", "paid")
    assert "is not there any more" in Due.objects.get(queue=PAYOUT_QUEUE, key=draw.public_id).last_error
    m.check()
