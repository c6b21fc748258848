"""By the calendar: the dates that a renter is promised, and what really happens on them (UI.md, Promise date)."""

from datetime import UTC, date, datetime

import pytest

from directpay.kernel.clock import EASTERN
from tests.world import NO_FUNDS, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _calendar(settings):
    settings.RAIL_PROFILE = "calendar"


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=EASTERN).astimezone(UTC)


def test_sent_on_a_friday_clears_on_thursday_and_is_ready_on_monday():
    w = World(start=at(2026, 10, 30, 14, 14))
    lease = w.lease(start=date(2026, 10, 1))
    payment = w.pay(lease, "ach")
    assert payment.expected_on == date(2026, 11, 5)
    w.later(hours=1)
    assert w.fresh(payment).status == "initiated"  # it leaves with the file of 4:45 pm
    w.later(hours=2)
    assert w.fresh(payment).status == "processing"
    w.later(days=5)
    assert w.fresh(payment).status == "processing"
    assert w.balance("P1110/main") == 150000  # our bank moved on Monday, before the debit is safe
    w.later(days=1)
    cleared = w.fresh(payment)
    assert (cleared.status, cleared.completed_on) == ("completed", payment.expected_on)
    w.later(days=4)
    settled = w.fresh(payment)
    assert (settled.status, settled.settled_at.astimezone(EASTERN).date()) == ("settled", date(2026, 11, 9))
    w.check()


def test_a_bank_holiday_does_not_count():
    w = World(start=at(2026, 11, 24, 10, 12))
    payment = w.pay(w.lease(), "ach")
    assert payment.expected_on == date(2026, 12, 1)  # Thursday 26 November is Thanksgiving
    w.later(days=7)
    assert w.fresh(payment).completed_on == date(2026, 12, 1)


def test_no_funds_is_known_on_the_second_bank_day_after_settlement():
    w = World(start=at(2026, 10, 30, 14, 14))
    lease = w.lease(start=date(2026, 10, 1))
    payment = w.pay(lease, "ach", source=w.account(w.bob, NO_FUNDS))
    w.later(days=4)
    assert w.fresh(payment).status == "processing"
    w.later(days=1)
    failed = w.fresh(payment)
    assert (failed.status, failed.return_code) == ("failed", "R01")
    assert w.balance("L1500", lease=lease) == 300000  # November has fallen due meanwhile
    w.later(days=1)
    assert w.balance("P1110/main") == 0
    w.check()


def test_a_late_return_comes_after_everything_was_settled():
    w = World(start=at(2026, 11, 2, 10, 0))
    lease = w.lease(end_on=date(2026, 11, 30))
    payment = w.pay(lease, "ach", source=w.account(w.bob, "000880000059"))
    w.later(days=80)
    assert w.fresh(payment).status == "settled"
    w.later(days=20)
    returned = w.fresh(payment)
    assert (returned.status, returned.return_code) == ("returned", "R10")
    assert w.balance("L1500", lease=lease) == 150000
    assert w.balance("P2120") == -400  # the payment is gone from it, and the return fee is owed
    w.check()


def test_a_year_goes_by_and_every_rent_falls_due_on_its_day():
    w = World(start=at(2026, 11, 2, 10, 0))
    lease = w.lease(due_day=31)
    w.later(days=370)
    due = [c.due_on for c in lease.charges.order_by("due_on")]
    assert due[:4] == [date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28)]
    assert not lease.charges.filter(posted_at=None).exists()
    assert w.balance("L1500", lease=lease) == 12 * 150000
    w.check()
