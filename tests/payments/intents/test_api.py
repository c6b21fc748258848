"""The door: what it takes, what it refuses by name, what it shows."""

import json
from datetime import timedelta

import pytest

from directpay.events.queries import history_of
from directpay.ops.clock import set_clock
from payments.intents.models import PaymentIntent
from payments.payins.models import Payment
from tests.directpay.cast import error_of
from tests.payments.intents.conftest import payment_of, row_of

pytestmark = pytest.mark.django_db


def test_makes_an_intent_without_moving_money(api):
    made = api.created(description="November", metadata={"lease": "L-1", "unit": "4B"})
    assert made["object"] == "payment_intent"
    assert made["id"].startswith("pi_")
    assert made["client_secret"].startswith(f"{made['id']}_secret_")
    assert (made["amount"], made["currency"], made["amount_capturable"], made["amount_received"]) == (150_000, "usd", 0, 0)
    assert (made["status"], made["latest_charge"], made["next_action"]) == ("requires_payment_method", None, None)
    assert (made["description"], made["metadata"]) == ("November", {"lease": "L-1", "unit": "4B"})
    assert (made["payment_method_types"], made["capture_method"], made["livemode"]) == (
        ["card", "us_bank_account"],
        "automatic_async",
        False,
    )
    assert Payment.objects.count() == 0


def test_needs_no_key_where_no_money_moves(api):
    assert api.post("", {"amount": 1, "currency": "usd"}, key=None).status_code == 201


@pytest.mark.parametrize("types", [["us_bank_account"], ["card", "us_bank_account"]])
def test_keeps_what_it_may_be_paid_with(api, types):
    made = api.created(payment_method_types=types)
    assert (made["payment_method_types"], sorted(made["payment_method_options"])) == (types, types)


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"payment_method_types": []}, "payment_method_types"),
        ({"payment_method_types": ["us_bank_account", "klarna"]}, "payment_method_types[1]"),
        (
            {"payment_method_types": ["card", "us_bank_account"], "automatic_payment_methods": {"enabled": True}},
            "automatic_payment_methods",
        ),
        ({"automatic_payment_methods": {"enabled": False}}, "automatic_payment_methods[enabled]"),
        ({"payment_method": "pm_card_visa"}, "customer"),
        ({"payment_method": "pm_unknown"}, "payment_method"),
        ({"payment_method_options": {"klarna": {}}}, "payment_method_options[klarna]"),
        (
            {"payment_method_options": {"us_bank_account": {"preferred_settlement_speed": "fastest"}}, "rail": "wire"},
            "payment_method_options[us_bank_account][preferred_settlement_speed]",
        ),
        ({"capture_method": "by_hand"}, "capture_method"),
        ({"confirmation_method": "manual"}, "confirmation_method"),
        ({"statement_descriptor": "RENT"}, "statement_descriptor"),
        ({"setup_future_usage": "off_session"}, "setup_future_usage"),
        ({"transfer_data": {"destination": "acct_1"}}, "transfer_data"),
        ({"customer": "cus_1"}, "customer"),
        ({"lease": "lse_unknown"}, "lease"),
        ({"applies_to": "acct_unknown"}, "applies_to"),
        ({"rail": "pigeon"}, "rail"),
        ({"off_session": True}, "off_session"),
        ({"return_url": "https://example.com"}, "return_url"),
        ({"confirm": True, "mandate_data": {"customer_acceptance": {"type": "sworn"}}}, "mandate_data[customer_acceptance][type]"),
        ({"amount": 0}, "amount"),
        ({"amount": 15.5}, "amount"),
        ({"currency": "xxx"}, "currency"),
        ({"expand": ["invoice"]}, "expand[0]"),
    ],
)
def test_refuses_by_name_what_it_cannot_honour(api, given, param):
    answer = api.post("", {"amount": 150_000, "currency": "usd", **given})
    assert (answer.status_code, error_of(answer)["param"]) == (400, param)
    assert PaymentIntent.objects.count() == 0


def test_refuses_a_lease_and_an_account_together(api, lease):
    both = {"lease": lease.public_id, "applies_to": lease.parties.get().account.public_id}
    assert error_of(api.post("", {"amount": 1, "currency": "usd", **both}))["param"] == "applies_to"


def test_refuses_another_currency_than_the_leases(api, lease):
    assert error_of(api.post("", {"amount": 1, "currency": "eur", "lease": lease.public_id}))["param"] == "currency"


def test_refuses_the_bank_account_of_another_than_the_customer(w, api, source):
    error = error_of(api.post("", {"amount": 1, "currency": "usd", "customer": w.alice.public_id, "payment_method": source.public_id}))
    assert (error["code"], error["param"]) == ("payment_method_not_of_customer", "payment_method")


class TestUpdating:
    def test_merges_metadata_and_removes_what_is_empty(self, api):
        made = api.created(metadata={"lease": "L-1", "unit": "4B"})
        assert api.post(f"/{made['id']}", {"metadata": {"unit": "", "floor": "4"}}).json()["metadata"] == {"lease": "L-1", "floor": "4"}

    def test_removes_all_metadata_at_once(self, api):
        made = api.created(metadata={"lease": "L-1"})
        assert api.caller.form(f"/api/v1/payment_intents/{made['id']}", "metadata=").json()["metadata"] == {}

    def test_changes_what_is_paid_until_it_is(self, w, api, lease, source):
        made = api.created(currency="eur")
        changed = api.post(
            f"/{made['id']}",
            {"amount": 2000, "currency": "usd", "lease": lease.public_id, "payment_method": source.public_id, "rail": "wire"},
        ).json()
        assert (changed["amount"], changed["currency"], changed["lease"], changed["rail"]) == (2000, "usd", lease.public_id, "wire")
        assert (changed["status"], changed["customer"]) == ("requires_confirmation", w.bob.public_id)

    def test_of_a_paid_one_takes_words_alone(self, api, rent):
        made = api.created(**rent, confirm=True)
        assert api.post(f"/{made['id']}", {"metadata": {"seen": "yes"}, "description": "x"}).json()["description"] == "x"
        assert error_of(api.post(f"/{made['id']}", {"amount": 1}))["code"] == "payment_intent_unexpected_state"
        assert row_of(made).amount_minor == 150_000

    def test_refuses_another_currency_than_the_accounts(self, api, lease):
        made = api.created(applies_to=lease.parties.get().account.public_id)
        assert error_of(api.post(f"/{made['id']}", {"currency": "eur"}))["param"] == "currency"


class TestCanceling:
    def test_gives_it_up(self, w, api, rent):
        made = api.created(**rent)
        ended = api.post(f"/{made['id']}/cancel", {"cancellation_reason": "requested_by_customer"}).json()
        assert (ended["status"], ended["cancellation_reason"], ended["canceled_at"]) == (
            "canceled",
            "requested_by_customer",
            int(w.now.timestamp()),
        )

    def test_calls_the_payment_off_with_it(self, api, rent):
        made = api.created(**rent, confirm=True)
        assert api.post(f"/{made['id']}/cancel").json()["status"] == "canceled"
        assert payment_of(made).status == "canceled"

    def test_comes_too_late_once_the_bank_has_it(self, w, api, rent):
        made = api.created(**rent, confirm=True)
        w.until(payment_of(made), "processing", "completed")
        error = error_of(api.post(f"/{made['id']}/cancel"))
        assert (error["code"], error["payment_intent"]["id"]) == ("payment_intent_unexpected_state", made["id"])
        assert row_of(made).status == "confirmed"

    @pytest.mark.parametrize("verb", ["cancel", "confirm"])
    def test_ends_it(self, api, rent, verb):
        made = api.created(**rent)
        api.post(f"/{made['id']}/cancel")
        answer = api.post(f"/{made['id']}/{verb}")
        assert (answer.status_code, error_of(answer)["code"]) == (400, "payment_intent_unexpected_state")
        assert "canceled" in error_of(answer)["message"]

    def test_refuses_a_reason_that_nobody_knows(self, api):
        made = api.created()
        assert error_of(api.post(f"/{made['id']}/cancel", {"cancellation_reason": "bored"}))["param"] == "cancellation_reason"


def test_refuses_to_capture_what_is_not_held(api, rent):
    made = api.created(**rent, confirm=True)
    error = error_of(api.post(f"/{made['id']}/capture", {"amount_to_capture": 5000}))
    assert (error["type"], error["code"]) == ("invalid_request_error", "payment_intent_unexpected_state")
    assert "processing" in error["message"]


class TestExpanding:
    def test_shows_the_customer_the_payment_method_and_the_charge_whole(self, w, api, rent):
        made = api.created(**rent, confirm=True, expand=["customer", "payment_method", "latest_charge.balance_transaction"])
        assert (made["customer"]["object"], made["customer"]["email"]) == ("customer", w.bob.email)
        assert made["payment_method"]["us_bank_account"]["last4"] == "6789"
        charge = made["latest_charge"]
        assert (charge["object"], charge["status"], charge["amount"], charge["balance_transaction"]) == ("charge", "pending", 150_000, None)
        assert charge["payment_intent"] == made["id"]

    def test_shows_nothing_where_there_is_nothing(self, api):
        made = api.created(expand=["customer", "payment_method", "latest_charge.balance_transaction"])
        assert (made["customer"], made["payment_method"], made["latest_charge"]) == (None, None, None)

    def test_of_a_list_asks_in_a_fixed_number_of_queries(self, w, api, lease, rent, django_assert_max_num_queries):
        for n in range(4):
            api.created(**rent, amount=1000 + n, confirm=True)
        with django_assert_max_num_queries(8):
            rows = api.get("?expand[]=data.customer&expand[]=data.latest_charge").json()["data"]
        assert {row["customer"]["id"] for row in rows} == {w.bob.public_id}

    def test_tells_a_landlord_no_more_of_a_person_than_it_may_know(self, w, api, as_user, lease):
        carol = w.person("carol", "renter")
        account = lease.parties.get().account
        made = api.created(applies_to=account.public_id, payment_method=w.account(carol).public_id)
        shown = as_user(w.alice).read(made["id"], "?expand[]=customer&expand[]=payment_method")
        assert (shown["customer"]["id"], shown["customer"]["email"]) == (carol.public_id, None)
        assert shown["payment_method"]["us_bank_account"] == {}


class TestListing:
    def test_goes_page_by_page_newest_first(self, w, api):
        made = [api.created()["id"] for _ in range(3)]
        first = api.get("?limit=2").json()
        assert ([row["id"] for row in first["data"]], first["has_more"]) == ([made[2], made[1]], True)
        assert first["url"] == "/v1/payment_intents"
        assert api.found(f"?limit=2&starting_after={made[1]}") == [made[0]]

    def test_filters_by_customer_lease_and_time(self, w, api, rent, lease):
        old = api.created(**rent)["id"]
        set_clock(w.now + timedelta(hours=1), frozen=True)
        new = api.created()["id"]
        assert api.found(f"?customer={w.bob.public_id}") == [old]
        assert api.found(f"?lease={lease.public_id}") == [old]
        assert api.found(f"?created[gte]={int(w.now.timestamp())}") == [new]
        assert api.found("?status=canceled") == []
        assert api.found("?status=requires_payment_method") == [new]
        assert error_of(api.get("?state=canceled"))["param"] == "state"


class TestVersions:
    @pytest.mark.parametrize("version", ["2026-10-28.endive", "2022-11-15", "2025-03-31.basil"])
    def test_of_stripe_are_all_taken_and_said_again(self, api, version):
        assert api.get("", **{"Stripe-Version": version})["Stripe-Version"] == version
        assert api.get("/pi_unknown", **{"Stripe-Version": version})["Stripe-Version"] == version

    def test_without_one_ours_is_said(self, api):
        assert api.get("")["Stripe-Version"] == "2026-11-01"

    @pytest.mark.parametrize("version", ["latest", "2026-13-01", "2026-10-28.", "2026-10-28.a b", "2026-10-28; beta=v1", "2026-11-02", ""])
    def test_that_are_none_are_refused(self, api, version):
        answer = api.get("", **{"Stripe-Version": version})
        assert (answer.status_code, error_of(answer)["param"]) == (400, "Stripe-Version")
        assert "Stripe-Version" not in answer


def test_says_of_everything_what_the_schema_says(api, rent, client):
    schema = client.get("/api/schema/", headers={"Accept": "application/json"}).json()
    declared = schema["components"]["schemas"]["Intent"]["properties"]
    assert set(declared) <= set(api.created(**rent))
    confirm = schema["paths"]["/api/v1/payment_intents/{id}/confirm"]["post"]
    assert next(p for p in confirm["parameters"] if p.get("name") == "Idempotency-Key")["required"]
    assert {"query", "limit", "page"} <= {p.get("name") for p in schema["paths"]["/api/v1/payment_intents/search"]["get"]["parameters"]}


def test_keeps_nothing_personal_in_its_events(api, rent):
    made = api.created(**rent, description="for Bob", metadata={"who": "Bob Brown"})
    assert "Bob" not in json.dumps([e.data for e in history_of(made["id"])])
