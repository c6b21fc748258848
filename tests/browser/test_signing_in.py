"""Signing in at a browser: with a passkey of a device that chromium plays, with a code and without script, and how the pages look."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from directpay.people.actions import set_password
from directpay.people.actor import SYSTEM
from tests.browser.conftest import DESK, PHONE
from tests.browser.looking import FAULTS, PICTURES, WIDTHS
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PASSWORD = "linden-court-2026"
# A telephone with a fingerprint, as chromium's developer tools can play it.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Bob:
    def __init__(self, open_page, **options):
        self.w = World()
        set_password(user=self.w.bob, password=PASSWORD, actor=SYSTEM, at=self.w.now)
        self.page = open_page(**options)

    def has_a_device(self):
        tools = self.page.context.new_cdp_session(self.page)
        tools.send("WebAuthn.enable")
        device = tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
        return lambda: tools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]

    def gives_the_password(self):
        self.page.goto("/accounts/login/")
        self.page.get_by_label("E-mail").fill("bob@example.com")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def opens(self, link):
        """A page that changes how one signs in: the password is asked for once more."""
        self.page.goto("/account/")
        self.page.get_by_role("link", name="Second step at sign-in").click()
        self.page.get_by_role("link", name=link).first.click()
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Go on").click()

    def adds_a_passkey(self):
        self.opens("Add a passkey")
        self.page.get_by_label("What you call it").fill("My telephone")
        self.page.get_by_role("button", name="Add a passkey").click()
        expect(self.page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    def sets_up_the_app(self):
        self.opens("Set up an authenticator app")
        secret = self.page.locator("code.wrap").inner_text()
        self.page.get_by_label("The six digits").fill(code_of(secret))
        self.page.get_by_role("button", name="Turn the app on").click()
        expect(self.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        return secret

    def signs_out(self):
        self.page.goto("/account/")
        self.page.get_by_role("button", name="Sign out").click()
        expect(self.page.get_by_role("link", name="Sign in")).to_be_visible()

    def is_inside(self):
        expect(self.page).to_have_url(re.compile("/renter/$"))


def code_of(secret, steps=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def test_he_adds_a_passkey_and_signs_in_with_it_alone(open_page):
    bob = Bob(open_page, viewport=PHONE)
    keys = bob.has_a_device()
    bob.gives_the_password()
    bob.adds_a_passkey()
    assert len(keys()) == 1
    bob.page.get_by_role("link", name="I have kept them").click()
    expect(bob.page.get_by_text("My telephone").first).to_be_visible()
    bob.signs_out()
    bob.page.goto("/accounts/login/")
    bob.page.get_by_role("button", name="Use a passkey").click()
    bob.is_inside()
    assert keys()[0]["signCount"] == 2


def test_the_passkey_is_asked_for_after_the_password(open_page):
    bob = Bob(open_page)
    bob.has_a_device()
    bob.gives_the_password()
    bob.adds_a_passkey()
    bob.signs_out()
    bob.gives_the_password()
    expect(bob.page.get_by_role("heading", name="Second step")).to_be_visible()
    bob.page.get_by_role("button", name="Use a passkey").click()
    bob.is_inside()


def test_a_device_without_the_key_is_told_so_and_opens_nothing(open_page):
    bob = Bob(open_page)
    bob.has_a_device()
    bob.page.goto("/accounts/login/")
    bob.page.get_by_role("button", name="Use a passkey").click()
    expect(bob.page.get_by_text("The device gave no passkey")).to_be_visible()
    expect(bob.page.get_by_role("button", name="Sign in", exact=True)).to_be_enabled()


def test_a_removed_passkey_opens_nothing(open_page):
    bob = Bob(open_page)
    bob.has_a_device()
    bob.gives_the_password()
    bob.adds_a_passkey()
    bob.page.goto("/accounts/2fa/")
    bob.page.get_by_role("link", name="Remove My telephone").click()
    bob.page.get_by_role("button", name="Remove it").click()
    expect(bob.page.get_by_text("The passkey is removed")).to_be_visible()
    bob.signs_out()
    bob.page.goto("/accounts/login/")
    bob.page.get_by_role("button", name="Use a passkey").click()
    expect(bob.page).to_have_url(re.compile("/accounts/login/"))
    expect(bob.page.get_by_text("This is not right")).to_be_visible()


def test_he_sets_up_the_app_and_signs_in_with_a_code_without_script(open_page):
    bob = Bob(open_page, java_script_enabled=False)
    bob.gives_the_password()
    secret = bob.sets_up_the_app()
    bob.signs_out()
    bob.gives_the_password()
    expect(bob.page.get_by_role("button", name="Use a passkey")).to_be_hidden()
    bob.page.get_by_label("Code").fill("000000")
    bob.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(bob.page.get_by_text("This is not right")).to_be_visible()
    bob.page.get_by_label("Code").fill(code_of(secret))
    bob.page.get_by_role("button", name="Sign in", exact=True).click()
    bob.is_inside()


@pytest.mark.parametrize(("language", "scheme"), [("en-US", "light"), ("es", "dark")])
def test_its_pages_fit_every_width_and_have_what_a_page_must_have(open_page, language, scheme):
    bob = Bob(open_page, locale="en-US", color_scheme=scheme)
    bob.has_a_device()
    bob.gives_the_password()
    secret = bob.sets_up_the_app()
    bob.page.goto("/accounts/2fa/webauthn/add/")
    bob.page.get_by_role("button", name="Add a passkey").click()
    expect(bob.page.get_by_text("The passkey is added")).to_be_visible()
    key = bob.page.get_by_role("link", name="Rename").get_attribute("href")
    if language == "es":
        bob.page.get_by_role("button", name="Español").click()
    inside = ["", "recovery-codes/", "recovery-codes/generate/", "totp/deactivate/", "webauthn/add/", "reauthenticate/"]
    faults = {}
    for address in [*(f"/accounts/2fa/{part}" for part in inside), key, key.replace("edit", "remove"), "/account/", "/accounts/sessions/"]:
        faults |= look(bob.page, address, language)
    bob.page.goto("/accounts/2fa/totp/deactivate/")
    bob.page.locator("main button.main").click()
    faults |= look(bob.page, "/accounts/2fa/totp/activate/", language)
    bob.page.goto("/account/")
    bob.page.locator("form[action='/accounts/logout/'] button").click()
    faults |= look(bob.page, "/accounts/login/", language)
    bob.page.locator("#id_login").fill("bob@example.com")
    bob.page.locator("#id_password").fill(PASSWORD)
    bob.page.locator("main form[action='/accounts/login/'] button").first.click()
    faults |= look(bob.page, "/accounts/2fa/authenticate/", language)
    assert faults == {}
    assert secret


def look(page, address, language):
    """What is wrong with a page at any width. With DIRECTPAY_PICTURES=<directory>, pictures to look at."""
    page.goto(address)
    wrong = page.evaluate(FAULTS)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            wrong.append(f"{wide} wide at {width}")
        if PICTURES and width in (PHONE["width"], DESK["width"]):
            name = address.partition("?")[0].replace("/", "-")
            page.screenshot(path=f"{PICTURES}/signing-in{name}{language[:2]}-{width}.png", full_page=True)
    return {address: wrong} if wrong else {}
