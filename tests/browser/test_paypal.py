"""Bob pays by PayPal: sent there, back again, and what he sees; or he turns back, and calls it off. The stand-in shows PayPal's page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.looking import FAULTS
from tests.browser.test_paying import Bob
from tests.paypal_stand_in import StandIn

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def paypal(settings, live_server, valkey) -> Iterator[StandIn]:
    with StandIn() as started:
        settings.PAYPAL_CLIENT_ID, settings.PAYPAL_CLIENT_SECRET, settings.PAYPAL_API_BASE = "client", "secret", started.url
        settings.BASE_URL = str(live_server)
        yield started


@pytest.fixture
def bob(open_page, paypal) -> Bob:
    """At PayPal's page, on a telephone, with 1,500.00 to approve."""
    bob = Bob(open_page, viewport=PHONE)
    bob.sign_in()
    bob.open_pay()
    expect(bob.page.get_by_label("From", exact=True)).to_be_visible()
    bob.page.get_by_text("PayPal", exact=True).click()
    expect(bob.page.locator("#before")).to_contain_text("once from PayPal")
    expect(bob.page.get_by_label("From", exact=True)).to_be_hidden()  # no bank account pays this
    look(bob.page)
    bob.page.get_by_role("button", name="Pay $1,500.00").click()
    expect(bob.pill).to_have_text("Sent")
    bob.w.work()
    expect(bob.pill).to_have_text("Sent, needs you")  # the page has asked by itself
    look(bob.page)
    bob.page.get_by_role("link", name="Go on to PayPal").click()
    expect(bob.page.get_by_role("heading", name="PayPal's stand-in")).to_be_visible()
    expect(bob.page.get_by_text("1500.00 USD")).to_be_visible()
    return bob


def look(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(FAULTS) == []


def test_he_approves_it_and_sees_that_it_has_arrived(bob):
    bob.page.get_by_role("button", name="Agree and pay").click()
    expect(bob.page.get_by_role("heading", name="$1,500.00 to Alice")).to_be_visible()
    expect(bob.page.get_by_role("status").get_by_text("You are back from PayPal.")).to_be_visible()
    bob.w.until(bob.payments[0], "completed", seconds=5)
    expect(bob.pill).to_have_text("Cleared")
    expect(bob.page.get_by_text("Approved at PayPal", exact=True)).to_be_visible()
    expect(bob.page.get_by_role("link", name="Go on to PayPal")).to_have_count(0)
    look(bob.page)
    bob.w.check()


def test_he_turns_back_goes_on_and_calls_it_off(bob, paypal):
    page = bob.page
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("status").get_by_text("without approving it. Nothing was taken.")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Home").click()
    page.get_by_role("link", name="Approve it at PayPal").click()  # it is not forgotten
    expect(page.get_by_role("link", name="Go on to PayPal")).to_be_visible()
    expect(page.get_by_text("without approving it")).to_have_count(0)  # said once
    page.get_by_text("Call this payment off").click()
    page.get_by_role("button", name="Call off $1,500.00").click()
    expect(bob.pill).to_have_text("Canceled")
    look(page)
    paypal.approve(bob.payments[0].rail_reference)  # too late
    bob.w.later(minutes=5)
    assert [payment.status for payment in bob.payments] == ["canceled"]
    assert paypal.all("capture") == []
    bob.w.check()
