"""What roommates who owe as one see of each other's payments: who, how much and how far; never how, and nothing to press."""

import re

import pytest
from django.test import Client

from directpay.kernel.clock import EASTERN
from leases.portal.pages.renter.roommates import Theirs
from leases.portal.queries.payments import events_of
from leases.portal.story import Story
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from payments.methods.cards.actions import create_card
from payments.methods.wallets.paying import Wallet
from payments.payins.models import LIVE, Payment
from tests.leases.portal.reading import signed_in, words_of
from tests.paypal_stand_in import StandIn
from tests.world import World

pytestmark = pytest.mark.django_db
HOW = ("Visa", "3184", "card", "PayPal", "approve", "bank", "Answer it now", "needs you", "••")


@pytest.fixture
def w() -> World:
    made = World()
    made.carol = made.person("carol", "renter")
    made.owed = made.lease(made.bob, made.carol)
    return made


@pytest.fixture
def by_card(w) -> Payment:
    """Whose bank asks whether it is Bob."""
    card = create_card("pm_card_authenticationRequired", user=w.bob, actor=w.actor(w.bob), at=w.now)
    made = pay_rent(w.owed, PayRequest.by(card, rail="card"), actor=w.actor(w.bob), at=w.now)
    return w.until(made, "requires_action")


def under_way(w: World) -> str:
    """What Carol's home says of a payment of Bob's."""
    page = signed_in(w.carol).get("/renter/")
    assert "from Bob" in words_of(page)
    section = re.search(r'<section class="card" aria-labelledby="way-.*?</section>', page.content.decode(), re.S)
    assert section
    assert 'href="/renter/payments/' not in section[0]
    assert "<a " not in section[0]
    return " ".join(re.sub(r"<(svg|title)\b.*?</\1>|<[^>]+>", " ", section[0]).split())


def names_no_way(text: str) -> bool:
    return not any(word.lower() in text.lower() for word in HOW)


def test_the_bank_of_a_card_asks_its_payer_alone(w, by_card):
    page = signed_in(w.carol).get("/renter/").content.decode()
    assert by_card.action_url not in page
    assert "3ds" not in page
    text = under_way(w)
    assert names_no_way(text), text
    assert "Bob has to confirm it first. Nothing is taken before that." in text
    assert by_card.action_url in signed_in(w.bob).get("/renter/").content.decode()


def test_nor_do_they_read_of_paypal(w, settings, valkey):
    with StandIn() as stand_in:
        settings.PAYPAL_CLIENT_ID, settings.PAYPAL_CLIENT_SECRET, settings.PAYPAL_API_BASE = "client", "secret", stand_in.url
        made = pay_rent(w.owed, PayRequest.by(Wallet(w.bob), rail="paypal"), actor=w.actor(w.bob), at=w.now)
        assert names_no_way(under_way(w))
        w.until(made, "requires_action")
        text = under_way(w)
        assert names_no_way(text), text
        assert "Bob has to confirm it first." in text


@pytest.mark.parametrize("status", LIVE)
@pytest.mark.parametrize("rail", ["ach", "same_day_ach", "instant", "card", "paypal"])
def test_every_state_is_told_without_the_way(w, by_card, status, rail):
    values = {field.attname: getattr(by_card, field.attname) for field in Payment._meta.concrete_fields}
    theirs = Theirs(Story(Payment(**{**values, "status": status, "rail": rail}), events_of([by_card])[by_card.public_id], w.now, EASTERN))
    text = " ".join([theirs.lead, theirs.word.text, theirs.closed, *(f"{stop.title} {stop.note}" for stop in theirs.stops)])
    assert names_no_way(text), text


def test_what_happens_to_it_is_told_to_both(w):
    w.pay(w.owed, "ach")
    assert "Sent" in under_way(w)
    w.work()
    assert "Under way" in under_way(w)
    assert "It clears" in under_way(w)


class TestThePageOfTheBank:
    @pytest.fixture
    def address(self, by_card) -> str:
        return re.sub(r"^https?://[^/]+", "", by_card.action_url)

    @pytest.mark.parametrize("who", ["carol", "alice"])
    def test_refuses_whoever_is_known_to_be_another(self, w, by_card, address, who):
        visitor = signed_in(getattr(w, who))
        for answer in (visitor.get(address), visitor.post(address, {"outcome": "refuse"}), visitor.post(address, {"outcome": "approve"})):
            assert answer.status_code == 403
            assert "3184" not in answer.content.decode()
            assert "You are signed in as somebody else than who pays." in words_of(answer)
        assert w.fresh(by_card).status == "requires_action"

    def test_asks_the_payer(self, w, by_card, address):
        client = signed_in(w.bob)
        assert "3184" in words_of(client.get(address))
        client.post(address, {"outcome": "approve"})
        assert w.until(by_card, "completed")

    def test_and_whoever_is_not_signed_in_for_a_program_sends_them(self, address):
        assert "3184" in words_of(Client().get(address))
