"""Dana gives a payment back: what it would move, then doing it; and what did not arrive.

With DIRECTPAY_PICTURES=<directory>, pictures to look at.
"""

import pytest
from playwright.sync_api import expect

from payments.payins.models import Payment
from payments.refunds.models import Refund
from tests.browser.conftest import DESK
from tests.browser.looking import DESK_FAULTS, press, sign_in
from tests.browser.looking import look as looked_at
from tests.browser.scenes import House

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def house(settings) -> House:
    settings.RAIL_PROFILE = "calendar"
    return House.built()


def look(page, name: str, *, ours: bool = True) -> None:
    looked_at(page, f"refunds-{name}", faults=DESK_FAULTS if ours else None, schemes=("light",))


def test_dana_gives_back_a_part_and_sees_before_what_it_moves(open_page, house):
    paid = Payment.objects.filter(status="settled").order_by("id").first()
    page = open_page(viewport=DESK)
    sign_in(page, "dana")
    page.goto(f"/admin/payments/payment/{paid.id}/change/")
    press(page.get_by_role("link", name="Refund", exact=True))
    look(page, "form")
    page.get_by_label("Amount").fill("1,000,000")
    press(page.get_by_role("button", name="See what it would do"))
    expect(page.get_by_text("At most")).to_be_visible()
    look(page, "refused")
    page.get_by_label("Amount").fill("25.00")
    press(page.get_by_role("button", name="See what it would do"))
    expect(page.get_by_role("heading", name="What it would do")).to_be_visible()
    look(page, "preview")
    page.get_by_role("button", name="Give back $25.00").dblclick()
    expect(page.get_by_text("$25.00 is on its way back.").first).to_be_visible()
    assert [r.amount_minor for r in Refund.objects.all()] == [2_500]
    look(page, "refund", ours=False)
    for name, address in (("list", "/admin/payments/refund/"), ("policies", "/admin/payments/refundpolicy/set/")):
        page.goto(address)
        look(page, name, ours=name == "policies")
