"""BOOKS.md A1 to A3, A7, A9, F5, F8, through the actions and the due queue: each balance as printed."""

from datetime import date

import pytest

from directpay.people.actor import SYSTEM
from leases.receipts.actions import bank_receipts, bounce_receipt
from ledger.journal.models import Transaction
from tests.leases.late_fees.cast import fees, give, let, waive
from tests.world import NO_FUNDS, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return World()


def test_a_late_fee_is_assessed_the_day_after_grace_and_waived(w):
    lease = let(w)
    owed = lambda: w.balance("L1500", lease=lease)  # noqa: E731
    assert (owed(), w.balance("L4100")) == (150_000, 150_000)  # A1
    w.later(days=4, hours=13, minutes=59)  # Friday, a minute before midnight in New York
    assert owed() == 150_000
    w.later(minutes=1)
    assert (owed(), w.balance("L4300")) == (155_000, 5_000)  # A2
    (fee,) = fees(lease)
    posting = Transaction.objects.get(kind="late_fee.assessed")
    assert (posting.reference, posting.effective_on) == (f"late_fee.assessed:{fee.fee_charge.public_id}", date(2026, 11, 7))
    assert (fee.reason_on, fee.overdue_minor, fee.fee_charge.category, fee.fee_charge.period_start) == (
        date(2026, 11, 1),
        150_000,
        "fee",
        date(2026, 11, 1),
    )
    waive(w, fee)
    assert (owed(), w.balance("L4300")) == (150_000, 0)  # A3
    assert Transaction.objects.filter(reference=f"late_fee.waived:{fee.public_id}").count() == 1
    w.check()


def test_a_cheque_that_bounces_costs_what_the_lease_says_and_makes_the_rent_late(w):
    lease = let(w, returned_fee_minor=2_500)
    cheque = give(w, lease, 150_000)
    bank_receipts([cheque], actor=SYSTEM, at=w.now)
    w.later(days=8)  # grace is over, the cheque has counted
    assert fees(lease) == []
    bounce_receipt(cheque, actor=SYSTEM, at=w.now)
    assert (w.balance("L1500", lease=lease), w.balance("L1200")) == (150_000, 0)  # A7
    w.work()
    assert (w.balance("L1500", lease=lease), w.balance("L4310"), w.balance("L4300")) == (157_500, 2_500, 5_000)  # A9, A2
    returned, late = fees(lease)
    assert (returned.kind, returned.cause, returned.assessed_on) == ("returned_payment", cheque.public_id, date(2026, 11, 10))
    assert (late.kind, late.reason_on, late.assessed_on) == ("first", date(2026, 11, 1), date(2026, 11, 10))  # known that day
    w.check()


def test_a_payment_that_is_returned_after_it_settled(w, settings):
    """F8, F5: nothing of the past changes; the fee of the lease and the one for lateness are facts of the day of the return."""
    settings.RAIL_PROFILE = "calendar"
    lease = let(w, returned_fee_minor=2_500)
    paid = w.pay(lease, "ach", source=w.account(w.bob, "009929070000"))
    w.later(days=9)
    assert (w.fresh(paid).status, w.fresh(paid).tendered_on, fees(lease)) == ("settled", date(2026, 11, 2), [])
    w.later(days=12)
    assert w.fresh(paid).status == "returned"
    returned, late = fees(lease)
    day = w.fresh(paid).returned_at.date()
    assert day > date(2026, 11, 6)
    assert (returned.cause, returned.assessed_on, late.assessed_on) == (paid.public_id, day, day)
    assert late.reason_on == date(2026, 11, 1)
    assert w.balance("L1500", lease=lease) == 150_000 + 2_500 + 5_000
    assert (w.balance("L4310"), w.balance("L4300")) == (2_500, 5_000)
    w.later(days=3)
    assert len(fees(lease)) == 2
    w.check()


def test_a_payment_that_never_cleared_was_not_in_time_and_nothing_was_returned(w, settings):
    """F1: on its way when grace ended, so not late; then the bank refused it."""
    settings.RAIL_PROFILE = "calendar"
    lease = let(w, grace_days=1, returned_fee_minor=2_500)
    paid = w.pay(lease, "ach", source=w.account(w.bob, NO_FUNDS))
    w.later(hours=20)
    assert (w.fresh(paid).status, fees(lease)) == ("processing", [])
    w.later(days=5)
    assert w.fresh(paid).status == "failed"
    (late,) = fees(lease)
    assert (late.kind, late.reason_on) == ("first", date(2026, 11, 1))
    assert late.assessed_on is not None
    assert late.assessed_on > date(2026, 11, 3)
    w.check()
