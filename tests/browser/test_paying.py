"""Bob pays his rent in a browser, with and without script, once however he presses, and watches it arrive."""

import re

import pytest
from playwright.sync_api import expect

from directpay.people.actions import set_password
from directpay.people.actor import SYSTEM
from payments.payins.models import Payment
from tests.browser.conftest import PHONE
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PASSWORD = "linden-court-2026"


class Bob:
    """At a browser of his own."""

    def __init__(self, open_page, **options):
        self.w = World()
        set_password(user=self.w.bob, password=PASSWORD, actor=SYSTEM, at=self.w.now)
        self.w.account(self.w.bob)
        self.lease = self.w.lease()
        self.page = open_page(**options)

    def sign_in(self):
        self.page.goto("/")
        self.page.get_by_role("link", name="Open the demo").click()
        self.page.get_by_label("E-mail").fill("bob@example.com")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page).to_have_url(re.compile("/renter/$"))

    def open_pay(self):
        self.page.get_by_role("link", name="Pay $1,500.00").click()
        expect(self.page.get_by_role("heading", name="Before you pay")).to_be_visible()

    @property
    def pill(self):
        return self.page.locator("h1 + span .pill")

    @property
    def payments(self):
        return list(Payment.objects.order_by("id"))


def test_he_signs_in_pays_with_one_button_and_watches_it_clear(open_page):
    bob = Bob(open_page, viewport=PHONE)
    bob.sign_in()
    bob.open_pay()
    bob.page.get_by_role("button", name="Pay $1,500.00").click()
    expect(bob.page.get_by_role("heading", name="$1,500.00 to Alice")).to_be_visible()
    expect(bob.pill).to_have_text("Sent")
    bob.w.work()
    expect(bob.pill).to_have_text("At the bank")  # the page has asked by itself
    bob.w.until(bob.payments[0], "settled")
    expect(bob.pill).to_have_text("Cleared")
    expect(bob.page.locator("#live").get_by_text("It arrived on")).to_be_visible()
    expect(bob.page.locator("#said")).to_contain_text("Cleared It arrived on")  # heard by those who do not see the pill
    expect(bob.page.locator("[hx-get]")).to_have_count(0)  # final: it asks no more
    bob.page.get_by_role("link", name="Home").click()
    expect(bob.page.get_by_role("heading", name="Nothing to pay")).to_be_visible()
    bob.w.check()


def test_the_aside_follows_the_choice_and_what_it_shows_is_paid(open_page):
    bob = Bob(open_page)
    bob.w.fee("instant", 75, "payer")
    bob.sign_in()
    bob.open_pay()
    bob.page.get_by_text("Instant", exact=True).click()
    expect(bob.page.get_by_role("button", name="Pay $1,500.75")).to_be_visible()
    bob.page.get_by_text("Another amount").click()
    bob.page.get_by_role("textbox", name="How much do you want to pay").fill("500")
    button = bob.page.get_by_role("button", name="Pay $500.75")
    expect(button).to_be_enabled()
    button.click()
    expect(bob.page.get_by_role("heading", name="$500.00 to Alice")).to_be_visible()
    assert [(p.rail, p.charged_minor) for p in bob.payments] == [("instant", 50_075)]


def test_what_is_chosen_before_the_scripts_are_there_is_followed_once_they_are(open_page):
    bob = Bob(open_page)
    bob.w.fee("instant", 75, "payer")
    bob.sign_in()
    held = []
    bob.page.route("**/htmx*.js", lambda route: held.append(route))  # a slow line: the page stands, the script is still on its way
    bob.page.goto("/renter/pay/", wait_until="commit")
    bob.page.get_by_text("Instant", exact=True).click()
    expect(bob.page.get_by_role("button", name="Pay $1,500.00")).to_be_visible()
    held[0].continue_()
    expect(bob.page.get_by_role("button", name="Pay $1,500.75")).to_be_visible()


def test_back_and_press_again_lands_on_the_same_payment(open_page):
    bob = Bob(open_page)
    bob.sign_in()
    bob.open_pay()
    bob.page.get_by_role("button", name="Pay $1,500.00").click()
    expect(bob.page.get_by_role("heading", name="$1,500.00 to Alice")).to_be_visible()
    address = bob.page.url
    bob.page.go_back()
    again = bob.page.get_by_role("button", name="Pay $1,500.00")
    if again.count():
        again.click()
    else:
        bob.page.get_by_role("link", name="Follow $1,500.00").click()
    expect(bob.page).to_have_url(address)
    assert len(bob.payments) == 1


def test_a_double_press_is_one_payment(open_page):
    bob = Bob(open_page)
    bob.sign_in()
    bob.open_pay()
    bob.page.get_by_role("button", name="Pay $1,500.00").dblclick(no_wait_after=True)
    expect(bob.page.get_by_role("heading", name="$1,500.00 to Alice")).to_be_visible()
    assert len(bob.payments) == 1


def test_two_tabs_are_one_payment(open_page):
    bob = Bob(open_page)
    bob.sign_in()
    bob.open_pay()
    other = bob.page.context.new_page()
    other.goto(bob.page.url)
    for tab in (bob.page, other):
        tab.get_by_role("button", name="Pay $1,500.00").click()
        expect(tab.get_by_role("heading", name="$1,500.00 to Alice")).to_be_visible()
    expect(other.get_by_text("Nothing was paid twice.")).to_be_visible()
    assert len(bob.payments) == 1


def test_without_script_it_works_by_forms_and_the_page_refreshes_itself(open_page):
    bob = Bob(open_page, java_script_enabled=False)
    bob.w.fee("instant", 75, "payer")
    bob.sign_in()
    bob.open_pay()
    bob.page.get_by_text("Instant", exact=True).click()
    bob.page.get_by_role("button", name="Pay $1,500.00").click()  # what is shown is not what was chosen: nothing is paid yet
    expect(bob.page.get_by_text("Nothing is paid yet.")).to_be_visible()
    assert bob.payments == []
    bob.page.get_by_role("button", name="Pay $1,500.75").click()
    expect(bob.page.get_by_role("heading", name="$1,500.00 to Alice")).to_be_visible()
    refresh = bob.page.locator('noscript meta[http-equiv="refresh"], meta[http-equiv="refresh"]')
    assert refresh.count() == 1 or 'http-equiv="refresh"' in bob.page.content()
    bob.w.until(bob.payments[0], "settled")
    bob.page.reload()
    expect(bob.pill).to_have_text("Cleared")


def test_an_account_is_added_and_verified_without_a_mouse(open_page):
    bob = Bob(open_page)
    bob.sign_in()
    page = bob.page
    page.goto("/renter/bank-accounts/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.get_by_label("Routing number").focus()
    page.keyboard.type("110000000")
    page.keyboard.press("Tab")
    page.keyboard.type("000999999991")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Added. Two small deposits are on their way")).to_be_visible()
    page.get_by_label("First deposit, in cents").focus()
    page.keyboard.type("32")
    page.keyboard.press("Tab")
    page.keyboard.type("45")
    page.keyboard.press("Enter")
    expect(page.get_by_text("is verified. You can pay from it now.")).to_be_visible()


def test_the_focus_is_never_under_the_bottom_bar(open_page):
    bob = Bob(open_page, viewport={"width": 320, "height": 560})
    bob.sign_in()
    bob.open_pay()
    bar = bob.page.locator(".top > .nav").bounding_box()
    button = bob.page.get_by_role("button", name="Pay $1,500.00")
    button.focus()
    box = button.bounding_box()
    assert box["y"] + box["height"] <= bar["y"]
