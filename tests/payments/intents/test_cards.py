"""Paying with a card through an intent: at once or later, proven or not, declined and tried again."""

import pytest

from directpay.events.queries import history_of
from payments.methods.cards.models import Card
from payments.payins.actions.prove import answer_challenge
from tests.directpay.cast import error_of
from tests.payments.intents.conftest import Api, payment_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def wish(w, lease) -> dict:
    return {"lease": lease.public_id, "customer": w.bob.public_id}


def test_pays_at_once(w, api, wish, lease):
    made = api.created(**wish, payment_method="pm_card_visa", confirm=True)
    assert (made["status"], made["rail"], made["amount_received"]) == ("processing", "card", 0)
    assert made["payment_method"].startswith("pm_")
    w.until(payment_of(made), "settled")
    paid = api.read(made["id"])
    assert (paid["status"], paid["amount_received"]) == ("succeeded", 150_000)
    charge = paid["charges"]["data"][0]
    details = charge["payment_method_details"]
    assert (details["type"], details["card"]["brand"], details["card"]["last4"]) == ("card", "visa", "4242")
    assert (charge["captured"], charge["amount_captured"]) == (True, 150_000)
    assert w.balance("L1500", lease=lease) == 0
    w.check()


def test_promises_first_and_takes_a_part(w, api, wish, lease):
    made = api.created(**wish, payment_method="pm_card_visa", capture_method="manual", confirm=True)
    w.until(payment_of(made), "authorized")
    held = api.read(made["id"])
    assert (held["status"], held["amount_capturable"], held["amount_received"]) == ("requires_capture", 150_000, 0)
    assert held["charges"]["data"][0]["captured"] is False
    answer = api.post(f"/{made['id']}/capture", {"amount_to_capture": 100_000})
    assert (answer.status_code, answer.json()["status"]) == (200, "processing")
    w.until(payment_of(made), "settled")
    paid = api.read(made["id"])
    assert (paid["status"], paid["amount"], paid["amount_received"], paid["amount_capturable"]) == ("succeeded", 150_000, 100_000, 0)
    charge = paid["charges"]["data"][0]
    assert (charge["amount"], charge["amount_captured"]) == (150_000, 100_000)
    assert w.balance("L1500", lease=lease) == 50_000
    told = [e.type for e in history_of(made["id"])]
    assert told == ["payment_intent.created", "payment_intent.confirmed", "payment_intent.captured"]
    w.check()


def test_is_given_up_while_it_is_promised(w, api, as_user, wish):
    made = api.created(**wish, payment_method="pm_card_visa", capture_method="manual", confirm=True)
    w.until(payment_of(made), "authorized")
    answer = api.post(f"/{made['id']}/cancel", {})
    assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
    assert payment_of(made).status == "canceled"
    again = api.post(f"/{made['id']}/capture", {})
    assert error_of(again)["code"] == "payment_intent_unexpected_state"


@pytest.mark.parametrize("amount", [150_001, 0, -1])
def test_takes_no_more_than_was_promised(w, api, wish, amount):
    made = api.created(**wish, payment_method="pm_card_visa", capture_method="manual", confirm=True)
    w.until(payment_of(made), "authorized")
    answer = api.post(f"/{made['id']}/capture", {"amount_to_capture": amount})
    assert (answer.status_code, error_of(answer)["param"]) == (400, "amount_to_capture")


def test_says_why_it_was_declined_and_is_tried_again(w, api, wish, lease):
    made = api.created(**wish, payment_method="pm_card_visa_chargeDeclinedInsufficientFunds", confirm=True)
    w.until(payment_of(made), "failed")
    found = api.read(made["id"])
    error = found["last_payment_error"]
    assert (found["status"], found["payment_method"]) == ("requires_payment_method", None)
    assert (error["type"], error["code"], error["decline_code"]) == ("card_error", "card_declined", "insufficient_funds")
    assert error["payment_method"]["card"]["last4"] == "9995"
    again = api.confirmed(made["id"], payment_method="pm_card_visa")
    w.until(payment_of(again), "settled")
    assert api.read(made["id"])["status"] == "succeeded"
    w.check()


def test_sends_the_payer_to_prove_it(w, api, wish):
    back = "https://shop.example/done"
    made = api.created(**wish, payment_method="pm_card_authenticationRequired", confirm=True, return_url=back)
    w.until(payment_of(made), "requires_action")
    waits = api.read(made["id"])
    there = waits["next_action"]["redirect_to_url"]
    assert (waits["status"], waits["next_action"]["type"], there["return_url"]) == ("requires_action", "redirect_to_url", back)
    assert "/sandbox/3ds/" in there["url"]
    answer_challenge(payment_of(made).public_id, proven=True, at=w.now)
    w.until(payment_of(made), "settled")
    paid = api.read(made["id"])
    assert (paid["status"], paid["next_action"]) == ("succeeded", None)


def test_fails_where_it_is_not_proven(w, api, wish):
    made = api.created(**wish, payment_method="pm_card_authenticationRequired", confirm=True)
    w.until(payment_of(made), "requires_action")
    answer_challenge(payment_of(made).public_id, proven=False, at=w.now)
    w.until(payment_of(made), "failed")
    assert api.read(made["id"])["last_payment_error"]["code"] == "authentication_failed"


def test_keeps_a_card_that_is_attached_to_nobody_for_its_customer(w, api, wish):
    card = api.caller.post("/api/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"}}).json()["id"]
    made = api.created(**wish, payment_method=card)
    assert (made["payment_method"], made["status"], made["rail"]) == (card, "requires_confirmation", "card")
    assert Card.objects.get(public_id=card).user == w.bob


def test_a_renter_pays_with_a_card_of_its_own(w, as_user, lease):
    bob: Api = as_user(w.bob)
    made = bob.created(lease=lease.public_id, payment_method="pm_card_visa", confirm=True)
    assert made["customer"] == w.bob.public_id
    w.until(payment_of(made), "settled")


def test_goes_back_to_a_bank_account(w, api, wish, source):
    made = api.created(**wish, payment_method="pm_card_visa")
    other = api.post(f"/{made['id']}", {"payment_method": source.public_id}).json()
    assert (other["payment_method"], other["rail"]) == (source.public_id, "ach")


class TestRefuses:
    @pytest.mark.parametrize(("rail", "said"), [("ach", "a card"), ("card", "a bank account")])
    def test_a_rail_that_is_not_that_of_what_is_paid_with(self, api, wish, source, rail, said):
        method = "pm_card_visa" if rail == "ach" else source.public_id
        refused = api.post("", {"amount": 150_000, "currency": "usd", **wish, "rail": rail, "payment_method": method})
        assert (refused.status_code, refused.json()["error"]["param"]) == (400, "rail")
        assert said in refused.json()["error"]["message"]

    def test_a_card_of_nobody_where_nobody_pays(self, api, lease):
        answer = api.post("", {"amount": 1000, "currency": "usd", "lease": lease.public_id, "payment_method": "pm_card_visa"})
        assert (answer.status_code, error_of(answer)["param"]) == (400, "customer")

    def test_a_type_that_was_not_asked_for(self, api, wish):
        body = {"amount": 1000, "currency": "usd", **wish, "payment_method": "pm_card_visa", "payment_method_types": ["us_bank_account"]}
        answer = api.post("", body)
        assert (answer.status_code, error_of(answer)["code"]) == (400, "payment_method_type_not_allowed")

    def test_to_hold_what_a_bank_takes_at_once(self, api, wish, source):
        body = {"amount": 1000, "currency": "usd", **wish, "payment_method": source.public_id, "capture_method": "manual"}
        answer = api.post("", body)
        assert (answer.status_code, error_of(answer)["param"]) == (400, "capture_method")

    def test_to_hold_it_where_that_is_said_later(self, api, wish, source):
        made = api.created(**wish, payment_method=source.public_id)
        answer = api.post(f"/{made['id']}", {"capture_method": "manual"})
        assert (answer.status_code, error_of(answer)["param"]) == (400, "capture_method")

    def test_a_card_that_a_landlord_gives_its_renter(self, w, as_user, wish):
        answer = as_user(w.alice).post("", {"amount": 1000, "currency": "usd", **wish, "payment_method": "pm_card_visa"})
        assert (answer.status_code, error_of(answer)["param"]) == (400, "customer")
        assert not Card.objects.exists()

    def test_a_card_that_was_detached(self, w, api, wish):
        card = api.created(**wish, payment_method="pm_card_visa")["payment_method"]
        api.caller.post(f"/api/v1/payment_methods/{card}/detach", {})
        answer = api.post("", {"amount": 1000, "currency": "usd", **wish, "payment_method": card})
        assert (answer.status_code, error_of(answer)["code"]) == (409, "payment_method_detached")

    def test_somebody_elses_card(self, w, api, as_user, wish, lease):
        card = api.created(**wish, payment_method="pm_card_visa")["payment_method"]
        carol = w.person("carol", "renter")
        answer = as_user(carol).post("", {"amount": 1000, "currency": "usd", "payment_method": card})
        assert (answer.status_code, error_of(answer)["param"]) == (400, "payment_method")

    def test_the_payer_to_capture(self, w, api, as_user, wish):
        made = api.created(**wish, payment_method="pm_card_visa", capture_method="manual", confirm=True)
        w.until(payment_of(made), "authorized")
        assert as_user(w.bob).post(f"/{made['id']}/capture", {}).status_code == 403


def test_a_landlord_sees_that_it_was_a_card_and_not_which(w, api, as_user, wish):
    made = api.created(**wish, payment_method="pm_card_visa", confirm=True)
    w.until(payment_of(made), "settled")
    details = as_user(w.alice).read(made["id"])["charges"]["data"][0]["payment_method_details"]
    assert details == {"type": "card", "card": {}}


def test_payments_show_and_find_it(w, api, wish):
    made = api.created(**wish, payment_method="pm_card_visa", confirm=True)
    payment = api.caller.get(f"/api/v1/payments/{made['payment']}").json()
    assert (payment["rail"], payment["bank_account"], payment["payment_method"]) == ("card", None, made["payment_method"])
    found = api.caller.get(f"/api/v1/payments?payment_method={made['payment_method']}").json()["data"]
    assert [row["id"] for row in found] == [made["payment"]]
    assert api.caller.get("/api/v1/payments?payment_method=pm_nothing").json()["data"] == []


class TestPaymentsDoor:
    def test_takes_a_card(self, w, as_user, lease):
        body = {"lease": lease.public_id, "rail": "card", "payment_method": "pm_card_visa", "amount": 10_000}
        answer = as_user(w.bob).caller.post("/api/v1/payments", body, "key-1")
        assert answer.status_code == 201, answer.content
        made = answer.json()
        assert (made["rail"], made["fee"], made["net"], made["bank_account"]) == ("card", 320, 9_680, None)
        again = as_user(w.bob).caller.post("/api/v1/payments", body, "key-1")
        assert again["Idempotent-Replayed"] == "true"
        assert Card.objects.count() == 1

    def test_takes_a_card_that_is_kept(self, w, as_user, lease):
        bob = as_user(w.bob).caller
        card = bob.post("/api/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"}}).json()["id"]
        bob.post(f"/api/v1/payment_methods/{card}/attach", {"customer": w.bob.public_id})
        body = {"lease": lease.public_id, "rail": "card", "payment_method": card, "amount": 10_000}
        answer = bob.post("/api/v1/payments", body, "key-1")
        assert (answer.status_code, answer.json()["payment_method"]) == (201, card)

    def test_asks_the_platform_whose_card_it_is(self, api, lease):
        body = {"lease": lease.public_id, "rail": "card", "payment_method": "pm_card_visa"}
        answer = api.caller.post("/api/v1/payments", body, "key-1")
        assert (answer.status_code, error_of(answer)["param"]) == (400, "payment_method")

    def test_shows_where_to_prove_it(self, w, as_user, lease):
        bob = as_user(w.bob).caller
        body = {"lease": lease.public_id, "rail": "card", "payment_method": "pm_card_authenticationRequired"}
        made = bob.post("/api/v1/payments", body, "key-1").json()
        w.work()
        shown = bob.get(f"/api/v1/payments/{made['id']}").json()
        assert (shown["status"], shown["next_action"]["type"]) == ("requires_action", "redirect_to_url")
