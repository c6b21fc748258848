"""Arrears and payment plans as a person sees them: nothing is wider than a phone, in both languages, and a plan is agreed by pressing."""

from datetime import date

import pytest

from directpay.people.actions import set_password
from directpay.people.actor import SYSTEM
from leases.payment_plans.models import PaymentPlan
from tests.browser.looking import look, press, sign_in
from tests.browser.scenes import PASSWORD
from tests.leases.payment_plans.cast import agreed_plan, propose
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def w(db) -> World:
    """Bob is behind on one lease and keeps a plan on another; Carol was offered one."""
    w = World()
    w.carol = w.person("carol", "renter")
    for user in (w.alice, w.bob, w.carol):
        set_password(user=user, password=PASSWORD, actor=SYSTEM, at=w.now)
    w.owed = w.lease(start=date(2026, 11, 10), due_day=15)
    w.home_lease = w.lease(start=date(2026, 11, 10), due_day=15)
    offered = w.lease(w.carol, start=date(2026, 11, 10), due_day=15)
    w.later(days=29)
    agreed_plan(w, w.home_lease, count=3, note="As we said on the phone.")
    propose(w, offered, count=2)
    return w


def addresses(w: World) -> dict[str, dict[str, str]]:
    lease = f"/landlord/leases/{w.owed.public_id}"
    kept = f"/landlord/leases/{w.home_lease.public_id}"
    return {
        "alice": {
            "home": "/landlord/",
            "lease": f"{lease}/",
            "arrears": f"{lease}/arrears/",
            "plan": f"{kept}/arrears/",
            "propose": f"{lease}/payment-plan/",
            "ladder": "/landlord/ladder/",
        },
        "bob": {
            "home": "/renter/",
            "ask": f"/renter/leases/{w.owed.public_id}/payment-plan/",
            "plan": f"/renter/leases/{w.home_lease.public_id}/payment-plan/",
        },
    }


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_is_wider_than_the_screen(w, open_page, live_server, language):
    for who, pages in addresses(w).items():
        page = open_page()
        page.context.add_cookies([{"name": "language", "value": language, "url": str(live_server)}])
        sign_in(page, who)
        for name, address in pages.items():
            page.goto(address)
            look(page, f"arrears-{language}-{who}-{name}", schemes=("light",))


def test_a_plan_is_accepted_by_pressing(w, open_page):
    plan = PaymentPlan.objects.get(status="proposed")
    page = open_page()
    sign_in(page, "carol")
    page.goto(f"/renter/leases/{plan.lease.public_id}/payment-plan/")
    press(page.get_by_role("button", name="Accept the plan"))
    assert PaymentPlan.objects.get(id=plan.id).status == "active"
