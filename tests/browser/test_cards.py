"""Bob keeps a card, pays with it, and proves to its bank that it is him; on a telephone and on a desk."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_paying import Bob
from tests.directpay.cast import Caller, key_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_he_keeps_a_card_and_pays_with_it(open_page, settings, live_server, tmp_path, viewport):
    settings.BASE_URL = str(live_server)
    bob = Bob(open_page, viewport=viewport)
    bob.sign_in()
    page = bob.page
    page.goto("/renter/cards/")
    page.get_by_label("Card number").fill("4000 0027 6000 3184")
    page.get_by_label("Month").fill("11")
    page.get_by_label("Year").fill("2029")
    page.get_by_label("Security code").fill("314")
    page.screenshot(path=tmp_path / "cards.png", full_page=True)
    page.get_by_role("button", name="Add the card").click()
    expect(page.get_by_role("heading", name="Visa ••3184")).to_be_visible()
    page.goto(f"/renter/pay/{bob.lease.public_id}/")
    page.get_by_label("Card", exact=False).first.check(force=True)
    expect(page.locator("#before")).to_contain_text("once from Visa ••3184")
    page.screenshot(path=tmp_path / "pay.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Pay $1,500.00").click()
    expect(bob.pill).to_have_text("Sent")
    bob.w.until(bob.payments[0], "requires_action")
    page.reload()
    page.screenshot(path=tmp_path / "asked.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="Answer it now").click()
    expect(page.get_by_role("heading", name="Is it you who pays?")).to_be_visible()
    page.screenshot(path=tmp_path / "3ds.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Yes, it is me").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    bob.w.until(bob.payments[0], "settled")
    page.goto(f"/renter/payments/{bob.payments[0].public_id}/")
    page.screenshot(path=tmp_path / "paid.png", full_page=True)
    expect(bob.pill).to_have_text("Cleared")
    bob.w.check()


class Shop(BaseHTTPRequestHandler):
    """Another site than ours, to which the payer comes back."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Shop</title><link rel=icon href=data:,><h1>Welcome back</h1>")

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def shop() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Shop)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("locale", ["en", "es"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_he_comes_back_to_the_shop_that_sent_him(open_page, settings, live_server, tmp_path, shop, viewport, locale):
    """The browser itself holds the form to the page's policy: it leads to the address of the intent, and to no other."""
    settings.BASE_URL = str(live_server)
    bob = Bob(open_page, viewport=viewport, locale=locale)
    caller, page = Caller(key_of(None)), bob.page
    body = {"customer": bob.w.bob.public_id, "payment_method": "pm_card_authenticationRequired", "confirm": True}
    made = caller.post("/api/v1/setup_intents", {**body, "return_url": f"{shop}/done?basket=7"}).json()
    bob.w.work()
    asked = caller.get(f"/api/v1/setup_intents/{made['id']}").json()
    page.goto(asked["next_action"]["redirect_to_url"]["url"])
    page.screenshot(path=tmp_path / f"kept_{locale}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("#approve").click()
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    assert page.url.startswith(f"{shop}/done?basket=7&setup_intent={made['id']}&setup_intent_client_secret=")
    assert page.url.endswith("&redirect_status=succeeded")
    bob.w.work()
    assert caller.get(f"/api/v1/setup_intents/{made['id']}").json()["status"] == "succeeded"
