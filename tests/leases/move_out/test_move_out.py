"""Moving out: BOOKS.md K8 to K13 through the saga, with the balances as printed; what waits, what comes back, what is called off."""

from datetime import date, timedelta

import pytest

from directpay.due.models import Due
from directpay.due.run import run_all
from directpay.events.models import Event
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput
from directpay.people.models import User
from directpay.sagas.actions import SAGA_QUEUE, SagaBeyondReturn, work_on_sagas
from directpay.sagas.models import Saga
from leases.contracts.late_fee import LateFeeTerms
from leases.credits.models import Credit
from leases.deposits.actions.move import record_interest, withdraw_earned
from leases.deposits.actions.pay import pay_deposit
from leases.deposits.models import Movement
from leases.late_fees.actions.agree import agree_late_fee
from leases.move_out.actions import MoveOutBegun, call_off, name_destination
from leases.move_out.deadlines import deadline, rule_of
from leases.move_out.models import MoveOut
from leases.move_out.queries import last_move_out, overdue, refunds_to_look_into, saga_of, statements
from leases.move_out.steps import MOVE_OUT
from leases.rent.actions.pay_rent import PayRequest
from ledger.journal.models import Transaction
from payments.payouts.models import Payout
from tests.leases.move_out.conftest import MovingOut

pytestmark = pytest.mark.django_db
CLOSED = "009902050000"  # the bank that gets it sends it back on the fifth bank day: R02, the account is closed
REFUSES = "000111111113"
FAILS = "000222222227"  # R01, in a file of the bank's
DOOR = ("A new door", 30_000)


def steps(move_out: MoveOut) -> dict[str, str]:
    return {step.name: step.status for step in saga_of(move_out).steps.all()}


def finished(m: MovingOut, *damages: tuple[str, int]) -> MoveOut:
    made = m.begin(*damages)
    m.later(minutes=5)
    return MoveOut.objects.get(id=made.id)


class TestTheRowsOfTheBooks:
    def test_k8_and_k9_damages_are_charged_and_deducted(self, m):
        finished(m, DOOR)
        charged = Transaction.objects.filter(kind="charge.due").order_by("id").last().reference
        assert m.balance_after(charged, "L1500", m.leased) == 30_000
        assert m.balance("L4400") == 30_000
        deduction = Movement.objects.get(kind="deduction")
        assert (deduction.amount_minor, deduction.reason) == (30_000, "A new door")
        reference = f"deposit.deducted:{deduction.public_id}"
        m.shows(reference, L2200=120_000, L1330=30_000)
        assert m.balance_after(reference, "L1500", m.leased) == 0

    def test_k10_the_owners_part_leaves_the_trust_bank_at_once(self, m):
        before = m.balance("L1200")
        finished(m, DOOR)
        reference = f"trust.withdrawn:{Movement.objects.get(kind='withdrawal').public_id}"
        m.shows(reference, L1330=0, L2230=0, L1310=120_120)
        assert m.balance_after(reference, "L1200") - before == 30_000

    def test_k11_the_rest_is_drawn(self, m):
        finished(m, DOOR)
        m.shows(f"deposit.drawn:{m.one('deposit_draw').public_id}", P2210=120_120, L1310=0)

    def test_k12_and_given_back_with_its_interest(self, m):
        made = finished(m, DOOR)
        refund = m.one("deposit_refund")
        assert (refund.status, refund.amount_minor, refund.interest_minor) == ("paid", 120_120, 120)
        m.shows(f"deposit.refunded:{refund.public_id}", L2200=0, L2210=0, L1320=0, P2210=0)
        assert made.closed_at
        assert set(steps(made).values()) == {"done"}
        assert m.of("P1210/payout", "P1210/ach") == {"P1210/payout": 0, "P1210/ach": 0}
        m.check()

    def test_k13_a_refund_that_comes_back_is_owed_again(self, m):
        m.account(m.bob, CLOSED)  # the newest: where it goes
        made = finished(m, DOOR)
        refund = m.one("deposit_refund")
        assert refund.status == "returned"
        m.shows(f"deposit.refund_returned:{refund.public_id}", L2200=120_000, P2210=120_120)
        assert m.balance("L2210") == 120
        assert [row.move_out.id for row in refunds_to_look_into()] == [made.id]
        m.check()
        name_destination(m.deposit, m.account(m.bob), actor=m.actor(m.bob), at=m.now)
        m.later(minutes=2)
        assert m.of("L2200", "L2210", "P2210", "L1320") == {"L2200": 0, "L2210": 0, "P2210": 0, "L1320": 0}
        assert not refunds_to_look_into()
        m.check()


def test_the_whole_deposit_goes_back_where_nothing_is_owed(m):
    made = finished(m)
    assert m.one("deposit_refund").amount_minor == 150_120
    (said,) = statements(made, m.actor(m.bob))
    assert (said.received_minor, said.interest_minor, said.deducted_minor, said.back_minor) == (150_000, 120, 0, 150_120)
    m.check()


def test_unpaid_rent_is_deducted_and_what_the_deposit_does_not_cover_stays_owed(m):
    lease = m.lease(deposit_minor=1_000)
    m.work()
    made = m.begin(("Cleaning", 500), lease=lease)
    m.later(minutes=5)
    assert Movement.objects.filter(deposit__lease=lease).count() == 0  # nothing was paid of it
    assert m.balance("L1500", lease=lease) == 150_500
    assert MoveOut.objects.get(id=made.id).closed_at
    m.check()


def test_more_damage_than_deposit(m):
    finished(m, ("The roof", 200_000))
    assert m.balance("L1500", lease=m.leased) == 50_000
    assert m.of("L2200", "L2210", "L1310") == {"L2200": 0, "L2210": 0, "L1310": 0}
    assert m.one("deposit_refund").amount_minor == 120  # the interest is the renter's all the same
    m.check()


def test_a_lease_without_a_deposit_is_charged_and_closed(m):
    lease = m.lease()
    made = m.begin(DOOR, lease=lease)
    m.later(minutes=1)
    assert MoveOut.objects.get(id=made.id).closed_at
    assert m.balance("L1500", lease=lease) == 180_000
    m.check()


def test_shares_are_deducted_each_from_its_own(m):
    carol = m.person("carol", "renter")
    m.account(carol)
    lease = m.lease((carol, {"percent": 60}), (m.bob, {"percent": 40}), deposit_minor=100_000, rent=10_000)
    m.work()
    made = m.begin(DOOR, lease=lease)
    m.later(minutes=5)
    assert MoveOut.objects.get(id=made.id).closed_at
    assert len(statements(made, m.actor(carol))) == 1
    assert len(statements(made, m.actor(m.alice))) == 2
    m.check()


class TestWaits:
    def test_for_a_payment_of_the_deposit_on_its_way(self, worlds):
        m = worlds()
        flying = m.leave()
        made = m.begin(DOOR)
        m.work()
        assert steps(made)["wait_for_deposits"] == "pending"
        assert "payment" in saga_of(made).waits_for
        m.until(flying, "completed")
        m.later(hours=2)
        assert MoveOut.objects.get(id=made.id).closed_at
        m.check()

    def test_no_longer_than_for_one_that_never_comes(self, worlds):
        m = worlds()
        flying = m.leave(source=m.account(m.bob, FAILS))
        made = m.begin(DOOR)
        m.work()
        assert steps(made)["wait_for_deposits"] == "pending"
        m.until(flying, "failed")
        m.later(minutes=2)
        assert steps(made)["wait_for_deposits"] == "done"

    def test_and_is_not_looked_at_meanwhile(self, worlds):
        """What ends a wait says so: a look a day is enough."""
        m = worlds()
        m.leave()
        m.begin(DOOR)
        m.work()
        assert Due.objects.get(queue=SAGA_QUEUE).due_at == m.now + timedelta(days=1)

    def test_for_a_bank_account_of_the_renter(self, m):
        m.bob.bank_accounts.update(purpose="trust")
        made = finished(m, DOOR)
        assert saga_of(made).waits_for == "for a bank account of the renter"
        assert m.balance("P2210") == 120_120
        name_destination(m.deposit, m.account(m.bob), actor=m.actor(m.bob), at=m.now)
        m.later(minutes=2)
        assert MoveOut.objects.get(id=made.id).closed_at
        m.check()

    def test_for_another_account_when_the_bank_refuses_one(self, m):
        m.account(m.bob, REFUSES)
        made = finished(m, DOOR)
        assert m.one("deposit_refund").status == "failed"
        assert not made.closed_at
        assert [row.move_out.id for row in refunds_to_look_into()] == [made.id]
        name_destination(m.deposit, m.account(m.bob), actor=m.actor(m.bob), at=m.now)
        m.later(minutes=2)
        assert MoveOut.objects.get(id=made.id).closed_at
        m.check()


def dying(saga: Saga, m: MovingOut, died: type[BaseException]) -> None:
    with unit_of_work():
        work_on_sagas([saga.public_id], m.now)
        raise died


@pytest.mark.parametrize("step", [kind.name for kind in MOVE_OUT.steps])
def test_goes_on_after_a_crash_in_any_step(m, step):
    """The process dies after all that the step did, before its commit; another one goes on."""
    died = type("Died", (BaseException,), {})
    made = m.begin(DOOR)
    saga = saga_of(made)

    for _ in range(60):
        if not saga_of(made).steps.filter(name=step, status="pending").exists():
            break
        pending = saga_of(made).steps.filter(status="pending").order_by("position").first()
        if pending.name == step:
            with pytest.raises(died):
                dying(saga, m, died)
            break
        run_all()
        m.later(seconds=1)
    m.later(minutes=5)
    assert MoveOut.objects.get(id=made.id).closed_at
    assert m.one("deposit_refund").amount_minor == 120_120
    assert Payout.objects.filter(purpose="deposit_draw").count() == 1
    assert Movement.objects.filter(kind="deduction").count() == 1
    assert Event.objects.filter(type="move_out.closed").count() == 1
    m.check()


class TestIsCalledOff:
    def test_before_the_deduction_and_the_damages_are_credited(self, worlds):
        m = worlds()
        m.until(m.pay(m.leased, "instant"), "settled")
        m.in_trust()
        made = m.begin(DOOR)
        saga = saga_of(made)
        for _ in range(2):
            work_on_sagas([saga.public_id], m.now)
        assert steps(made)["charge_damages"] == "done"
        call_off(made, actor=m.actor(m.alice), at=m.now)
        m.later(minutes=2)
        assert saga_of(made).status == "compensated"
        assert m.balance("L1500", lease=m.leased) == 0
        assert Credit.objects.get().amount_minor == 30_000
        assert m.balance("L2200") == 150_000
        m.check()

    def test_another_one_is_begun_afterwards(self, m):
        """To the account that was named for the first; the damages of the first are credited, those of the second deducted."""
        first = m.begin(DOOR)
        work_on_sagas([saga_of(first).public_id], m.now)
        named = m.account(m.bob)
        name_destination(m.deposit, named, actor=m.actor(m.bob), at=m.now)
        call_off(first, actor=m.actor(m.alice), at=m.now)
        with pytest.raises(MoveOutBegun):
            m.begin(DOOR)
        m.later(minutes=1)
        second = m.begin(("A window", 10_000))
        m.later(minutes=10)
        assert [bool(row.replaced_at) for row in MoveOut.objects.order_by("id")] == [True, False]
        assert MoveOut.objects.get(id=second.id).closed_at
        assert [row.amount_minor for row in Movement.objects.filter(kind="deduction")] == [10_000]
        assert m.one("deposit_refund").bank_account_id == named.id
        assert last_move_out(m.leased, m.actor(m.bob)) == second
        with pytest.raises(MoveOutBegun):
            m.begin(DOOR)
        m.check()

    def test_one_that_was_called_off_is_late_with_nothing(self, m):
        made = m.begin(DOOR)
        call_off(made, actor=m.actor(m.alice), at=m.now)
        m.later(minutes=1)
        assert not overdue(made.deadline_on + timedelta(days=1))

    def test_not_behind_it(self, m):
        made = finished(m, DOOR)
        with pytest.raises(SagaBeyondReturn):
            call_off(made, actor=m.actor(m.alice), at=m.now)


class TestRefuses:
    def test_a_second_one(self, m):
        m.begin(DOOR)
        with pytest.raises(MoveOutBegun):
            m.begin(DOOR)

    @pytest.mark.parametrize("day", [date(2026, 10, 31), date(2026, 11, 3)])
    def test_a_day_outside_of_the_lease(self, m, day):
        with pytest.raises(InvalidInput) as refused:
            m.begin(on=day)
        assert refused.value.param == "moved_out_on"

    def test_an_account_of_somebody_else(self, m):
        m.begin(DOOR)
        with pytest.raises(InvalidInput) as refused:
            name_destination(m.deposit, m.account(m.person("mia", "renter")), actor=m.actor(m.bob), at=m.now)
        assert refused.value.param == "bank_account"


class TestTheDeadline:
    def test_is_the_rule_of_the_state_on_the_day(self):
        assert rule_of("WA", date(2023, 7, 22)).days == 21
        assert rule_of("wa", date(2023, 7, 23)).days == 30
        assert deadline("OH", date(2026, 11, 30))[0] == date(2026, 12, 30)

    def test_is_a_short_one_where_no_rule_is_on_file(self):
        assert (rule_of("ZZ", date(2026, 1, 1)).days, rule_of("ZZ", date(2026, 1, 1)).source) == (14, "no rule on file")

    def test_shows_what_is_late(self, m):
        made = m.begin(DOOR)
        assert made.deadline_on == m.now.date() + timedelta(days=30)
        assert not overdue(made.deadline_on)
        assert list(overdue(made.deadline_on + timedelta(days=1))) == [made]


def test_interest_that_comes_after_the_rest_was_drawn_is_drawn_too(m):
    """And is not paid from the deposit of somebody else that is on its way to the trust bank."""
    m.bob.bank_accounts.update(purpose="trust")
    made = finished(m)
    assert (m.balance("P2210"), m.balance("L1310")) == (150_120, 0)
    record_interest(m.deposit, 30, actor=m.actor(m.alice), at=m.now)
    carol = m.person("carol", "renter")
    m.account(carol)
    hers = m.lease((carol, None), deposit_minor=90_000)
    m.work()
    paid = pay_deposit(hers, PayRequest("instant", carol.bank_accounts.get()), actor=m.actor(carol), at=m.now)
    assert m.fresh(paid).status == "initiated"
    name_destination(m.deposit, m.account(m.bob), actor=m.actor(m.bob), at=m.now)
    m.later(minutes=5)
    assert MoveOut.objects.get(id=made.id).closed_at
    assert [p.amount_minor for p in Payout.objects.filter(purpose="deposit_draw").order_by("id")] == [150_120, 30]
    assert [p.amount_minor for p in Payout.objects.filter(purpose="deposit_refund", status="paid")] == [150_150]
    assert m.of("P2210", "L1320", "L1310") == {"P2210": 0, "L1320": 0, "L1310": 90_000}
    m.check()


def test_no_deposit_waits_for_the_roommate_of_another(worlds):
    """Carol names no account; what comes to Bob's deposit meanwhile is given back at once all the same. His rent was 40.00."""
    m = worlds()
    carol = m.person("carol", "renter")
    lease = m.lease((carol, {"percent": 60}), (m.bob, {"percent": 40}), deposit_minor=100_000, rent=10_000)

    def leaves(person: User, amount: int) -> None:
        request = PayRequest("instant", person.bank_accounts.first() or m.account(person), amount)
        m.until(pay_deposit(lease, request, actor=m.actor(person), at=m.now), "completed")
        m.later(minutes=2)

    leaves(carol, 60_000)
    leaves(m.bob, 30_000)
    carol.bank_accounts.update(purpose="trust")
    made = m.begin(lease=lease)
    m.later(minutes=5)
    leaves(m.bob, 10_000)
    m.later(minutes=5)
    assert [p.amount_minor for p in Payout.objects.filter(purpose="deposit_refund", status="paid").order_by("id")] == [26_000, 10_000]
    assert saga_of(made).waits_for == "for a bank account of the renter"
    m.check()


def test_what_the_owner_took_by_hand_is_not_taken_again(m):
    made = m.begin(DOOR)
    for _ in range(3):
        work_on_sagas([saga_of(made).public_id], m.now)
    assert (steps(made)["deduct"], steps(made)["withdraw"]) == ("done", "pending")
    withdraw_earned(m.deposit, 20_000, actor=m.actor(m.alice), at=m.now)
    m.later(minutes=5)
    assert MoveOut.objects.get(id=made.id).closed_at
    assert [row.amount_minor for row in Movement.objects.filter(kind="withdrawal").order_by("id")] == [20_000, 10_000]
    m.check()


def test_rent_that_the_deposit_paid_is_late_no_longer(m):
    """$50 when December's grace is over and $5 a day: until the deposit has paid it, and not a day more."""
    agree_late_fee(m.leased, LateFeeTerms(5, flat_minor=5_000, daily_minor=500), actor=m.actor(m.alice), at=m.now)
    m.later(days=40)
    assert (m.now.date(), m.balance("L1500", lease=m.leased)) == (date(2026, 12, 12), 150_000 + 5_000 + 5 * 500)
    finished(m)
    assert m.balance("L1500", lease=m.leased) == 7_500  # the rent first, and as much as the deposit holds
    m.later(days=5)
    assert m.balance("L1500", lease=m.leased) == 7_500
    m.check()
