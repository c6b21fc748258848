"""After 3-D Secure the payer goes where the intent says, and nowhere else."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from payments.intents.models import PaymentIntent
from payments.methods.parameters.return_url import fault_of, sent_back
from tests.directpay.cast import Caller, error_of, key_of

pytestmark = pytest.mark.django_db
CARD = "pm_card_authenticationRequired"
BACK = "https://shop.example/done?basket=7&redirect_status=succeeded#top"


class Shop:
    """What sells by payment intents and setup intents, with the platform's key."""

    def __init__(self, w) -> None:
        self.w, self.caller, self.lease = w, Caller(key_of(None)), w.lease()

    def asked(self, kind: str, **more) -> dict:
        """An intent whose payer is at the issuer's page, with the address of that page."""
        body = {"customer": self.w.bob.public_id, "payment_method": CARD, "confirm": True, **more}
        if kind == "payment_intent":
            body |= {"amount": 10_000, "currency": "usd", "lease": self.lease.public_id}
        made = self.caller.post(f"/api/v1/{kind}s", body, f"key-{kind}").json()
        self.w.work()
        shown = self.read(kind, made["id"])
        shown["page"] = re.sub(r"^https?://[^/]+", "", shown["next_action"]["redirect_to_url"]["url"])
        return shown

    def read(self, kind: str, public_id: str) -> dict:
        return self.caller.get(f"/api/v1/{kind}s/{public_id}").json()


@pytest.fixture
def shop(w) -> Shop:
    return Shop(w)


BOTH = pytest.mark.parametrize("kind", ["payment_intent", "setup_intent"])


@BOTH
@pytest.mark.parametrize(
    ("outcome", "said", "becomes"), [("approve", "succeeded", "succeeded"), ("refuse", "failed", "requires_payment_method")]
)
def test_it_works(w, shop, kind, outcome, said, becomes):
    made = shop.asked(kind, return_url=BACK)
    page = Client().get(made["page"])
    assert "form-action 'self' https://shop.example;" in page["Content-Security-Policy"] + ";"
    answer = Client().post(made["page"], {"outcome": outcome})
    assert (answer.status_code, answer["Cache-Control"]) == (303, "no-store")
    there = urlsplit(answer["Location"])
    assert (there.scheme, there.netloc, there.path, there.fragment) == ("https", "shop.example", "/done", "top")
    assert parse_qs(there.query) == {
        "basket": ["7"],
        kind: [made["id"]],
        f"{kind}_client_secret": [made["client_secret"]],
        "redirect_status": [said],
    }
    w.later(seconds=30)
    assert shop.read(kind, made["id"])["status"] == becomes


@BOTH
def test_who_comes_from_nowhere_may_close_the_window(shop, kind):
    made = shop.asked(kind)
    page = Client().get(made["page"])
    assert "form-action 'self';" in page["Content-Security-Policy"] + ";"
    answer = Client().post(made["page"], {"outcome": "approve"})
    assert (answer.status_code, "You can close this window." in answer.content.decode()) == (200, True)


@BOTH
def test_goes_nowhere_that_its_visitor_names(shop, kind):
    made = shop.asked(kind, return_url="https://shop.example/done")
    bad = "https://evil.example/"
    answer = Client().post(f"{made['page']}?return_url={bad}&next={bad}", {"outcome": "approve", "return_url": bad, "next": bad})
    assert urlsplit(answer["Location"]).netloc == "shop.example"


@BOTH
def test_a_second_answer_goes_nowhere(w, shop, kind):
    made = shop.asked(kind, return_url=BACK)
    Client().post(made["page"], {"outcome": "refuse"})
    w.work()
    again = Client().post(made["page"], {"outcome": "approve"})
    assert (again.status_code, "Nothing to answer" in again.content.decode()) == (200, True)


def test_an_address_that_came_in_by_another_way_is_asked_again(shop):
    """What stands in the row from before, or from a sandbox, is not believed."""
    made = shop.asked("payment_intent", return_url=BACK)
    PaymentIntent.objects.update(return_url="javascript:alert(1)")
    assert Client().get(made["page"]).status_code == 200
    assert Client().post(made["page"], {"outcome": "approve"}).status_code == 200


@pytest.mark.parametrize("url", ["ftp://shop.example/", "javascript:alert(1)", "//shop.example/", "https://", "https://a:b@shop.example/"])
def test_refuses_what_is_no_address_of_the_web(w, shop, url):
    body = {"amount": 100, "currency": "usd", "customer": w.bob.public_id, "payment_method": CARD, "confirm": True, "return_url": url}
    answer = shop.caller.post("/api/v1/payment_intents", body, "key-1")
    assert (answer.status_code, error_of(answer)["param"]) == (400, "return_url")


class TestAddresses:
    @pytest.mark.parametrize("url", ["https://shop.example", "http://127.0.0.1:3000/a?b=c", "https://shop.example:8443/a/%20b#c"])
    def test_takes(self, url):
        assert fault_of(url) == ""

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "shop.example",
            "http://[::1",
            "https://shop.example/\nx",
            "https://shop.example\\@evil.example",
            "https://šop.example",
        ],
    )
    def test_refuses(self, url):
        assert fault_of(url)
        assert sent_back(url, {"a": "b"}) == ""

    def test_wants_https_outside_the_sandbox(self, settings):
        settings.SANDBOX = False
        assert fault_of("http://shop.example/") == "is not https"
        assert fault_of("https://shop.example/") == ""
