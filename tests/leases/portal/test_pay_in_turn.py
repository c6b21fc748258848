"""The pay page by the lease's payment policy: it shows the charges that the payment then stands for, and in which order, in words."""

from datetime import date

import pytest

from directpay.people.actor import SYSTEM
from leases.policies.actions import set_payment_policy
from leases.policies.queries import Policy
from leases.portal.queries.owing import owing
from leases.portal.queries.sheet import Choice, sheet
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.rent.queries import schedules
from tests.leases.portal.desk import Desk
from tests.leases.portal.reading import words_of

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)
RENT_FIRST = {"order": "categories", "categories": ("rent",)}
DAMAGES_THEN_RENT = {"order": "categories", "categories": ("damages", "rent")}


@pytest.fixture
def desk() -> Desk:
    """Bob owes water of October, a door of the end of October, and the rent of November."""
    found = Desk()
    add_charge(found.lease, NewCharge("utilities", 5_000, OCTOBER, description="Water"), actor=SYSTEM, at=found.w.now)
    add_charge(found.lease, NewCharge("damages", 8_000, date(2026, 10, 30), description="Door"), actor=SYSTEM, at=found.w.now)
    return found


def takes(desk: Desk, **wish) -> None:
    set_payment_policy(desk.lease, Policy(**wish), actor=SYSTEM, at=desk.w.now)


@pytest.mark.parametrize("policy", [None, {}, {"partial": "minimum", "minimum_minor": 100}, RENT_FIRST, DAMAGES_THEN_RENT])
@pytest.mark.parametrize("typed", ["40.00", "1500.00", "1700.00"])
def test_what_is_shown_is_what_the_payment_stands_for(desk, policy, typed):
    if policy is not None:
        takes(desk, **policy)
    found = owing(desk.w.reload(desk.lease), desk.w.bob.id, desk.w.now)
    shown = sheet(found, desk.w.bob, Choice(how_much="part", part=typed, rail="instant"), desk.w.now)
    part = {"rail": "instant", "how_much": "part", "part": typed}
    desk.press(desk.open(f"?rail=instant&how_much=part&part={typed}"), **part, allow_duplicate="yes")
    (payment,) = desk.payments
    stored = [(claim.item, claim.amount_minor) for claim in payment.claims.order_by("id")]
    assert [(one.charge.public_id, one.amount_minor) for one in shown.parts] == stored
    desk.w.until(payment, "settled")
    paid = {row.charge.public_id: row.paid_minor for row in schedules([desk.w.reload(desk.lease)], desk.w.now)[desk.lease.id]}
    assert {item: minor for item, minor in paid.items() if minor} == dict(stored)


def test_the_page_says_the_order_that_applies(desk):
    typed = "?how_much=part&part=1500.00"
    page = words_of(desk.open(typed))
    assert "Water oldest first $50.00 Door $80.00 Rent, November $1,370.00" in page
    assert "Up to $3,130.00. The oldest is paid first; what is more than you owe is kept for the next rent." in page
    takes(desk, **RENT_FIRST)
    page = words_of(desk.open(typed))
    assert "Rent, November rent first $1,500.00 Fee" in page
    assert "Up to $3,130.00. Paid in this order: rent, then the oldest. What is more than you owe is kept for the next rent." in page
    takes(desk, order="categories", categories=("damages", "utilities"))
    page = words_of(desk.open(typed))
    assert "Door damages first, then utilities $80.00 Water $50.00 Rent, November $1,370.00" in page
    assert "Paid in this order: damages, then utilities, then the oldest." in page


def test_all_that_is_owed_stands_in_that_order_too(desk):
    takes(desk, **RENT_FIRST)
    assert "All that you owe $1,630.00 Rent, November $1,500.00, Water $50.00, Door $80.00" in words_of(desk.open())
