"""A renter pays by PayPal: offered where it is set up, gone on with, come back from, called off."""

import re

import pytest

from payments.payins.models import Payment
from payments.rails.paypal.returning import back_url
from tests.leases.portal.reading import signed_in, words_of
from tests.paypal_stand_in import StandIn
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def stand_in():
    with StandIn() as started:
        yield started


@pytest.fixture
def w(settings, stand_in, valkey) -> World:
    settings.PAYPAL_CLIENT_ID, settings.PAYPAL_CLIENT_SECRET, settings.PAYPAL_API_BASE = "client", "secret", stand_in.url
    made = World()
    made.owed = made.lease()
    return made


@pytest.fixture
def client(w):
    return signed_in(w.bob)


def field(page, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())
    assert found, name
    return found[1]


@pytest.fixture
def asked(w, client) -> Payment:
    """What is to be approved."""
    address = f"/renter/pay/{w.owed.public_id}/"
    page = client.get(address, {"rail": "paypal"})
    assert "once from PayPal" in words_of(page)
    sent = {name: field(page, name) for name in ("attempt", "shown")}
    answer = client.post(address, {"rail": "paypal", "how_much": "all", **sent})
    assert answer.status_code == 302, words_of(answer)
    return w.until(Payment.objects.get(), "requires_action")


def back(order: str, *, approved: bool) -> str:
    return re.sub(r"^https?://[^/]+", "", back_url(order, approved=approved))


def test_is_offered_where_it_is_set_up_alone(w, client, settings):
    address = f"/renter/pay/{w.owed.public_id}/"
    assert 'value="paypal"' in client.get(address).content.decode(), "without any bank account or card"
    settings.PAYPAL_CLIENT_ID = ""
    assert 'value="paypal"' not in client.get(address).content.decode()
    w.account(w.bob)
    assert 'value="paypal"' not in client.get(address).content.decode()
    assert client.post(address, {"rail": "paypal", "how_much": "all"}).status_code == 200, "nothing is paid: what is offered is shown"
    assert not Payment.objects.exists()


def test_who_keeps_nothing_is_told_what_is_missing_and_can_pay_from_home(client, w):
    page = client.get(f"/renter/pay/{w.owed.public_id}/")
    assert "Add a bank account first." in words_of(page)
    assert "Add a card first." in words_of(client.get(f"/renter/pay/{w.owed.public_id}/", {"rail": "card"}))
    assert "Pay $1,500.00" in words_of(client.get("/renter/"))


def test_leads_to_paypal(client, asked):
    page = client.get(f"/renter/payments/{asked.public_id}/")
    assert f'id="go-on" href="{asked.action_url}"' in page.content.decode()
    said = words_of(page)
    assert "Go on to PayPal" in said
    assert "It waits for its approval at PayPal. Nothing is taken before that." in said
    assert "Call this payment off" in said
    assert "card" not in said.lower()
    assert "Cleared when it is approved" in said, "no promise runs before that"
    home = client.get("/renter/")
    assert "Approve it at PayPal" in words_of(home), "it is not forgotten there"
    assert home.content.decode().count('class="btn main"') == 1
    listed = words_of(client.get("/renter/payments/"))
    assert "PayPal" in listed
    assert "••" not in listed, "a wallet has no number"


def test_in_spanish(client, asked):
    client.post("/language/", {"language": "es"})
    said = words_of(client.get(f"/renter/payments/{asked.public_id}/"))
    assert "Seguir a PayPal" in said
    assert "Espera su aprobación en PayPal." in said


def test_comes_back_and_is_taken(w, client, asked, stand_in):
    stand_in.approve(asked.rail_reference)
    answer = client.get(f"{back(asked.public_id, approved=True)}?token={asked.rail_reference}&PayerID=X")
    assert (answer.status_code, answer["Location"]) == (302, f"/renter/payments/{asked.public_id}/")
    assert "You are back from PayPal." in words_of(client.get(answer["Location"]))
    w.until(asked, "completed", seconds=3)
    said = words_of(client.get(f"/renter/payments/{asked.public_id}/"))
    assert "Approved at PayPal" in said
    assert "You are back" not in said
    assert "Go on to PayPal" not in said
    assert "For 180 days" in said
    landlord = words_of(signed_in(w.alice).get(f"/landlord/payments/{asked.public_id}/"))
    assert "payer@example.com" not in landlord + said, "nothing of the account there is kept"
    w.check()


def test_turns_back_and_can_go_on_or_call_it_off(w, client, asked):
    answer = client.get(back(asked.public_id, approved=False))
    assert answer["Location"] == f"/renter/payments/{asked.public_id}/"
    assert "without approving it. Nothing was taken." in words_of(client.get(answer["Location"]))
    w.work()
    assert w.fresh(asked).status == "requires_action"
    client.post(f"/renter/payments/{asked.public_id}/cancel/")
    assert w.fresh(asked).status == "canceled"


def test_is_told_why_it_was_not_taken(w, client, asked, stand_in):
    stand_in.approve(asked.rail_reference, "declined")
    client.get(back(asked.public_id, approved=True))
    w.until(asked, "failed", seconds=3)
    said = words_of(client.get(f"/renter/payments/{asked.public_id}/"))
    assert "PayPal did not take it from the wallet" in said
    assert "Pay again" in said


def test_is_told_that_nobody_approved_it_in_time(w, client, asked):
    w.later(hours=4)
    said = words_of(client.get(f"/renter/payments/{asked.public_id}/"))
    assert "It was not approved in time Nobody approved it at PayPal in time: nothing was taken. What was owed is still owed." in said


def test_somebody_else_with_the_address_is_told_nothing(w, asked):
    other = signed_in(w.person("zoe", "renter"))
    answer = other.get(back(asked.public_id, approved=False), follow=True)
    assert answer.status_code == 404
    assert "Nothing was taken" not in words_of(other.get("/renter/"))


@pytest.mark.parametrize("secret", ["pay_1", "pay_1~forged", "~", "x" * 200])
def test_an_address_that_somebody_made_up_is_none(client, secret):
    assert client.get(f"/paypal/approved/{secret}/").status_code == 404


def test_an_address_of_ours_for_a_payment_that_is_none_of_paypals_is_none(w, client):
    other = w.pay(w.owed, "ach", amount=1_000)
    assert client.get(back(other.public_id, approved=True)).status_code == 404


def test_whoever_comes_back_signed_out_learns_nothing(w, client, asked):
    client.logout()
    answer = client.get(back(asked.public_id, approved=True), follow=True)
    assert "150" not in words_of(answer)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")
