"""Deposits in trust: BOOKS.md K1 to K7 and K14 to K16 through the actions, with the balances as printed."""

from datetime import date

import pytest

from directpay.due.models import Due
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import SYSTEM
from leases.deposits.actions.move import AmountExceedsDeposit, deduct, record_cheque, record_interest, withdraw_earned
from leases.deposits.actions.name_trust_bank import TrustAccountNamed, name_trust_bank
from leases.deposits.actions.pay import DepositNotAsked, TrustAccountMissing, pay_deposit
from leases.deposits.models import Deposit, Movement
from leases.deposits.queries import standings, with_lease
from leases.rent.actions.pay_rent import PayRequest
from payments.methods.actions import add_bank_account
from payments.methods.queries import BankAccountNotVerified, bank_account_to_pay_from
from payments.payins.actions.answers import record_answers
from payments.payins.actions.complete import TRUST_QUEUE
from payments.payins.actions.initiate import AmountExceedsPayable, ObligationInProgress
from payments.payins.actions.pay import pay
from payments.payins.actions.submit import submit_payments
from payments.payouts.models import Payout
from payments.returns.actions import return_payments
from tests.leases.deposits.conftest import DEPOSIT, Trusting
from tests.payments.conftest import answer
from tests.world import NO_FUNDS, World

pytestmark = pytest.mark.django_db
REFUSED = "000111111113"  # takes no credit
LATE_RETURN = "009910100000"  # R10 on the tenth bank day: after the deposit was forwarded


class TestTheRowsOfTheBooks:
    def test_k1_the_deposit_is_asked(self, t):
        assert t.of("L1510", "L2250") == {"L1510": 150_000, "L2250": 150_000}
        assert t.balance("L1500", lease=t.leased) == 150_000  # the rent alone
        assert t.deposit.due_on == date(2026, 11, 1)
        t.check()

    def test_k2_it_is_paid_into_trust_and_never_available(self, t):
        made = t.until(t.leave(), "completed")
        reference = f"payment.completed:{made.public_id}"
        t.shows(reference, P2210=150_000, L1320=150_000, L2200=150_000, L1510=0)
        assert t.of("P2110", "P2120") == {"P2110": 0, "P2120": 0}
        t.check()

    def test_k3_a_fee_of_the_payee_comes_out_of_operating_money(self, t):
        t.fee("ach", 200)
        t.until(t.leave(), "completed")
        assert t.of("P2120", "L1100", "L2200") == {"P2120": -200, "L1100": -200, "L2200": 150_000}
        t.check()

    def test_k4_to_k6_it_is_forwarded_by_itself(self, t):
        made = t.until(t.leave(), "completed")
        assert t.balance("P1110") == 150_000  # K4: the bank has shown it
        t.later(minutes=2)
        forwarding = Payout.objects.get(purpose="deposit_forwarding", origin=made.public_id)
        assert forwarding.status == "paid"
        t.shows(f"deposit.forwarded:{forwarding.public_id}", P2210=0, L1310=150_000, L1320=0)
        assert t.of("P1110", "P1210/payout") == {"P1110": 0, "P1210/payout": 0}
        assert t.fresh(made).status == "completed"  # nothing of it settles
        t.check()

    def test_k7_interest_is_the_renters_and_the_owners(self, t):
        t.in_trust()
        record_interest(t.deposit, 120, actor=t.actor(t.alice), at=t.now)
        assert t.of("L2210", "L1310") == {"L2210": 120, "L1310": 150_120}
        record_interest(t.deposit, 0, owners_minor=30, actor=t.actor(t.alice), at=t.now)
        assert t.of("L2210", "L1310", "L2230", "L1330", "L4800") == {
            "L2210": 120,
            "L1310": 150_150,
            "L2230": 30,
            "L1330": 30,
            "L4800": 30,
        }
        withdraw_earned(t.deposit, 30, actor=t.actor(t.alice), at=t.now)
        assert t.of("L1310", "L2230", "L1330", "L1200") == {"L1310": 150_120, "L2230": 0, "L1330": 0, "L1200": 30}
        t.check()

    def test_k10_what_is_here_is_what_is_still_held_and_the_owner_takes_all_that_was_earned(self, t):
        """Bob's cheque lies there and was deducted; the rest of the deposit, that he pays now, has not been forwarded."""
        record_cheque(t.deposit, 100_000, actor=t.actor(t.alice), at=t.now)
        with unit_of_work():
            deduct(t.deposit, 100_000, reason="rent", charge=None, actor=SYSTEM, at=t.now)
        made = t.leave()
        submit_payments([made.public_id], at=t.now)
        record_answers({made.public_id: answer("completed", t.now)}, at=t.now)  # nobody has looked for its cash yet
        assert t.of("L1310", "L2230", "L2200") == {"L1310": 100_000, "L2230": 100_000, "L2200": 50_000}
        withdraw_earned(t.deposit, 100_000, actor=t.actor(t.alice), at=t.now)
        assert t.of("L1310", "L2230", "L2200") == {"L1310": 0, "L2230": 0, "L2200": 50_000}
        t.check()

    def test_k14_one_that_returns_before_it_was_forwarded_is_owed_again(self, t):
        made = t.leave()
        submit_payments([made.public_id], at=t.now)
        record_answers({made.public_id: answer("completed", t.now)}, at=t.now)  # nobody has looked for its cash yet
        return_payments({made.public_id: answer("returned", t.now, code="R10")}, at=t.now)
        t.shows(f"payment.returned:{made.public_id}", L1510=150_000, P2210=0)
        t.work()
        assert not Payout.objects.exists()
        t.check()

    def test_k15_one_that_returns_after_it_is_borne_by_operating_money(self, t):
        t.fee("ach", 200)
        made = t.until(t.leave(source=t.account(t.bob, LATE_RETURN)), "completed")
        made = t.until(made, "returned", seconds=120)
        t.later(minutes=2)
        # P2120: −150000 and the fees: 200 of the payment (K3), 400 of the return
        assert t.of("L1510", "L2230", "L1310", "L2200", "L1330") == {
            "L1510": 150_000,
            "L2230": 150_000,
            "L1310": 150_000,
            "L2200": 0,
            "L1330": 150_000,
        }
        t.shows(f"payment.returned:{made.public_id}", P2120=-150_200, L1100=-150_200)
        t.check()

    def test_k15_one_that_returns_on_the_way_is_not_the_owners_before_it_is_there(self, db):
        t = Trusting(trust_number=REFUSED)
        other = t.lease((t.person("carol", "renter"), None), deposit_minor=DEPOSIT)
        t.work()
        record_cheque(with_lease().get(lease=other), DEPOSIT, actor=t.actor(t.alice), at=t.now)
        made = t.until(t.leave(), "completed")
        while not Payout.objects.exists():
            t.later(seconds=1)
        assert Payout.objects.get().status in ("created", "in_transit")
        return_payments({made.public_id: answer("returned", t.now, code="R10")}, at=t.now)
        t.later(minutes=2)
        assert [p.status for p in Payout.objects.all()] == ["failed"]
        assert t.of("L2230", "L1310") == {"L2230": DEPOSIT, "L1310": DEPOSIT}, "the latter of which is Carol's"
        with pytest.raises(AmountExceedsDeposit) as refused:
            withdraw_earned(t.deposit, 1, actor=t.actor(t.alice), at=t.now)
        assert refused.value.details["earned"] == 0
        t.later(days=1, minutes=2)
        waits = Due.objects.filter(queue=TRUST_QUEUE, key=made.public_id)
        assert waits.exists(), "it goes to the trust bank all the same, when the statement shows what was given back"
        t.check()

    def test_k16_a_cheque_goes_straight_into_the_trust_bank(self, t):
        record_cheque(t.deposit, 150_000, actor=t.actor(t.alice), at=t.now)
        assert t.of("L1310", "L2200", "L1510") == {"L1310": 150_000, "L2200": 150_000, "L1510": 0}
        t.check()


class TestAsks:
    def test_nothing_without_a_trust_bank_and_at_once_when_there_is_one(self, db):
        w = World()
        lease = w.lease(deposit_minor=DEPOSIT)
        w.work()
        request = PayRequest(rail="ach", bank_account=w.account(w.bob))
        with pytest.raises(TrustAccountMissing) as refused:
            pay_deposit(lease, request, actor=w.actor(w.bob), at=w.now)
        assert refused.value.code == "trust_account_missing"
        Trusting.named(w)
        w.work()
        assert pay_deposit(lease, request, actor=w.actor(w.bob), at=w.now).amount_minor == DEPOSIT
        w.check()

    def test_each_party_for_its_share(self, t):
        carol = t.person("carol", "renter")
        t.lease((carol, {"percent": 60}), (t.bob, {"percent": 40}), deposit_minor=100_001)
        t.work()
        assert sorted(Deposit.objects.exclude(lease=t.leased).values_list("amount_minor", flat=True)) == [40_000, 60_001]
        t.check()

    def test_before_the_lease_begins_so_that_it_can_be_paid(self, t):
        lease = t.lease(start=date(2026, 12, 1), deposit_minor=500)
        t.work()
        assert Deposit.objects.get(lease=lease).due_on == date(2026, 12, 1)
        t.check()

    def test_nobody_in_another_state(self, t):
        t.home.state = "CA"
        t.home.save(update_fields=["state"])
        lease = t.lease(deposit_minor=500)
        t.work()
        assert not Deposit.objects.filter(lease=lease).exists()


class TestRefuses:
    def test_a_lease_without_a_deposit(self, t):
        lease = t.lease()
        with pytest.raises(DepositNotAsked):
            pay_deposit(lease, PayRequest(rail="ach", bank_account=t.account(t.bob)), actor=t.actor(t.bob), at=t.now)

    def test_more_than_is_open(self, t):
        with pytest.raises(AmountExceedsPayable) as refused:
            t.leave(amount=150_001)
        assert (refused.value.param, refused.value.details["payable"]) == ("amount", 150_000)

    def test_a_second_one_on_the_way(self, t):
        t.leave()
        with pytest.raises(ObligationInProgress):
            t.leave()

    def test_an_account_of_nobody_on_the_lease(self, t):
        with pytest.raises(InvalidInput) as refused:
            t.leave(source=t.account(t.person("mia", "renter")))
        assert refused.value.param == "bank_account"

    def test_rent_out_of_a_trust_account(self, t):
        with pytest.raises(InvalidInput) as refused:
            bank_account_to_pay_from(t.trust.bank_account.public_id, t.actor(t.alice))
        assert refused.value.code == "resource_missing"

    def test_a_trust_account_that_is_not_proven(self, t):
        details = {"account_holder_name": "A", "routing_number": "110000000", "account_number": "1234", "account_type": "checking"}
        fresh = add_bank_account(t.alice, details, actor=t.actor(t.alice), at=t.now)
        with pytest.raises(BankAccountNotVerified):
            name_trust_bank(t.payee, fresh, state="CA", actor=t.actor(t.alice), at=t.now)

    def test_a_second_trust_account_in_the_state(self, t):
        with pytest.raises(TrustAccountNamed):
            t.named()

    @pytest.mark.parametrize("state", ["", "O", "OHI", "1H", "ÖH"])
    def test_what_is_no_state(self, t, state):
        with pytest.raises(InvalidInput) as refused:
            t.named(state=state)
        assert refused.value.param == "state"

    def test_somebody_elses_account(self, t):
        with pytest.raises(InvalidInput) as refused:
            name_trust_bank(t.payee, t.account(t.bob), state="CA", actor=t.actor(t.alice), at=t.now)
        assert refused.value.param == "bank_account"

    def test_a_cheque_of_more_than_is_open(self, t):
        with pytest.raises(AmountExceedsDeposit) as refused:
            record_cheque(t.deposit, 150_001, actor=t.actor(t.alice), at=t.now)
        assert refused.value.param == "amount"

    def test_a_cheque_of_what_a_payment_on_its_way_will_pay(self, t):
        """It is banked twice over: the payment could not be posted when the bank has taken it."""
        paid = t.leave(amount=100_000)
        with pytest.raises(AmountExceedsDeposit, match=r"\$500"):
            record_cheque(t.deposit, 50_001, actor=t.actor(t.alice), at=t.now)
        record_cheque(t.deposit, 50_000, actor=t.actor(t.alice), at=t.now)
        t.until(paid, "completed")
        assert t.balance("L1510") == 0
        t.check()

    def test_a_cheque_of_tomorrow(self, t):
        with pytest.raises(InvalidInput) as refused:
            record_cheque(t.deposit, 1, received_on=date(2026, 11, 3), actor=t.actor(t.alice), at=t.now)
        assert refused.value.param == "received_on"

    def test_interest_on_nothing(self, t):
        with pytest.raises(InvalidInput) as refused:
            record_interest(t.deposit, 1, actor=t.actor(t.alice), at=t.now)
        assert refused.value.code == "deposit_not_held"

    def test_to_take_out_what_is_the_renters(self, t):
        t.in_trust()
        with pytest.raises(AmountExceedsDeposit):
            withdraw_earned(t.deposit, 1, actor=t.actor(t.alice), at=t.now)


def test_the_engines_own_door_takes_it_too(t):
    made = pay(
        t.deposit.account.public_id,
        t.account(t.bob),
        amount_minor=150_000,
        currency="usd",
        rail="instant",
        allow_duplicate=False,
        metadata={},
        actor=t.actor(t.bob),
        at=t.now,
    )
    t.until(made, "completed")
    t.later(minutes=3)
    assert t.balance("L1310") == 150_000
    t.check()


def test_says_where_it_stands(t):
    made = t.leave()
    now = standings([t.deposit])[t.deposit.id]
    assert (now.owed_minor, now.in_flight_minor, now.held_minor) == (150_000, 150_000, 0)
    t.until(made, "completed")
    now = standings([t.deposit])[t.deposit.id]
    assert (now.owed_minor, now.held_minor, now.in_transit_minor) == (0, 150_000, 150_000)
    t.later(minutes=2)
    assert standings([t.deposit])[t.deposit.id].in_transit_minor == 0


def test_a_trust_bank_that_refuses_is_tried_again_tomorrow(db):
    w = World()
    Trusting.named(w, NO_FUNDS)
    lease = w.lease(deposit_minor=DEPOSIT)
    w.work()
    w.until(pay_deposit(lease, PayRequest(rail="ach", bank_account=w.account(w.bob)), actor=w.actor(w.bob), at=w.now), "completed")
    w.later(minutes=5)
    assert Payout.objects.get().status == "failed"
    assert (w.balance("P2210"), w.balance("L1310")) == (DEPOSIT, 0)
    w.later(days=1)
    assert Payout.objects.count() == 2
    w.check()


def test_movements_are_append_only(t):
    record_cheque(t.deposit, 1, actor=t.actor(t.alice), at=t.now)
    assert Movement.objects.get().kind == "cheque"
