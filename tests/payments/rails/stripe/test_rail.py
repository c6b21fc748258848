"""The rail against the stand-in: every number of Stripe's, holding, letting go, and what the payer must do."""

import dataclasses
from datetime import date, timedelta

import pytest

from payments.rails.base import NeedsAPerson
from payments.rails.codes import explain
from payments.rails.registry import rail as rail_of
from tests.payments.rails.stripe.conftest import bank, card

CARDS = {
    "4242424242424242": ("completed", ""),
    "5555555555554444": ("completed", ""),
    "4000000000000002": ("failed", "card_declined/generic_decline"),
    "4000000000009995": ("failed", "card_declined/insufficient_funds"),
    "4000000000009987": ("failed", "card_declined/lost_card"),
    "4000000000009979": ("failed", "card_declined/stolen_card"),
    "4000000000000069": ("failed", "expired_card"),
    "4000000000000127": ("failed", "incorrect_cvc"),
    "4000000000000119": ("failed", "processing_error"),
    "4000000000000259": ("completed", ""),
    "4000000000000077": ("completed", ""),
    "4000000000000101": ("completed", ""),
    "4000002500003155": ("requires_action", ""),
}
BANKS = {
    "000123456789": ("completed", "", ""),
    "000111111113": ("failed", "account_closed", "account_closed"),
    "000111111116": ("failed", "no_account", "no_account"),
    "000222222227": ("failed", "insufficient_funds", "insufficient_funds"),
    "000333333335": ("failed", "debit_not_authorized", "debit_not_authorized"),
}
DAY = timedelta(days=1)


def held(order, reference):
    return dataclasses.replace(order, reference=reference)


class TestCards:
    @pytest.mark.parametrize("number", CARDS)
    def test_come_to_the_end_that_stripe_publishes(self, rail, order, official, at, number):
        token = official.v1.payment_methods.create(card(number)).id
        answer = rail.submit(order(token), at)
        assert (answer.state, answer.code) == CARDS[number]
        assert (answer.at, answer.effective_on, answer.ask_again_at) == (at, date(2026, 11, 24), None)

    def test_bear_the_payment_and_ask_for_no_more(self, rail, order, stand_in, at):
        answer = rail.submit(order(), at)
        (intent,) = stand_in.all("payment_intent")
        assert (answer.reference, answer.amount_minor) == (intent["id"], 150_000)
        assert (intent["metadata"], intent["amount"], intent["currency"]) == ({"payment": "pay_1"}, 150_000, "usd")
        assert stand_in.requests == ["POST /v1/payment_intents"]

    def test_with_a_wrong_cvc_are_declined(self, rail, order, official, at):
        token = official.v1.payment_methods.create(card("4000000000000101", "123")).id
        assert rail.submit(order(token), at).code == "incorrect_cvc"

    def test_that_are_gone_are_refused_and_nothing_is_made(self, rail, order, stand_in, at):
        answer = rail.submit(order("pm_none"), at)
        assert (answer.state, answer.code, answer.reference) == ("failed", "payment_method_missing", "")
        assert stand_in.all("payment_intent") == []

    def test_take_no_amount_that_stripe_does_not_take(self, rail, order, at):
        assert rail.submit(order(amount_minor=49), at).code == "amount_too_small"


class TestTheirHolder:
    def test_is_sent_to_the_page_of_the_bank(self, rail, order, stand_in, at, settings):
        answer = rail.submit(order("pm_card_authenticationRequired"), at)
        assert (answer.state, answer.action_url) == ("requires_action", f"{stand_in.url}/3ds/{answer.reference}")
        (intent,) = stand_in.all("payment_intent")
        assert intent["next_action"]["redirect_to_url"]["return_url"] == settings.BASE_URL

    @pytest.mark.parametrize(
        ("passed", "state", "code"), [(True, "completed", ""), (False, "failed", "payment_intent_authentication_failure")]
    )
    def test_decides_there(self, rail, order, stand_in, at, passed, state, code):
        asked = order("pm_card_authenticationRequired")
        reference = rail.submit(asked, at).reference
        assert rail.look_up(held(asked, reference), at).state == "requires_action"
        stand_in.authenticate(reference, passed=passed)
        for again in (held(asked, reference), asked):  # with its reference, and by the same key without
            found = rail.look_up(again, at)
            assert (found.state, found.code, found.reference) == (state, code, reference)
        assert len(stand_in.all("payment_intent")) == 1


class TestHolding:
    def test_promises_and_takes_later(self, rail, order, at, moment):
        asked = order(capture=False)
        answer = rail.submit(asked, at)
        assert (answer.state, answer.amount_minor) == ("authorized", 150_000)
        until = answer.ask_again_at
        assert timedelta(days=7) - timedelta(seconds=1) <= until - at <= timedelta(days=7), "the card's bank lets go of it then"
        taken = rail.capture(held(asked, answer.reference), 150_000, at)
        assert (taken.state, taken.amount_minor, taken.reference) == ("completed", 150_000, answer.reference)

    def test_takes_a_part_and_a_second_time_nothing(self, rail, order, stand_in, at):
        asked = order(capture=False)
        asked = held(asked, rail.submit(asked, at).reference)
        for amount in (90_000, 90_000, 100_000):
            taken = rail.capture(asked, amount, at)
            assert (taken.state, taken.amount_minor) == ("completed", 90_000)
        (charge,) = stand_in.all("charge")
        assert (charge["amount_captured"], charge["amount_refunded"]) == (90_000, 60_000)

    def test_finds_by_itself_what_it_holds(self, rail, order, at):
        rail.submit(order(capture=False), at)
        assert rail.capture(order(capture=False), 90_000, at).amount_minor == 90_000

    def test_takes_no_more_than_is_held_and_goes_on_holding(self, rail, order, at):
        asked = order(capture=False)
        asked = held(asked, rail.submit(asked, at).reference)
        with pytest.raises(NeedsAPerson, match="amount_too_large"):
            rail.capture(asked, 150_001, at)
        assert rail.look_up(asked, at).state == "authorized"

    def test_lets_go(self, rail, order, stand_in, at):
        asked = order(capture=False)
        asked = held(asked, rail.submit(asked, at).reference)
        for _ in range(2):
            assert rail.void(asked, at).state == "canceled"
        assert rail.capture(asked, 150_000, at).state == "canceled", "what was let go cannot be taken"
        assert stand_in.all("charge")[0]["amount_captured"] == 0

    def test_says_what_it_is_where_it_comes_too_late_to_let_go(self, rail, order, at):
        asked = held(order(), rail.submit(order(), at).reference)
        assert rail.void(asked, at).state == "completed"

    def test_ends_by_itself_after_a_week(self, rail, order, at, moment):
        asked = order(capture=False)
        asked = held(asked, rail.submit(asked, at).reference)
        moment.move(7 * 86_400)
        assert rail.look_up(asked, at + 7 * DAY).state == "canceled"


class TestBankAccounts:
    @pytest.mark.parametrize("number", BANKS)
    def test_say_days_later(self, rail, order, official, moment, at, number):
        asked = order(official.v1.payment_methods.create(bank(number)).id, routing_number="110000000")
        sent = rail.submit(asked, at)
        assert (sent.state, sent.ask_again_at) == ("processing", at + timedelta(seconds=5))
        moment.move(4 * 86_400)
        state, code, failure_code = BANKS[number]
        for again in (held(asked, sent.reference), asked):  # known by its reference, and days later by its metadata
            found = rail.look_up(again, at + 4 * DAY)
            assert (found.state, found.code) == (state, code)
        assert not code or explain(code).failure_code == failure_code

    def test_are_paid_by_their_numbers_too(self, rail, order, stand_in, at):
        by_number = order("", account_number="000123456789", account_holder="Bob Renter")
        assert rail.submit(by_number, at).state == "processing"
        (method,) = stand_in.all("payment_method")
        assert (method["us_bank_account"]["last4"], method["billing_details"]["name"]) == ("6789", "Bob Renter")

    def test_without_a_holder_are_for_a_person_to_see(self, rail, order, stand_in, at):
        with pytest.raises(NeedsAPerson, match=r"\[billing_details\]\[name\]"):
            rail.submit(order("", account_number="000123456789"), at)
        assert stand_in.all("payment_intent") == []

    def test_that_are_not_verified_send_their_holder_to_two_small_deposits(self, rail, order, stand_in, at):
        stand_in.state.instant_verification = False
        answer = rail.submit(order("pm_usBankAccount_success"), at)
        assert (answer.state, answer.action_url) == ("requires_action", f"{stand_in.url}/verify/{answer.reference}")

    def test_are_asked_about_less_often_the_longer_it_takes(self, rail, order, at):
        asked = order("pm_usBankAccount_processing")
        asked = held(asked, rail.submit(asked, at).reference)
        waits = [rail.look_up(asked, at + after).ask_again_at - (at + after) for after in (DAY / 24, 2 * DAY)]
        assert waits == [timedelta(minutes=6), timedelta(hours=1)]


class TestPromises:
    def test_of_a_card_is_its_money_two_bank_days_later(self, at):
        promise = rail_of("stripe").promise(at)
        assert (promise.clears_on, promise.bank_days) == (date(2026, 11, 24), 0)
        assert promise.ready_at.date() == date(2026, 11, 27), "not on Thanksgiving"

    def test_of_a_bank_debit_is_four_bank_days(self, at):
        promise = rail_of("stripe_ach").promise(at)
        assert (promise.clears_on, promise.bank_days, promise.closed_on) == (date(2026, 12, 1), 4, (date(2026, 11, 26),))

    def test_none_is_of_lines_on_our_bank_statement(self, rail, order, at):
        """Stripe pays out sums of many: those are matched as payouts."""
        rail.submit(order(), at)
        assert rail.bank_lines(order(), at + 9 * DAY) == []
        assert rail.next_bank_line_at(order(), at) is None
