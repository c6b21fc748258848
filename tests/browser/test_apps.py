"""Bob is asked by an app of somebody else's, lets it in, and takes it back: in a browser, with the page's policy in force."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from directpay.people.models import User
from tests.browser.conftest import PHONE
from tests.browser.test_signing_in import Bob, look
from tests.directpay.people.oauth_app import VERIFIER, App, browser_of, calls, challenge_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class Meeting:
    """The app waits on another origin than ours: the developer's machine by its number, as a loopback may be."""

    def __init__(self, open_page, live_server, **options):
        self.bob = Bob(open_page, **options)
        self.page = self.bob.page
        self.callback = f"{live_server.url.replace('localhost', '127.0.0.1')}/callback"
        self.app = App(self.bob.w.alice, uris=("http://127.0.0.1/callback",))

    def address(self, **more):
        proof = {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}
        asked = {"response_type": "code", "client_id": self.app.id, "redirect_uri": self.callback, "scope": "read write", "state": "s"}
        return "/oauth/authorize?" + urlencode({**asked, **proof, **more})

    def signs_in(self):
        self.page.goto(self.address())
        self.page.get_by_label("E-mail").fill("bob@example.com")
        self.page.get_by_label("Password").fill("linden-court-2026")
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(self.page.get_by_role("heading", name="Let Ledgerly in?")).to_be_visible()

    def answer(self):
        """What the app was sent."""
        self.page.wait_for_url(re.compile(re.escape(self.callback)))
        return {name: values[0] for name, values in parse_qs(urlsplit(self.page.url).query).items()}


def test_he_lets_it_in_and_takes_it_back(open_page, live_server):
    met = Meeting(open_page, live_server, viewport=PHONE)
    met.signs_in()
    met.page.get_by_role("button", name="Let it in").click()
    code = met.answer()["code"]
    token = met.app.exchanges(code, redirect_uri=met.callback).json()["access_token"]
    assert calls(token).status_code == 200
    met.page.goto("/account/")
    met.page.get_by_role("link", name="Apps that you let in").click()
    met.page.get_by_role("button", name="Take it back Ledgerly").click()
    expect(met.page.get_by_text("The app has no access any more.")).to_be_visible()
    assert calls(token).status_code == 401


def test_he_says_no_without_script(open_page, live_server):
    met = Meeting(open_page, live_server, java_script_enabled=False)
    met.signs_in()
    met.page.get_by_role("button", name="Do not").click()
    assert met.answer()["error"] == "access_denied"


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("es", "dark")])
def test_its_pages_fit_every_width(open_page, live_server, language, scheme):
    met = Meeting(open_page, live_server, color_scheme=scheme)
    met.signs_in()
    elsewhere = browser_of(User.objects.get(id=met.bob.w.bob.id))  # so that the list has a line
    page = met.app.asks(elsewhere, redirect_uri=met.callback)
    assert "code=" in met.app.presses(elsewhere, page, allow="on")["Location"]
    if language == "es":
        met.page.goto("/account/")
        met.page.get_by_role("button", name="Español").click()
    faults = {}
    for address in (met.address(), "/accounts/apps/"):
        faults |= look(met.page, address, language)
    assert faults == {}
