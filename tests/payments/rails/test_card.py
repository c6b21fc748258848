"""The simulated processor of cards: pure, and what it takes is what it pays out and keeps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.rails.base import HoldingRail, NoAnswer, Order, ReportingRail
from payments.rails.cards.challenges import with_outcome
from payments.rails.cards.sandbox import BY_NAME, CARDS, SET_UP, card_of
from payments.rails.cards.simulated import PROVES_WITHIN, SILENCE, CardRail, fee_of
from payments.rails.codes import DECLINES, explain

SENT = datetime(2026, 11, 6, 23, 30, tzinfo=UTC)  # a Friday evening in New York
FAR = SENT + timedelta(days=60)


def order(token: str = "pm_card_visa", amount: int = 8_000, *, capture: bool = True, reference: str = "") -> Order:
    return Order("pay_1", amount, "usd", "", "", SENT, token=token, capture=capture, reference=reference)


def made(profile: str = "calendar") -> CardRail:
    return CardRail(profile, 1.0, "seed")


@pytest.mark.parametrize("profile", ["demo", "calendar"])
@pytest.mark.parametrize("card", CARDS, ids=lambda c: c.name)
@pytest.mark.parametrize("capture", [True, False])
def test_each_card_ends_as_it_is_listed(profile, card, capture):
    reference = with_outcome("card-pay_1", proven=True) if card.proves else ""
    answer = made(profile).look_up(order(card.name, capture=capture, reference=reference), SENT + timedelta(minutes=1))
    wanted = "failed" if card.declines else "completed" if capture else "authorized"
    assert (answer.state, answer.code, answer.at) == (wanted, card.declines, SENT)


@given(st.sampled_from(sorted(BY_NAME)), st.timedeltas(timedelta(0), timedelta(days=30)), st.booleans())
def test_says_the_same_whoever_asks_again(name, later, capture):
    def said() -> object:
        try:
            return made().look_up(order(name, capture=capture), SENT + later)
        except NoAnswer:
            return "silence"

    assert said() == said()


def test_is_a_rail_that_holds_and_reports():
    assert isinstance(made(), HoldingRail)
    assert isinstance(made(), ReportingRail)


@pytest.mark.parametrize("name", ["pm_card_noAnswerThenPaid", "pm_card_noAnswerThenDeclined"])
def test_is_silent_for_ten_seconds(name):
    with pytest.raises(NoAnswer):
        made().submit(order(name), SENT + SILENCE - timedelta(seconds=1))
    assert made().submit(order(name), SENT + SILENCE).state in ("completed", "failed")


class TestPaysOut:
    def test_two_bank_days_later_and_net(self):
        """D4, D5: of 80.00 it keeps 2.20."""
        (line,) = made().bank_lines(order(), FAR)
        (cost,) = made().costs(order(), SENT)
        assert (line.amount_minor, cost.amount_minor, line.on.isoformat()) == (7_780, 220, "2026-11-10")
        assert made().next_bank_line_at(order(), SENT) == line.at

    @given(st.integers(1, 10**8))
    def test_what_it_took_to_the_cent(self, amount):
        lines, costs = made().bank_lines(order(amount=amount), FAR), made().costs(order(amount=amount), FAR)
        assert sum(line.amount_minor for line in lines) + sum(cost.amount_minor for cost in costs) == amount

    @pytest.mark.parametrize(("amount", "fee"), [(8_000, 220), (10_000, 275), (200, 6), (600, 16), (1, 0)])
    def test_and_keeps_its_share_half_even(self, amount, fee):
        """275 of 10,000: of 2.00 it is 5.5, so 6; of 6.00 16.5, so 16."""
        assert fee_of(amount) == fee

    @pytest.mark.parametrize("given", [order(capture=False), order("pm_card_chargeDeclined"), order("pm_card_authenticationRequired")])
    def test_nothing_of_what_it_has_not_taken(self, given):
        assert made().bank_lines(given, FAR) == []
        assert made().costs(given, FAR) == []


class TestProof:
    def test_is_asked_for_at_an_address(self):
        answer = made().look_up(order("pm_card_authenticationRequired"), SENT)
        assert (answer.state, answer.ask_again_at) == ("requires_action", SENT + PROVES_WITHIN)
        assert "/sandbox/3ds/pay_1" in answer.action_url

    def test_fails_where_it_is_refused_or_late(self):
        refused = order("pm_card_authenticationRequired", reference=with_outcome("card-pay_1", proven=False))
        assert made().look_up(refused, SENT).code == "authentication_failed"
        assert made().look_up(order("pm_card_authenticationRequired"), SENT + PROVES_WITHIN).code == "authentication_failed"

    def test_is_not_asked_again_of_a_card_that_was_set_up(self):
        assert card_of(f"pm_card_authenticationRequiredOnSetup{SET_UP}").proves == ""
        assert card_of(f"pm_card_authenticationRequired{SET_UP}").proves == "always"

    def test_is_no_use_for_a_card_that_is_declined_anyway(self):
        proven = order("pm_card_chargeDeclined", reference=with_outcome("x", proven=True))
        assert made().look_up(proven, SENT).state == "failed"


def test_captures_and_lets_go_as_often_as_it_is_asked():
    first, again = (made().capture(order(), 8_000, SENT) for _ in range(2))
    assert first == again
    assert (first.state, first.amount_minor) == ("completed", 8_000)
    assert {made().void(order(), SENT).state for _ in range(2)} == {"canceled"}


def test_a_card_that_nobody_knows_is_declined():
    assert made().look_up(order("pm_card_of_mars"), SENT).code == "card_declined/generic_decline"


def test_every_code_has_a_sentence():
    codes = {card.declines for card in CARDS if card.declines} | {"authentication_failed"}
    assert {code.rpartition("/")[2] for code in codes} <= set(DECLINES)
    assert explain("card_declined/insufficient_funds").failure_code == "card_declined"


@pytest.mark.parametrize("profile", ["demo", "calendar"])
def test_promises_what_it_does(profile):
    promise = made(profile).promise(SENT)
    landed = made(profile).bank_lines(order(), FAR)[0].at
    assert promise.leaves_at == SENT
    assert promise.clears_at - SENT <= timedelta(seconds=1)
    assert landed <= promise.ready_at + timedelta(seconds=1)
