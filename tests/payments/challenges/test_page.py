"""The page on which a payer proves to be the owner of a card: behind an address that nobody guesses, in the sandbox alone."""

import re

import pytest
from django.test import Client

from payments.payins.models import Payment
from payments.rails.cards.challenges import challenge_url, order_behind

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(w, pay) -> Payment:
    return w.until(pay("pm_card_authenticationRequired"), "requires_action")


@pytest.fixture
def address(asked) -> str:
    return re.sub(r"^https?://[^/]+", "", asked.action_url)


def test_it_works(w, asked, address):
    page = Client().get(address)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Is it you who pays?" in text
    assert "••3184" in text
    assert asked.payer.email not in text
    assert "You can close this window." in Client().post(address, {"outcome": "approve"}).content.decode()
    assert w.until(asked, "completed")


def test_refuses(w, asked, address):
    assert "Nothing is taken from this card. You can close this window." in Client().post(address, {"outcome": "refuse"}).content.decode()
    assert w.until(asked, "failed").failure_code == "authentication_failed"


def test_is_answered_once(w, asked, address):
    Client().post(address, {"outcome": "refuse"})
    assert "Nothing to answer" in Client().post(address, {"outcome": "approve"}).content.decode()
    assert "Nothing to answer" in Client().get(address).content.decode()
    assert w.until(asked, "failed")


def test_wants_an_answer(w, asked, address):
    assert Client().post(address, {"outcome": "perhaps"}).status_code == 400
    assert w.fresh(asked).status == "requires_action"


def test_wants_a_form_of_its_own(w, asked, address):
    """Another site cannot press the button for the payer."""
    assert Client(enforce_csrf_checks=True).post(address, {"outcome": "approve"}).status_code == 403
    assert w.fresh(asked).status == "requires_action"


@pytest.mark.parametrize("change", [lambda a: a[:-2] + "x/", lambda a: a.replace("pay_", "pay_x"), lambda a: "/sandbox/3ds/pay_1/"])
def test_is_at_no_other_address(address, change):
    assert Client().get(change(address)).status_code == 404


def test_knows_no_payment_that_is_not_by_card(w, debt):
    made = w.pay(w.owed, "ach")
    address = re.sub(r"^https?://[^/]+", "", challenge_url(made.public_id))
    assert Client().get(address).status_code == 404


def test_is_not_there_in_live_mode(address, settings):
    settings.SANDBOX = False
    settings.SECURE_SSL_REDIRECT = False
    assert Client().get(address).status_code == 404


def test_an_address_names_its_order():
    secret = challenge_url("pay_1").rstrip("/").rpartition("/")[2]
    assert order_behind(secret) == "pay_1"
    assert order_behind(f"{secret}x") is None
