"""BOOKS.md A13, through the actions: renters go to another unit, and what stands on their account goes along, then and later."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from directpay.kernel.errors import InvalidInput
from directpay.ops.clock import set_clock
from directpay.people.actor import SYSTEM
from leases.changes.actions import step_rent
from leases.contracts.actions import LeaseOverlaps
from leases.contracts.late_fee import LateFeeTerms
from leases.contracts.models import Lease
from leases.deposits.models import Movement
from leases.late_fees.actions.agree import agree_late_fee
from leases.late_fees.models import LateFee
from leases.move_out.actions import NewDamage, begin_move_out, call_off
from leases.policies.actions import set_blocked, set_payment_policy
from leases.policies.queries import PaymentsBlocked, Policy, policy_of
from leases.receipts.actions import NewReceipt, bounce_receipt, record_receipt
from leases.rent.queries import day_begins, schedules
from leases.transfers.actions import LeaseMovedOn, NewHome, carry_balances, move_to_unit
from leases.transfers.models import Move, Transfer
from ledger.journal.models import Transaction
from payments.payins.actions.cancel import cancel_payments
from tests.directpay.cast import Caller, key_of
from tests.leases.move_out.conftest import MovingOut
from tests.world import NO_FUNDS, World

pytestmark = pytest.mark.django_db
MONDAY, DECEMBER = date(2026, 11, 2), date(2026, 12, 1)


@pytest.fixture
def w() -> World:
    return World()


@pytest.fixture
def lease(w):
    return w.lease()


def move(w, lease, from_on=DECEMBER, **more):
    home = NewHome(more.pop("unit", None) or w.unit(), from_on, **more)
    return move_to_unit(lease, home, actor=SYSTEM, at=w.now)


def owed(w, lease, label="joint") -> int:
    return w.balance("L1500", lease=lease, label=label)


def test_a13_what_is_owed_goes_along(w, lease):
    new = move(w, lease, rent_minor=160_000)
    assert (owed(w, lease), owed(w, new)) == (150_000, 0)
    w.later(days=29)  # the first of December
    assert owed(w, lease) == 0
    assert owed(w, new) == 150_000 + 160_000
    brought = new.charges.get(posted_as="lease.transferred")
    assert Transaction.objects.get(reference=f"lease.transferred:{brought.public_id}").effective_on == DECEMBER
    assert [row.status for row in schedules([w.reload(lease)], w.now)[lease.id]] == ["paid"]
    w.check()


def test_the_row_as_printed(w, lease):
    """A13 ← A1: at once, on the day itself."""
    new = move(w, lease, from_on=date(2026, 11, 2))
    brought = new.charges.get(posted_as="lease.transferred")
    # of the first day and the last, each unit's own rent: one day here, 29 there
    assert w.balance_after(f"lease.transferred:{brought.public_id}", "L1500", lease=lease) == 0
    assert owed(w, lease) == 0
    assert brought.amount_minor == 150_000 - 145_000  # 29 of 30 days of November were given back
    w.check()


def test_what_is_paid_ahead_pays_the_first_rent_there(w, lease):
    w.until(w.pay(lease, "instant", amount=200_000), "settled")
    new = move(w, lease)
    w.later(days=29)
    assert (owed(w, lease), owed(w, new)) == (0, 100_000)
    assert schedules([w.reload(new)], w.now)[new.id][0].paid_minor == 50_000
    assert not new.charges.filter(posted_as="lease.transferred").exists()
    w.check()


def test_shares_go_along_each_its_own(w):
    carol = w.person("carol", "renter")
    lease = w.lease((w.bob, {"weight": 1}), (carol, {"weight": 2}))
    w.until(w.pay(lease, "instant", amount=60_000), "settled")  # Bob: 10000 ahead
    new = move(w, lease)
    w.later(days=29)
    assert owed(w, new, w.bob.public_id) == 50_000 - 10_000
    assert owed(w, new, carol.public_id) == 100_000 + 100_000
    assert [owed(w, lease, u.public_id) for u in (w.bob, carol)] == [0, 0]
    w.check()


@pytest.mark.parametrize(("rent", "months"), [(None, [150_000, 150_000, 155_000, 158_000]), (140_000, [140_000] * 4)])
def test_rent_steps_go_along_unless_another_rent_is_agreed(w, rent, months):
    """What was agreed for the time before the move, and after the end, does not."""
    lease = w.lease(end_on=date(2027, 6, 30))
    for day, minor in ((DECEMBER, 150_000), (date(2027, 2, 1), 155_000), (date(2027, 3, 1), 158_000), (date(2027, 5, 1), 160_000)):
        step_rent(w.reload(lease), day, minor, actor=SYSTEM, at=w.now)
    new = move(w, lease, rent_minor=rent, end_on=date(2027, 3, 31))
    assert [c.amount_minor for c in new.charges.order_by("due_on")] == months
    w.check()


def test_what_money_is_taken_goes_along(w, lease):
    """A landlord who takes no payments before an eviction does not take them by another door; nobody's parts become welcome."""
    told = set_payment_policy(lease, Policy(partial="none", blocked=True, certified_funds="after_return"), actor=SYSTEM, at=w.now)
    new = move(w, lease)
    assert policy_of(new) == replace(told, version=1)
    with pytest.raises(PaymentsBlocked):
        w.pay(new)
    set_blocked(new, False, actor=SYSTEM, at=w.now)
    assert policy_of(w.reload(lease)).blocked, "there as it was"


def test_late_fees_go_along_as_they_are_agreed_for_each_day(w, lease):
    first, then = LateFeeTerms(5, flat_minor=5_000), LateFeeTerms(3, flat_minor=7_500)
    agree_late_fee(lease, first, from_on=date(2026, 11, 2), actor=SYSTEM, at=w.now)
    agree_late_fee(lease, then, from_on=date(2027, 2, 1), actor=SYSTEM, at=w.now)
    new = move(w, lease)
    asked = [(one.from_on, one.terms) for one in new.late_fee_policies.order_by("from_on")]
    assert asked == [(new.start_on, first), (date(2027, 2, 1), then)]


class TestAfterTheMove:
    def test_money_on_its_way_is_waited_for_and_then_goes_along(self, w, lease):
        new = move(w, lease, from_on=date(2026, 12, 1))
        w.later(days=28, hours=13, minutes=59, seconds=58)  # two seconds before midnight in New York
        flying = w.pay(lease, "ach", amount=30_000)
        w.later(seconds=2)
        assert owed(w, lease) == 150_000  # waits
        w.until(flying, "completed", "settled")
        w.work()
        assert owed(w, lease) == 0
        assert owed(w, new) == 150_000 - 30_000 + 150_000
        w.check()

    def test_what_comes_back_is_owed_there(self, w, lease):
        cheque = record_receipt(lease, NewReceipt(lease.parties.get(), "check", 150_000), actor=SYSTEM, at=w.now)
        new = move(w, lease)
        w.later(days=29)
        assert owed(w, new) == 150_000
        bounce_receipt(cheque, actor=SYSTEM, at=w.now)
        w.work()
        assert (owed(w, lease), owed(w, new)) == (0, 300_000)
        w.check()

    def test_a_payment_that_fails_leaves_the_debt_to_go_along(self, w, lease):
        new = move(w, lease)
        w.later(days=28, hours=13, minutes=59)
        flying = w.pay(lease, "ach", source=w.account(w.bob, NO_FUNDS))
        w.later(minutes=1)
        w.until(flying, "failed")
        w.work()
        assert (owed(w, lease), owed(w, new)) == (0, 300_000)
        w.check()

    def test_told_again_nothing_goes_along_twice(self, w, lease):
        new = move(w, lease)
        w.later(days=29)
        before = Transfer.objects.count()
        carry_balances([lease.public_id], w.now)
        carry_balances([lease.public_id], w.now)
        assert (Transfer.objects.count(), owed(w, new)) == (before, 300_000)

    def test_the_debt_is_not_late_a_second_time(self, w):
        """November's fee was taken where November was owed; what went along breeds none, and a daily fee there stops. December's rent
        is late by what was agreed, which went along."""
        lease = w.lease(late_fee=LateFeeTerms(5, flat_minor=5_000, daily_minor=1_000))
        new = move(w, lease)
        w.later(days=40)
        on_old = LateFee.objects.filter(lease=lease)
        assert on_old.filter(kind="daily", reason_on__gt=DECEMBER).count() == 0
        assert {fee.charge.category for fee in LateFee.objects.filter(lease=new)} == {"rent"}
        assert {fee.charge.due_on for fee in LateFee.objects.filter(lease=new)} == {DECEMBER}
        assert owed(w, lease) == 0
        w.check()


class TestTheDepositOfTheLeaseThatWasLeft:
    class Moved(MovingOut):
        new: Lease

    @pytest.fixture
    def m(self) -> Moved:
        """The deposit lies in trust, and Bob lives in another unit since today."""
        m = self.Moved()
        m.until(m.pay(m.leased, "instant"), "settled")
        m.in_trust()
        m.later(days=1)
        m.new = move(m, m.leased, from_on=m.now.date())
        return m

    def test_pays_for_its_damages_before_anything_goes_along(self, m):
        before = owed(m, m.new)
        m.begin(("A new door", 30_000))
        m.later(minutes=5)
        assert Movement.objects.get(kind="deduction").amount_minor == 30_000
        assert (owed(m, m.leased), owed(m, m.new)) == (0, before)
        m.check()

    def test_what_it_does_not_cover_goes_along(self, m):
        before = owed(m, m.new)
        m.begin(("The roof", 200_000))
        m.later(minutes=5)
        assert Movement.objects.get(kind="deduction").amount_minor == 150_000
        assert (owed(m, m.leased), owed(m, m.new)) == (0, before + 50_000)
        m.check()

    @pytest.mark.parametrize("called_off", [True, False])
    def test_what_waited_for_a_deduction_goes_along_when_nothing_is_deducted(self, m, called_off):
        """Bob pays on the old lease while its move-out begins; there are no damages, and he owes nothing."""
        before = owed(m, m.new)
        made = m.begin()
        record_receipt(m.leased, NewReceipt(m.leased.parties.get(), "cash", 5_000), actor=SYSTEM, at=m.now)
        carry_balances([m.leased.public_id], m.now)
        assert owed(m, m.leased) == -5_000
        if called_off:
            call_off(made, actor=SYSTEM, at=m.now)
        m.work()
        assert not Movement.objects.filter(kind="deduction").exists()
        assert (owed(m, m.leased), owed(m, m.new)) == (0, before - 5_000)
        m.check()

    def test_without_anything_to_deduct_from_the_damages_go_along(self, w, lease):
        new = move(w, lease, from_on=MONDAY)
        before = owed(w, new)
        begin_move_out(lease, MONDAY, [NewDamage("A door", 7_000)], actor=SYSTEM, at=w.now)
        w.later(minutes=1)
        assert (owed(w, lease), owed(w, new)) == (0, before + 7_000)
        w.check()


class TestRefused:
    def test_a_second_time(self, w, lease):
        new = move(w, lease)
        with pytest.raises(LeaseMovedOn) as refusal:
            move(w, lease)
        assert refusal.value.details == {"lease": new.public_id}

    def test_into_the_same_unit(self, w, lease):
        with pytest.raises(InvalidInput) as refusal:
            move(w, lease, unit=lease.unit)
        assert refusal.value.param == "unit"

    def test_into_a_unit_that_is_let(self, w, lease):
        other = w.lease(w.person("carol", "renter"))
        with pytest.raises(LeaseOverlaps):
            move(w, lease, unit=other.unit)
        assert not Move.objects.exists()
        assert w.reload(lease).end_on == date(2027, 10, 31)

    def test_to_another_owner(self, w, lease):
        carol = w.person("carol", "landlord")
        home = w.property(carol, name="Elsewhere", units=[{"name": "1"}])
        with pytest.raises(InvalidInput) as refusal:
            move(w, lease, unit=home.units.get())
        assert refusal.value.param == "unit"

    @pytest.mark.parametrize("day", [date(2026, 11, 1), date(2027, 11, 2)])
    def test_on_a_day_outside_of_the_lease(self, w, lease, day):
        with pytest.raises(InvalidInput) as refusal:
            move(w, lease, from_on=day)
        assert refusal.value.param == "from_date"

    def test_after_the_end_without_an_end(self, w, lease):
        with pytest.raises(InvalidInput) as refusal:
            move(w, lease, from_on=date(2027, 11, 1))
        assert refusal.value.param == "end_date"
        new = move(w, lease, from_on=date(2027, 11, 1), end_on=date(2028, 10, 31))
        assert (new.start_on, new.end_on) == (date(2027, 11, 1), date(2028, 10, 31))


class TestOverTheApi:
    def test_the_landlord_moves_them(self, w, lease):
        alice, unit = Caller(key_of(w.alice)), w.unit()
        body = {"unit": unit.public_id, "from_date": "2026-12-01", "rent_amount": 170_000}
        made = alice.post(f"/api/v1/leases/{lease.public_id}/move", body).json()
        assert (made["unit"], made["rent_amount"], made["end_date"]) == (unit.public_id, 170_000, "2027-10-31")
        assert alice.get(f"/api/v1/leases/{lease.public_id}").json()["end_date"] == "2026-11-30"
        w.later(days=29)
        (row,) = alice.get("/api/v1/transfers").json()["data"]
        assert (row["to_lease"], row["from_lease"], row["lease"]) == (lease.public_id, made["id"], made["id"])

    def test_a_renter_does_not(self, w, lease):
        body = {"unit": w.unit().public_id, "from_date": "2026-12-01"}
        assert Caller(key_of(w.bob)).post(f"/api/v1/leases/{lease.public_id}/move", body).status_code == 403


def test_the_crash_between_the_terms_and_the_carrying_loses_nothing(w, lease):
    """The day comes while nothing runs: a week later the balance goes along, dated by that day of knowledge."""
    new = move(w, lease)
    set_clock(w.now + timedelta(days=36), frozen=True)
    w.work()
    assert (owed(w, lease), owed(w, new)) == (0, 300_000)
    w.check()


def test_shares_by_amount_go_along_however_large(w):
    carol = w.person("carol", "renter")
    lease = w.lease((w.bob, {"amount": 18_000_00}), (carol, {"amount": 12_000_00}), rent=30_000_00)
    new = move(w, lease)
    w.later(days=29)
    assert [owed(w, new, who.public_id) for who in (w.bob, carol)] == [2 * 18_000_00, 2 * 12_000_00]
    w.check()


class TestWhatIsHeardOfTheOldLease:
    def test_what_comes_back_goes_along_through_every_unit_since(self, w, lease):
        cheque = record_receipt(lease, NewReceipt(lease.parties.get(), "check", 50_000), actor=SYSTEM, at=w.now)
        second = move(w, lease, from_on=MONDAY)
        w.later(days=3)
        third = move(w, second, from_on=date(2026, 11, 4))
        before = owed(w, third)
        bounce_receipt(cheque, actor=SYSTEM, at=w.now)
        w.work()
        assert [owed(w, one) for one in (lease, second, third)] == [0, 0, before + 50_000]
        w.check()

    def test_payments_of_roommates_that_are_called_off_together(self, w):
        carol = w.person("carol", "renter")
        lease = w.lease((w.bob, {"weight": 1}), (carol, {"weight": 1}))
        mates = [w.pay(lease, "ach", amount=5_000, source=w.account(who)) for who in (w.bob, carol)]
        new = move(w, lease, from_on=MONDAY)
        assert [owed(w, lease, who.public_id) for who in (w.bob, carol)] == [2_500, 2_500]  # of one day: more is on its way than is owed
        cancel_payments(mates, actor=SYSTEM, at=w.now)
        w.work()
        assert [owed(w, lease, who.public_id) for who in (w.bob, carol)] == [0, 0]
        assert sum(owed(w, new, who.public_id) for who in (w.bob, carol)) == 150_000
        w.check()

    @pytest.mark.parametrize(
        ("zone", "at", "goes"),
        [
            ("Pacific/Honolulu", datetime(2026, 12, 1, 5, tzinfo=UTC), False),  # still the last of November there
            ("Asia/Tokyo", datetime(2026, 11, 30, 16, tzinfo=UTC), True),  # the first of December there already
        ],
    )
    def test_its_day_is_the_day_where_the_unit_stands(self, w, zone, at, goes):
        w.home = w.property(w.alice, timezone=zone)
        lease = w.lease()
        new = move(w, lease)
        w.later(seconds=(at - w.now).total_seconds())
        record_receipt(lease, NewReceipt(lease.parties.get(), "cash", 10_000), actor=SYSTEM, at=w.now)
        w.work()
        assert bool(Transfer.objects.filter(taker__lease=new) | Transfer.objects.filter(giver__lease=new)) is goes
        w.later(days=1)
        assert owed(w, lease) == 0
        assert not Transfer.objects.filter(created_at__lt=day_begins(lease, DECEMBER)).exists()
        w.check()
