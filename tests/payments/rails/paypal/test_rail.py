"""What is sent to PayPal, what its answers mean, and what is given back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.rails.base import HoldingRail, NeedsAPerson, NoSuchOrder, Order, ReportingRail
from payments.rails.paypal.amounts import CURRENCIES, amount, minor_of
from payments.rails.paypal.http import Unanswered, send
from payments.rails.paypal.returning import order_behind
from tests.payments.rails.paypal.conftest import AUTHORIZE, CAPTURE, CREATE, REFUND, TAKE


@pytest.fixture
def taken(rail, order, stand_in, at):
    """1,500.00, captured."""
    asked = order()
    asked = replace(asked, reference=rail.submit(asked, at).reference)
    stand_in.approve(asked.reference)
    assert rail.look_up(asked, at).state == "completed"
    return asked


def test_asks_for_approval_and_says_where(rail, order, stand_in, at):
    answer = rail.submit(order(), at)
    (made,) = stand_in.all("order")
    assert (answer.state, answer.reference) == ("requires_action", made["id"])
    assert answer.action_url == f"{stand_in.url}/checkoutnow?token={made['id']}"
    (unit,) = made["purchase_units"]
    assert (made["intent"], unit["amount"]) == ("CAPTURE", {"currency_code": "USD", "value": "1500.00"})
    assert (unit["custom_id"], unit["invoice_id"]) == ("pay_1", "pay_1")


def test_sends_the_payer_back_to_an_address_that_nobody_guesses(rail, order, stand_in, at):
    rail.submit(order(), at)
    approved, left = stand_in.all("order")[0]["_back"]
    assert [order_behind(address.rstrip("/").rpartition("/")[2]) for address in (approved, left)] == ["pay_1", "pay_1"]
    assert order_behind("pay_1~forged") is None


def test_the_same_order_again_is_the_same_words(rail, order, stand_in, at):
    assert rail.submit(order(), at) == rail.submit(order(), at)
    assert (len(stand_in.all("order")), stand_in.asked(CREATE)) == (1, 2)


def test_an_order_without_digits_behind_the_comma(rail, order, stand_in, at):
    rail.submit(order(currency="jpy", amount_minor=1_500), at)
    assert stand_in.all("order")[0]["purchase_units"][0]["amount"] == {"currency_code": "JPY", "value": "1500"}


def test_only_looking_takes_nothing(rail, order, stand_in, at):
    asked = order(only_look=True)
    asked = replace(asked, reference=rail.submit(asked, at).reference)
    stand_in.approve(asked.reference)
    assert rail.look_up(asked, at).state == "processing"
    assert stand_in.all("capture") == []


@pytest.mark.parametrize("issue", ["ORDER_ALREADY_CAPTURED", "ORDER_ALREADY_AUTHORIZED"])
def test_what_is_taken_already_is_looked_at(rail, taken, stand_in, at, issue):
    stand_in.mock(CAPTURE, issue)
    assert rail.look_up(taken, at).state == "completed"


def test_two_that_take_at_once_take_once(rail, order, stand_in, at):
    """Whoever is second hears that it was captured: the request of the first has another body, as after an upgrade."""
    asked = order()
    asked = replace(asked, reference=rail.submit(asked, at).reference)
    stand_in.approve(asked.reference)
    stand_in.mock(CAPTURE, "ORDER_ALREADY_CAPTURED")
    first = replace(asked)
    with pytest.raises(Exception, match="shows nothing of it"):
        rail.look_up(first, at)
    assert rail.look_up(asked, at).state == "completed"
    assert len(stand_in.all("capture")) == 1


@pytest.mark.parametrize(
    ("issue", "state", "code"),
    [
        ("INSTRUMENT_DECLINED", "failed", "wallet_declined/instrument_declined"),
        ("PAYER_CANNOT_PAY", "failed", "wallet_declined/payer_cannot_pay"),
        ("ORDER_EXPIRED", "failed", "approval_expired/order_expired"),
        ("PAYER_ACTION_REQUIRED", "requires_action", ""),
        ("ORDER_NOT_APPROVED", "requires_action", ""),
    ],
)
def test_what_paypal_refuses_to_take(rail, order, stand_in, at, issue, state, code):
    asked = order()
    asked = replace(asked, reference=rail.submit(asked, at).reference)
    stand_in.approve(asked.reference)
    stand_in.mock(CAPTURE, issue)
    found = rail.look_up(asked, at)
    assert (found.state, found.code, found.reference) == (state, code, asked.reference)


class TestHolds:
    @pytest.fixture
    def held(self, rail, order, stand_in, at):
        asked = order(capture=False)
        asked = replace(asked, reference=rail.submit(asked, at).reference)
        stand_in.approve(asked.reference)
        assert rail.look_up(asked, at).amount_minor == 150_000
        return asked

    def test_is_a_rail_that_holds_and_reports(self, rail):
        assert isinstance(rail, HoldingRail)
        assert isinstance(rail, ReportingRail)

    def test_looks_the_same_again(self, rail, held, stand_in, at):
        assert rail.look_up(held, at).state == "authorized"
        assert stand_in.asked(AUTHORIZE) == 1

    def test_is_voided_once(self, rail, held, at):
        assert [rail.void(held, at).state for _ in range(2)] == ["canceled", "canceled"]
        assert rail.look_up(held, at).state == "canceled"

    def test_a_void_that_comes_too_late_says_so(self, rail, held, at):
        rail.capture(held, 150_000, at)
        assert rail.void(held, at).state == "completed"

    def test_a_capture_that_comes_too_late_says_so(self, rail, held, stand_in, at):
        rail.void(held, at)
        assert rail.capture(held, 90_000, at).state == "canceled"
        assert stand_in.asked(TAKE) == 0

    def test_more_than_is_held_is_for_a_person(self, rail, held, at):
        with pytest.raises(NeedsAPerson, match="MAX_CAPTURE_AMOUNT_EXCEEDED"):
            rail.capture(held, 150_001, at)

    def test_an_order_that_nobody_approved_holds_nothing(self, rail, order, at):
        asked = order(capture=False)
        asked = replace(asked, reference=rail.submit(asked, at).reference)
        assert rail.void(asked, at).state == "canceled"
        with pytest.raises(NeedsAPerson, match="nothing of it is authorised"):
            rail.capture(asked, 1_000, at)


class TestCosts:
    def test_are_paypals_own_word(self, rail, taken, stand_in, at):
        (cost,) = rail.costs(taken, at)
        assert (cost.amount_minor, cost.reference) == (5_284, f"paypal-{stand_in.all('capture')[0]['id']}-fee")
        assert rail.costs(taken, at) == [cost]

    def test_of_what_was_never_made_are_none(self, rail, order, stand_in, at):
        assert rail.costs(order(), at) == []
        assert stand_in.requests == []


def back(taken: Order, refund: str, amount_minor: int = 50_000) -> Order:
    """Of what was taken, so much."""
    return replace(taken, id=refund, amount_minor=amount_minor, reference="", gives_back=taken.reference)


class TestGivesBack:
    def test_a_part_once_however_often_it_is_asked(self, rail, taken, stand_in, at):
        answers = [rail.refund(back(taken, "re_1", 50_000), at) for _ in range(2)]
        assert [answer.state for answer in answers] == ["completed", "completed"]
        (made,) = stand_in.all("refund")
        assert (made["amount"]["value"], made["custom_id"], answers[0].reference) == ("500.00", "re_1", made["id"])
        assert stand_in.asked(REFUND) == 1
        assert rail.look_up(taken, at).state == "completed", "what was given back was taken all the same"

    @pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "500_after"])
    def test_after_silence(self, rail, taken, stand_in, at, kind):
        stand_in.faults.add(kind, REFUND)
        with pytest.raises(Exception, match="PayPal"):
            rail.refund(back(taken, "re_1", 50_000), at)
        assert rail.refund(back(taken, "re_1", 50_000), at).state == "completed"
        assert len(stand_in.all("refund")) == 1

    def test_what_was_never_asked_for_is_not_found(self, rail, taken, at):
        with pytest.raises(NoSuchOrder):
            rail.look_up_refund(back(taken, "re_1"), at)

    def test_no_more_than_was_taken(self, rail, taken, at):
        rail.refund(back(taken, "re_1", 100_000), at)
        refused = rail.refund(back(taken, "re_2", 100_000), at)
        assert (refused.state, refused.code) == ("failed", "refund_refused/refund_amount_exceeded")
        assert rail.look_up_refund(back(taken, "re_1"), at).state == "completed"

    def test_nothing_of_what_was_not_taken(self, rail, order, at):
        asked = order()
        asked = replace(asked, reference=rail.submit(asked, at).reference)
        with pytest.raises(NeedsAPerson, match="nothing of"):
            rail.refund(back(asked, "re_1", 1_000), at)


class TestAmounts:
    @given(st.integers(0, 10**14), st.sampled_from(sorted(CURRENCIES)))
    def test_come_back_as_they_went(self, minor, currency):
        assert minor_of(amount(minor, currency), currency) == minor

    @pytest.mark.parametrize(
        ("value", "minor"),
        [("10", 1_000), ("10.5", 1_050), ("10.500", 1_050), ("10.505", None), ("-1.00", None), ("1,00", None), ("", None)],
    )
    def test_are_read_to_the_cent_or_not_at_all(self, value, minor):
        assert minor_of({"currency_code": "USD", "value": value}, "usd") == minor

    def test_of_another_currency_are_none(self):
        assert minor_of({"currency_code": "EUR", "value": "1.00"}, "usd") is None
        assert minor_of("1.00", "usd") is None


def test_promises_a_few_minutes_and_three_bank_days(rail, at):
    promise = rail.promise(at)
    assert promise.clears_at == at + timedelta(minutes=2)
    assert (promise.ready_at - at).days in range(2, 7)


def test_an_answer_that_cannot_be_read_is_none(configured, stand_in, settings):
    """What is at the address is no PayPal: a page, and not one object."""
    with pytest.raises(Unanswered):
        send("GET", "/checkoutnow", None, {})
