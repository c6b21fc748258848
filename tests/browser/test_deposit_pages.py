"""What a landlord does with a deposit and with the end of a lease: the pages stand on a phone and on a desk, and do what they say.

With DIRECTPAY_PICTURES=<directory>, pictures to look at.
"""

import pytest
from playwright.sync_api import expect

from leases.deposits.models import TrustBank
from leases.move_out.models import MoveOut
from tests.browser.conftest import DESK
from tests.browser.looking import look, press
from tests.leases.deposits.conftest import Trusting
from tests.leases.portal.reading import signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_move_out_is_called_off_and_a_trust_account_replaced(open_page, live_server):
    t = Trusting()
    t.until(t.pay(t.leased, "instant"), "settled")
    t.leave()
    page = open_page(viewport=DESK)
    page.context.add_cookies([{"name": "sessionid", "value": signed_in(t.alice).cookies["sessionid"].value, "url": str(live_server)}])
    address = f"/landlord/leases/{t.leased.public_id}/deposit/"
    page.goto(address)
    look(page, "deposit-paid")
    press(page.get_by_role("link", name="Begin the move-out"))
    look(page, "deposit-begin")
    press(page.get_by_role("button", name="Begin the move-out"))
    expect(page.get_by_role("link", name="Call off the move-out")).to_be_visible()
    look(page, "deposit-running")
    press(page.get_by_role("link", name="Call off the move-out"))
    look(page, "deposit-call-off")
    press(page.get_by_role("button", name="Call it off"))
    expect(page.get_by_text("Called off. What was charged for damages is credited again.")).to_be_visible()
    t.work()
    page.goto(address)
    expect(page.get_by_role("link", name="Begin the move-out")).to_be_visible()
    look(page, "deposit-called-off")
    other = t.account(t.alice, "000123456789")
    press(page.get_by_role("link", name="Replace the trust account"))
    look(page, "deposit-replace")
    press(page.get_by_role("button", name="Keep deposits there"))
    expect(page.get_by_text("Replaced. What the old account did not take goes to the new one now.")).to_be_visible()
    assert TrustBank.objects.get().bank_account_id == other.id
    assert MoveOut.objects.count() == 1
