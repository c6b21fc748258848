"""The stand-in as the official client meets it: what Stripe documents, it does."""

import pytest
import stripe

from tests.payments.rails.stripe.conftest import CARD, MANDATE, bank, card, client_of, declined, wish

DAY = 86_400
DECLINES = {
    "4000000000000002": ("card_declined", "generic_decline"),
    "4000000000009995": ("card_declined", "insufficient_funds"),
    "4000000000009987": ("card_declined", "lost_card"),
    "4000000000009979": ("card_declined", "stolen_card"),
    "4000000000000069": ("expired_card", "expired_card"),
    "4000000000000127": ("incorrect_cvc", "incorrect_cvc"),
    "4000000000000119": ("processing_error", "processing_error"),
}


def kinds(stand_in) -> list[str]:
    """Of the events, the oldest first."""
    return [event["type"] for event in reversed(stand_in.all("event"))]


class TestCards:
    def test_pay(self, official, stand_in):
        made = official.v1.payment_intents.create(wish(expand=["latest_charge.balance_transaction"]))
        assert (made.status, made.amount_received, made.latest_charge.paid) == ("succeeded", 150_000, True)
        line = made.latest_charge.balance_transaction
        assert (line.amount, line.fee, line.net, line.status) == (150_000, 4_380, 145_620, "pending")
        assert kinds(stand_in) == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]

    @pytest.mark.parametrize("number", DECLINES)
    def test_are_declined_each_in_its_way(self, official, stand_in, number):
        method = official.v1.payment_methods.create(card(number))
        error = declined(official.v1.payment_intents.create, wish(method.id))
        assert (error.code, error.error.decline_code) == DECLINES[number]
        intent = official.v1.payment_intents.retrieve(error.error.payment_intent.id)
        assert (intent.status, intent.last_payment_error.decline_code) == ("requires_payment_method", DECLINES[number][1])
        assert official.v1.charges.retrieve(intent.latest_charge).failure_code == DECLINES[number][0]
        assert kinds(stand_in)[-2:] == ["charge.failed", "payment_intent.payment_failed"]

    def test_have_numbers_that_can_be_right(self, official):
        assert declined(official.v1.payment_methods.create, card("4242424242424241")).code == "incorrect_number"

    def test_are_checked_for_their_cvc(self, official):
        number = "4000000000000101"
        without = official.v1.payment_methods.create(card(number))
        assert official.v1.payment_intents.create(wish(without.id)).status == "succeeded"
        method = official.v1.payment_methods.create(card(number, "123"))
        assert method.card.checks.cvc_check == "fail"
        assert declined(official.v1.payment_intents.create, wish(method.id)).code == "incorrect_cvc"

    def test_are_disputed_afterwards(self, official, stand_in):
        method = official.v1.payment_methods.create(card("4000000000000259"))
        made = official.v1.payment_intents.create(wish(method.id))
        assert made.status == "succeeded"
        assert kinds(stand_in)[-1] == "charge.dispute.created"
        (dispute,) = official.v1.disputes.list({"payment_intent": made.id}).data
        assert (dispute.amount, dispute.reason, dispute.status) == (150_000, "fraudulent", "needs_response")
        assert official.v1.charges.retrieve(made.latest_charge).disputed

    def test_that_bypass_the_wait_are_available_at_once(self, official):
        made = official.v1.payment_intents.create(wish("pm_card_bypassPending", expand=["latest_charge.balance_transaction"]))
        assert made.latest_charge.balance_transaction.status == "available"

    @pytest.mark.parametrize(("passed", "status"), [(True, "succeeded"), (False, "requires_payment_method")])
    def test_ask_their_holder(self, official, stand_in, passed, status):
        method = official.v1.payment_methods.create(card("4000002500003155"))
        made = official.v1.payment_intents.create(wish(method.id, return_url="https://rent.example.com/back"))
        assert (made.status, made.next_action.type) == ("requires_action", "redirect_to_url")
        assert made.next_action.redirect_to_url.url == f"{stand_in.url}/3ds/{made.id}"
        stand_in.authenticate(made.id, passed=passed)
        assert official.v1.payment_intents.retrieve(made.id).status == status


class TestHolding:
    def test_takes_a_part_and_lets_go_of_the_rest(self, official, stand_in):
        held = official.v1.payment_intents.create(wish(capture_method="manual"))
        assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 150_000, 0)
        assert "payment_intent.amount_capturable_updated" in kinds(stand_in)
        taken = official.v1.payment_intents.capture(held.id, {"amount_to_capture": 90_000, "expand": ["latest_charge"]})
        assert (taken.status, taken.amount_received, taken.amount_capturable) == ("succeeded", 90_000, 0)
        assert (taken.latest_charge.amount_captured, taken.latest_charge.amount_refunded) == (90_000, 60_000)

    def test_takes_no_more_than_is_held_and_only_once(self, official):
        held = official.v1.payment_intents.create(wish(capture_method="manual"))
        with pytest.raises(stripe.InvalidRequestError) as refused:
            official.v1.payment_intents.capture(held.id, {"amount_to_capture": 150_001})
        assert refused.value.code == "amount_too_large"
        official.v1.payment_intents.capture(held.id)
        with pytest.raises(stripe.InvalidRequestError) as refused:
            official.v1.payment_intents.capture(held.id)
        assert refused.value.code == "payment_intent_unexpected_state"

    def test_ends_by_itself_after_a_week(self, official, moment):
        held = official.v1.payment_intents.create(wish(capture_method="manual"))
        moment.move(7 * DAY)
        found = official.v1.payment_intents.retrieve(held.id)
        assert (found.status, found.cancellation_reason) == ("canceled", "automatic")

    def test_is_called_off(self, official):
        held = official.v1.payment_intents.create(wish(capture_method="manual"))
        assert official.v1.payment_intents.cancel(held.id).status == "canceled"
        with pytest.raises(stripe.InvalidRequestError):
            official.v1.payment_intents.cancel(held.id)


class TestBanks:
    @pytest.mark.parametrize(
        ("number", "status", "code"),
        [
            ("000123456789", "succeeded", None),
            ("000111111113", "requires_payment_method", "account_closed"),
            ("000111111116", "requires_payment_method", "no_account"),
            ("000222222227", "requires_payment_method", "insufficient_funds"),
            ("000333333335", "requires_payment_method", "debit_not_authorized"),
            ("000000000009", "processing", None),
        ],
    )
    def test_say_days_later(self, official, moment, number, status, code):
        method = official.v1.payment_methods.create(bank(number))
        made = official.v1.payment_intents.create(
            wish(method.id, payment_method_types=["us_bank_account"], mandate_data=MANDATE),
        )
        assert made.status == "processing"
        moment.move(3 * DAY)
        assert official.v1.payment_intents.retrieve(made.id).status == "processing"
        moment.move(DAY)
        ended = official.v1.payment_intents.retrieve(made.id)
        assert (ended.status, ended.last_payment_error and ended.last_payment_error.code) == (status, code)

    def test_want_a_mandate_and_a_name(self, official):
        with pytest.raises(stripe.InvalidRequestError, match="mandate"):
            official.v1.payment_intents.create(
                wish("pm_card_visa") | {"payment_method": "pm_usBankAccount_success", "payment_method_types": ["us_bank_account"]}
            )
        with pytest.raises(stripe.InvalidRequestError) as refused:
            official.v1.payment_methods.create({**bank("000123456789"), "billing_details": {}})
        assert refused.value.param == "billing_details[name]"

    def test_know_test_names(self, official):
        assert official.v1.payment_intents.create(wish("pm_usBankAccount_success")).status == "processing"


class TestWhatStandsBeside:
    def test_refunds(self, official, stand_in):
        made = official.v1.payment_intents.create(wish())
        first = official.v1.refunds.create({"payment_intent": made.id, "amount": 50_000})
        assert (first.status, first.amount, first.charge) == ("succeeded", 50_000, made.latest_charge)
        assert official.v1.refunds.create({"charge": made.latest_charge}).amount == 100_000
        assert official.v1.charges.retrieve(made.latest_charge).refunded
        with pytest.raises(stripe.InvalidRequestError) as refused:
            official.v1.refunds.create({"payment_intent": made.id})
        assert refused.value.code == "charge_already_refunded"

    def test_people_and_what_they_pay_with(self, official):
        bob = official.v1.customers.create({"email": "bob@example.com", "metadata": {"user": "usr_1"}})
        kept = official.v1.payment_methods.attach("pm_card_visa", {"customer": bob.id})
        assert kept.customer == bob.id
        assert [m.id for m in official.v1.payment_methods.list({"customer": bob.id, "type": "card"}).data] == [kept.id]
        assert official.v1.payment_methods.detach(kept.id).customer is None
        assert official.v1.customers.update(bob.id, {"name": "Bob"}).metadata["user"] == "usr_1"

    def test_setting_up(self, official, stand_in):
        done = official.v1.setup_intents.create({"payment_method": "pm_card_visa", "confirm": True, "payment_method_types": ["card"]})
        assert done.status == "succeeded"
        waits = official.v1.setup_intents.create({"payment_method": "pm_card_authenticationRequired", "confirm": True})
        assert waits.status == "requires_action"
        stand_in.authenticate(waits.id)
        assert official.v1.setup_intents.retrieve(waits.id).status == "succeeded"
        assert declined(
            official.v1.setup_intents.create, {"payment_method": "pm_card_chargeDeclined", "confirm": True}
        ).error.setup_intent.id

    def test_searching_by_metadata_within_a_minute(self, official, moment):
        made = official.v1.payment_intents.create(wish(metadata={"payment": "pay_1"}))
        asked = {"query": "metadata['payment']:'pay_1' AND currency:'usd'"}
        assert official.v1.payment_intents.search(asked).data == []
        moment.move(60)
        assert [found.id for found in official.v1.payment_intents.search(asked).data] == [made.id]
        assert official.v1.payment_intents.search({"query": "metadata['payment']:'pay_2'"}).data == []

    def test_lists_in_pages(self, official):
        made = [official.v1.payment_intents.create({"amount": 100 + n, "currency": "usd"}) for n in range(5)]
        first = official.v1.payment_intents.list({"limit": 2})
        assert ([one.id for one in first.data], first.has_more) == ([made[4].id, made[3].id], True)
        assert [one.id for one in first.auto_paging_iter()] == [one.id for one in reversed(made)]

    def test_changes_what_is_not_paid_yet(self, official):
        made = official.v1.payment_intents.create({"amount": 100, "currency": "usd", "metadata": {"a": "1", "b": "2"}})
        changed = official.v1.payment_intents.update(made.id, {"amount": 200, "metadata": {"a": ""}})
        assert (changed.amount, changed.metadata.to_dict()) == (200, {"b": "2"})
        assert official.v1.payment_intents.confirm(made.id, {"payment_method": "pm_card_visa"}).status == "succeeded"


class TestRefusals:
    def test_of_keys(self, stand_in):
        for key in ("sk_test_wrong", "sk_live_" + "x" * 24):
            with pytest.raises(stripe.AuthenticationError):
                client_of(stand_in, key).v1.payment_intents.list()

    def test_of_what_is_not_there(self, official):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            official.v1.payment_intents.retrieve("pi_none")
        assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")

    def test_of_what_stripe_does_not_know(self, official):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            official.v1.payment_intents.create({"amount": 100, "currency": "usd", "colour": "red"})
        assert (refused.value.code, refused.value.param) == ("parameter_unknown", "colour")

    def test_of_amounts(self, official):
        for amount, code in ((49, "amount_too_small"), (100_000_000, "amount_too_large")):
            with pytest.raises(stripe.InvalidRequestError) as refused:
                official.v1.payment_intents.create({"amount": amount, "currency": "usd"})
            assert refused.value.code == code


def test_basic_authentication_will_do(stand_in):
    import requests

    from tests.payments.rails.stripe.conftest import KEY

    answer = requests.get(f"{stand_in.url}/v1/charges", auth=(KEY, ""), timeout=5)
    assert (answer.status_code, answer.json()["object"]) == (200, "list")
    assert answer.headers["Request-Id"].startswith("req_")
    assert requests.get(f"{stand_in.url}/v1/charges", timeout=5).status_code == 401


def test_a_number_typed_with_spaces_is_the_same_card(official):
    spaced = " ".join(CARD[n : n + 4] for n in range(0, 16, 4))
    assert official.v1.payment_methods.create(card(spaced)).card.last4 == "4242"
