"""A renter's cards, and paying with one."""

import re

import pytest

from directpay.people.actor import SYSTEM
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from payments.methods.cards.actions import create_card
from payments.methods.cards.models import Card
from payments.payins.models import Payment
from tests.leases.portal.reading import signed_in, words_of
from tests.world import World

pytestmark = pytest.mark.django_db
CARDS = "/renter/cards/"
TYPED = {"number": "4242 4242 4242 4242", "exp_month": "11", "exp_year": "2029", "cvc": "314"}


@pytest.fixture
def w() -> World:
    return World()


@pytest.fixture
def client(w):
    w.owed = w.lease()
    return signed_in(w.bob)


def field(page, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())
    assert found, name
    return found[1]


class TestKeeping:
    def test_it_works(self, w, client):
        attempt = field(client.get(CARDS), "attempt")
        answer = client.post(CARDS, {**TYPED, "attempt": attempt})
        assert (answer.status_code, answer["Location"]) == (302, CARDS)
        page = client.get(CARDS)
        assert "Visa ••4242" in words_of(page)
        assert "test mode" in words_of(page).lower()
        card = Card.objects.get()
        assert (card.user, card.last4, card.cvc_check) == (w.bob, "4242", "pass")
        client.post(CARDS, {**TYPED, "attempt": attempt})
        assert Card.objects.count() == 1

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"number": "4242424242424241"}, "its check digit does not fit"),
            ({"exp_year": "2020"}, "This card has expired"),
            ({"cvc": "31"}, "has 3 digits"),
            ({"exp_month": "13"}, ""),
        ],
    )
    def test_says_what_is_wrong_and_shows_no_number_again(self, client, change, said):
        answer = client.post(CARDS, {**TYPED, **change})
        text = answer.content.decode()
        assert answer.status_code == 422
        assert said in text
        assert TYPED["number"] not in text.split("Numbers of the sandbox")[0]
        assert 'value="314"' not in text
        assert not Card.objects.exists()

    def test_stands_beside_the_accounts_that_one_pays_from(self, client):
        """And not at home, whose address its own begins with."""
        current = re.findall(r'<a href="([^"]+)" aria-current="page"', client.get(CARDS).content.decode())
        assert current == ["/renter/bank-accounts/"]
        assert f'href="{CARDS}"' in client.get("/renter/bank-accounts/").content.decode()

    def test_lets_go_of_one(self, client):
        client.post(CARDS, TYPED)
        card = Card.objects.get()
        assert client.post(f"{CARDS}{card.public_id}/remove/").status_code == 302
        assert "Visa ••4242" not in words_of(client.get(CARDS))

    def test_not_of_somebody_elses(self, w, client):
        client.post(CARDS, TYPED)
        mia = signed_in(w.person("mia", "renter"))
        assert mia.post(f"{CARDS}{Card.objects.get().public_id}/remove/").status_code == 404
        assert "Visa" not in words_of(mia.get(CARDS))


class TestPaying:
    def pay(self, w, client, **more: str) -> Payment:
        address = f"/renter/pay/{w.owed.public_id}/"
        page = client.get(address, {"rail": "card"})
        sent = {name: field(page, name) for name in ("attempt", "shown")}
        answer = client.post(address, {"rail": "card", "how_much": "all", **sent, **more})
        assert answer.status_code == 302, words_of(answer)
        return Payment.objects.get()

    def test_by_card_without_a_bank_account(self, w, client):
        client.post(CARDS, TYPED)
        page = words_of(client.get(f"/renter/pay/{w.owed.public_id}/", {"rail": "card"}))
        assert "once from Visa ••4242" in page
        paid = self.pay(w, client)
        assert (paid.rail, paid.card, paid.bank_account) == ("card", Card.objects.get(), None)
        w.until(paid, "settled")
        shown = words_of(client.get(f"/renter/payments/{paid.public_id}/"))
        assert "Visa ••4242. Promised to clear by" in shown
        listed = words_of(client.get("/renter/payments/"))
        assert "Visa ••4242" in listed
        assert "•• " not in listed, "no account without a number"
        w.check()

    def test_shows_the_fee_before_where_the_payer_pays_it(self, w, client):
        w.fee("card", 4_380, payer="payer")
        client.post(CARDS, TYPED)
        page = words_of(client.get(f"/renter/pay/{w.owed.public_id}/", {"rail": "card"}))
        assert "$43.80" in page
        assert "$1,543.80" in page

    def test_leads_to_the_page_of_the_bank_that_asks(self, w, client):
        client.post(CARDS, {**TYPED, "number": "4000 0027 6000 3184"})
        asked = w.until(self.pay(w, client), "requires_action")
        page = client.get(f"/renter/payments/{asked.public_id}/")
        assert asked.action_url in page.content.decode()
        assert "Sent, needs you" in words_of(page)

    def test_says_why_it_was_declined(self, w, client):
        client.post(CARDS, {**TYPED, "number": "4000 0000 0000 9995"})
        failed = w.until(self.pay(w, client), "failed")
        assert "There was not enough on the card." in words_of(client.get(f"/renter/payments/{failed.public_id}/"))

    def test_not_without_a_card(self, w, client):
        w.account(w.bob)
        page = client.get(f"/renter/pay/{w.owed.public_id}/", {"rail": "card"})
        assert "Add a card first." in words_of(page)
        sent = {name: field(page, name) for name in ("attempt", "shown")}
        answer = client.post(f"/renter/pay/{w.owed.public_id}/", {"rail": "card", "how_much": "all", **sent})
        assert answer.status_code == 422
        assert not Payment.objects.exists()


def test_a_promise_is_told_and_is_not_taken_yet(w, client):
    card = create_card("pm_card_visa", user=w.bob, actor=w.actor(w.bob), at=w.now)
    made = pay_rent(w.owed, PayRequest.by(card, rail="card", captures_later=True), actor=SYSTEM, at=w.now)
    w.until(made, "authorized")
    assert "promises it for seven days" in words_of(client.get(f"/renter/payments/{made.public_id}/"))
    landlord = words_of(signed_in(w.alice).get(f"/landlord/payments/{made.public_id}/"))
    assert "promises it for seven days" in landlord
    assert "4242" not in landlord
