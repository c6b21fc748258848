"""Paying by PayPal through an intent and through /v1/payments, as a client of Stripe's would."""

import re

import pytest

from payments.payins.models import Payment
from payments.rails.paypal.returning import back_url
from tests.directpay.cast import Caller, error_of
from tests.payments.intents.conftest import payment_of, secret_of
from tests.paypal_stand_in import StandIn

pytestmark = pytest.mark.django_db
WALLET = {"payment_method_types": ["paypal"], "payment_method_data": {"type": "paypal", "paypal": {}}}
SHOP = "https://shop.example.com/done?order=7"


@pytest.fixture
def stand_in():
    with StandIn() as started:
        yield started


@pytest.fixture
def wish(w, lease, settings, stand_in, valkey) -> dict:
    settings.PAYPAL_CLIENT_ID, settings.PAYPAL_CLIENT_SECRET, settings.PAYPAL_API_BASE = "client", "secret", stand_in.url
    return {"lease": lease.public_id, "customer": w.bob.public_id}


def approved(w, stand_in, client, payment: Payment, funding: str = "balance"):
    """At PayPal, and back."""
    stand_in.approve(payment.rail_reference, funding)
    return client.get(re.sub(r"^https?://[^/]+", "", back_url(payment.public_id, approved=True)))


def test_pays_after_an_action(w, api, wish, lease, stand_in, client):
    made = api.created(**wish, **WALLET, confirm=True, return_url=SHOP)
    assert (made["rail"], made["payment_method"], made["payment_method_types"]) == ("paypal", None, ["paypal"])
    w.until(payment_of(made), "requires_action")
    asked = api.read(made["id"])
    assert asked["status"] == "requires_action"
    there = asked["next_action"]["redirect_to_url"]
    assert (there["url"], there["return_url"]) == (payment_of(made).action_url, SHOP)
    answer = approved(w, stand_in, client, payment_of(made))
    assert answer["Location"] == f"{SHOP}&payment_intent={made['id']}"
    w.until(payment_of(made), "completed", seconds=3)
    paid = api.read(made["id"], "?expand[]=payment_method&expand[]=latest_charge")
    assert (paid["status"], paid["amount_received"], paid["payment_method"]) == ("succeeded", 150_000, None)
    assert paid["latest_charge"]["payment_method_details"] == {"type": "paypal", "paypal": {}}
    assert w.balance("L1500", lease=lease) == 0
    w.check()


def test_promises_first_and_takes_a_part(w, api, wish, lease, stand_in, client):
    made = api.created(**wish, **WALLET, confirm=True, capture_method="manual")
    w.until(payment_of(made), "requires_action")
    approved(w, stand_in, client, payment_of(made))
    w.until(payment_of(made), "authorized", seconds=3)
    assert api.read(made["id"])["status"] == "requires_capture"
    assert api.post(f"/{made['id']}/capture", {"amount_to_capture": 100_000}).status_code == 200
    w.until(payment_of(made), "completed", seconds=3)
    assert api.read(made["id"])["amount_received"] == 100_000
    w.check()


def test_waits_for_confirmation_and_is_found_there(w, api, wish, stand_in):
    made = api.created(**wish, **WALLET)
    assert made["status"] == "requires_confirmation"
    assert api.found("?status=requires_confirmation") == [made["id"]]
    assert api.found("?status=requires_payment_method") == []
    sent = api.confirmed(made["id"])
    assert (sent["status"], payment_of(sent).rail) == ("processing", "paypal")


def test_the_rail_alone_names_the_wallet(w, api, wish, stand_in):
    assert api.created(**wish, rail="paypal", confirm=True)["payment_method_types"] == ["paypal"]


def test_of_nobody_waits_for_a_payer(w, api, lease, wish):
    refused = api.post("", {"amount": 1_000, "currency": "usd", "lease": lease.public_id, **WALLET})
    assert error_of(refused)["param"] == "customer"


def test_a_declined_one_is_paid_in_another_way(w, api, wish, stand_in, client):
    made = api.created(**{**wish, "payment_method_types": ["paypal", "card"]}, payment_method_data={"type": "paypal"}, confirm=True)
    w.until(payment_of(made), "requires_action")
    approved(w, stand_in, client, payment_of(made), "declined")
    w.until(payment_of(made), "failed", seconds=3)
    failed = api.read(made["id"])
    error = failed["last_payment_error"]
    assert (failed["status"], error["type"], error["code"]) == ("requires_payment_method", "card_error", "wallet_declined")
    assert (error["decline_code"], error["payment_method"]) == ("instrument_declined", None)
    again = api.confirmed(made["id"], payment_method="pm_card_visa")
    assert (again["rail"], payment_of(again).card is not None) == ("card", True)


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({**WALLET, "payment_method": "pm_card_visa"}, "payment_method"),
        ({**WALLET, "rail": "ach"}, "rail"),
        ({"payment_method_data": {"type": "card"}}, "payment_method_data[type]"),
        ({"payment_method_types": ["card"], "payment_method_data": {"type": "paypal"}}, "payment_method"),
    ],
)
def test_what_does_not_fit_is_refused(api, wish, given, param):
    answer = api.post("", {"amount": 150_000, "currency": "usd", **wish, **given})
    assert (answer.status_code, error_of(answer)["param"]) == (400, param)


def test_is_given_up_before_it_is_approved(w, api, wish, stand_in):
    made = api.created(**wish, **WALLET, confirm=True)
    w.until(payment_of(made), "requires_action")
    assert api.post(f"/{made['id']}/cancel", {}).json()["status"] == "canceled"
    stand_in.approve(payment_of(made).rail_reference)
    w.later(seconds=60)
    assert stand_in.all("capture") == []


class TestAtPayments:
    def test_a_renter_pays_with_their_own(self, w, wish, lease, stand_in):
        caller = Caller(secret_of(w, w.bob))
        answer = caller.post("/api/v1/payments", {"lease": lease.public_id, "rail": "paypal"}, "key-1")
        assert answer.status_code == 201, answer.content
        made = answer.json()
        assert (made["rail"], made["payer"], made["bank_account"], made["payment_method"]) == ("paypal", w.bob.public_id, None, None)
        assert made["fee"] == 4_380
        w.until(Payment.objects.get(), "requires_action")
        shown = caller.get(f"/api/v1/payments/{made['id']}").json()
        assert shown["next_action"]["redirect_to_url"]["url"] == Payment.objects.get().action_url
        assert caller.post("/api/v1/payments", {"lease": lease.public_id, "rail": "paypal"}, "key-1").json() == made

    def test_the_platform_names_the_payer(self, w, wish, lease):
        caller = Caller(secret_of(w, None))
        body = {"lease": lease.public_id, "rail": "paypal", "payer": w.bob.public_id}
        assert caller.post("/api/v1/payments", body, "key-1").json()["payer"] == w.bob.public_id
        nobody = caller.post("/api/v1/payments", {"lease": lease.public_id, "rail": "paypal"}, "key-2")
        assert (error_of(nobody)["param"], error_of(nobody)["code"]) == ("payer", "parameter_missing")

    def test_nobody_names_somebody_else(self, w, wish, lease):
        carol = w.person("carol", "renter")
        body = {"lease": lease.public_id, "rail": "paypal", "payer": carol.public_id}
        answer = Caller(secret_of(w, w.bob)).post("/api/v1/payments", body, "key-1")
        assert (error_of(answer)["param"], error_of(answer)["code"]) == ("payer", "resource_missing")

    def test_a_bank_account_says_by_itself_who_pays(self, w, wish, lease, source):
        body = {"lease": lease.public_id, "rail": "ach", "bank_account": source.public_id, "payer": w.bob.public_id}
        assert error_of(Caller(secret_of(w, w.bob)).post("/api/v1/payments", body, "key-1"))["param"] == "payer"

    def test_a_wallet_is_named_alone(self, w, wish, lease, source):
        body = {"lease": lease.public_id, "rail": "paypal", "bank_account": source.public_id}
        assert error_of(Caller(secret_of(w, w.bob)).post("/api/v1/payments", body, "key-1"))["param"] == "payment_method"
