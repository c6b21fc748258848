"""The rent of the last days is deducted, though its day comes after the move-out: nobody would pay it then.

Bob's rent of 1,500.00 falls due on the 15th; his lease ends on 10 November, which leaves 500.00, and he is gone on the 11th.
"""

from datetime import date

import pytest

from leases.changes.actions import end_lease
from leases.contracts.late_fee import LateFeeTerms
from leases.deposits.actions.move import record_cheque
from leases.deposits.models import Movement
from leases.deposits.queries import with_lease
from leases.late_fees.actions.agree import agree_late_fee
from leases.move_out.models import MoveOut
from leases.move_out.queries import statements
from leases.receipts.actions import NewReceipt, record_receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from payments.payins.actions.initiate import AmountExceedsPayable
from tests.leases.deposits.conftest import DEPOSIT
from tests.leases.move_out.conftest import MovingOut

pytestmark = pytest.mark.django_db
LAST = date(2026, 11, 10)
DOOR = ("A new door", 30_000)


def left(m: MovingOut, *, ends: bool = True) -> MovingOut:
    """The deposit lies in trust, and it is 11 November."""
    m.leased = m.lease(due_day=15, deposit_minor=DEPOSIT)
    m.work()
    m.in_trust()
    if ends:
        end_lease(m.leased, LAST, actor=m.actor(m.alice), at=m.now)
    m.later(days=9)
    return m


@pytest.fixture
def gone(worlds) -> MovingOut:
    return left(worlds())


def closed(m: MovingOut, *damages: tuple[str, int], on: date = LAST) -> MoveOut:
    made = m.begin(*damages, on=on)
    m.later(minutes=5)
    found = MoveOut.objects.get(id=made.id)
    assert found.closed_at
    m.check()
    return found


def deducted() -> list[tuple[str, int]]:
    return list(Movement.objects.filter(kind="deduction").order_by("id").values_list("reason", "amount_minor"))


def owed(m: MovingOut) -> int:
    return m.balance("L1500", lease=m.leased)


def test_it_works(gone):
    made = closed(gone)
    assert deducted() == [("rent", 50_000)]
    assert gone.one("deposit_refund").amount_minor == 100_000
    (said,) = statements(made, gone.actor(gone.bob))
    assert [row.charge.due_on for row in said.deductions] == [date(2026, 11, 15)]
    assert owed(gone) == -50_000  # until it falls due
    gone.later(days=5)
    assert owed(gone) == 0
    gone.check()


def test_after_what_is_owed_already(gone):
    closed(gone, DOOR)
    assert deducted() == [("A new door", 30_000), ("rent", 50_000)]
    assert gone.one("deposit_refund").amount_minor == 70_000


def test_what_the_deposit_does_not_cover_falls_due_and_is_late_on_its_day(gone):
    agree_late_fee(gone.leased, LateFeeTerms(5, flat_minor=5_000), actor=gone.actor(gone.alice), at=gone.now)
    closed(gone, ("The roof", 130_000))
    assert deducted() == [("The roof", 130_000), ("rent", 20_000)]
    gone.later(days=5)
    assert owed(gone) == 30_000
    gone.later(days=4)
    assert owed(gone) == 30_000
    gone.later(days=2)
    assert owed(gone) == 35_000
    gone.check()


def test_but_for_what_is_paid_ahead(gone):
    record_receipt(gone.leased, NewReceipt(gone.leased.parties.get(), "cash", 20_000), actor=gone.actor(gone.alice), at=gone.now)
    closed(gone)
    assert deducted() == [("rent", 30_000)]
    gone.later(days=5)
    assert owed(gone) == 0
    gone.check()


def test_whatever_else_falls_due_before_it(gone):
    """A charge of another day is not rent of the last days: it stays owed."""
    add_charge(gone.leased, NewCharge("utilities", 7_000, date(2026, 11, 13)), actor=gone.actor(gone.alice), at=gone.now)
    closed(gone)
    assert deducted() == [("rent", 50_000)]
    gone.later(days=5)
    assert owed(gone) == 7_000
    gone.check()


def test_is_not_paid_once_more(gone):
    closed(gone)
    with pytest.raises(AmountExceedsPayable):
        gone.pay(gone.leased, amount=1)


def test_of_each_its_share(worlds):
    m = worlds()
    carol = m.person("carol", "renter")
    m.account(carol)
    m.leased = m.lease((carol, {"percent": 60}), (m.bob, {"percent": 40}), due_day=15, deposit_minor=DEPOSIT)
    m.work()
    for deposit in with_lease().filter(lease=m.leased).order_by("id"):
        record_cheque(deposit, deposit.amount_minor, actor=m.actor(m.alice), at=m.now)
    end_lease(m.leased, LAST, actor=m.actor(m.alice), at=m.now)
    m.later(days=9)
    m.account(m.bob)
    closed(m)
    assert deducted() == [("rent", 30_000), ("rent", 20_000)]
    m.later(days=5)
    assert [m.balance("L1500", lease=m.leased, label=who.public_id) for who in (carol, m.bob)] == [0, 0]
    m.check()


def test_not_where_the_lease_goes_on(worlds):
    """It may end later, or somebody stays: what falls due then is owed then."""
    m = left(worlds(), ends=False)
    closed(m)
    assert deducted() == []
    m.later(days=5)
    assert owed(m) == 150_000


def test_of_whoever_left_before_the_end(gone):
    closed(gone, on=date(2026, 11, 9))
    assert deducted() == [("rent", 50_000)]


def test_not_before_the_end(worlds):
    m = left(worlds(), ends=False)
    end_lease(m.leased, date(2026, 11, 12), actor=m.actor(m.alice), at=m.now)
    closed(m)
    assert deducted() == []
