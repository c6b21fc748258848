"""Giving back at Stripe: each outcome; answers that do not come; nobody given back twice."""

import dataclasses
from datetime import timedelta

import pytest

from payments.methods.cards.actions import create_card
from payments.methods.orders import order_back
from payments.payins.models import Payment
from payments.rails.base import NeedsAPerson, NoAnswer, NotSent, RefundingRail
from payments.rails.registry import rail as rail_of
from payments.rails.registry import way_back
from payments.refunds.actions.create import refund_payment
from payments.refunds.models import Refund

CREATE, READ, LIST = "POST /v1/refunds", "GET /v1/refunds/{id}", "GET /v1/refunds"
SILENT = ["timeout_before", "timeout_after", "reset_before", "reset_after", "503", "409"]
HOUR = timedelta(hours=1)


@pytest.fixture
def taken(rail, order, at):
    """``taken()``: 1,500.00 by a card that pays; the order that gives 500.00 of it back."""

    def go(token="pm_card_visa", **changes):
        answer = rail.submit(order(token), at)
        assert answer.state == "completed"
        return back(answer.reference, at, **changes)

    return go


def back(intent, at, **changes):
    what = {"id": "re_1", "amount_minor": 50_000, "currency": "usd", "placed_at": at, "reference": "", **changes}
    return order_back(intent, **what)


def one_refund(stand_in):
    (refund,) = stand_in.all("refund")
    return refund


def test_both_ways_to_pay_give_back_by_themselves(configured):
    assert all(isinstance(rail_of(name), RefundingRail) and way_back(name) == name for name in ("stripe", "stripe_ach"))
    assert [way_back(name) for name in ("ach", "instant", "wire", "same_day_ach", "card")] == ["payout"] * 4 + ["card"]


class TestOutcomes:
    def test_at_once(self, rail, taken, stand_in, at):
        answer = rail.refund(taken(reason="duplicate"), at)
        made = one_refund(stand_in)
        assert (answer.state, answer.reference, answer.ask_again_at) == ("completed", made["id"], None)
        assert (made["metadata"], made["reason"], made["amount"]) == ({"refund": "re_1"}, "duplicate", 50_000)

    def test_a_reason_that_stripe_does_not_know_stays_with_us(self, rail, taken, stand_in, at):
        rail.refund(taken(reason="other"), at)
        assert one_refund(stand_in)["reason"] is None

    def test_days_later(self, rail, taken, moment, at):
        asked = taken("pm_card_pendingRefund")
        first = rail.refund(asked, at)
        assert (first.state, first.ask_again_at) == ("processing", at + timedelta(seconds=5))
        moment.move(10 * 86_400)
        assert rail.look_up_refund(dataclasses.replace(asked, reference=first.reference), at + HOUR).state == "completed"

    def test_at_once_and_it_comes_back(self, rail, taken, moment, at):
        asked = taken("pm_card_refundFail")
        first = rail.refund(asked, at)
        moment.move(10 * 86_400)
        later = rail.look_up_refund(dataclasses.replace(asked, reference=first.reference), at + HOUR)
        assert (first.state, later.state, later.code) == ("completed", "failed", "expired_or_canceled_card")

    def test_refused_where_too_little_is_left(self, rail, taken, official, stand_in, at):
        asked = taken()
        official.v1.refunds.create({"payment_intent": asked.gives_back, "amount": 120_000})  # by hand, on Stripe's own pages
        answer = rail.refund(asked, at)
        assert (answer.state, answer.code) == ("failed", "refund_exceeds_charge")
        official.v1.refunds.create({"payment_intent": asked.gives_back})
        answer = rail.refund(dataclasses.replace(asked, id="re_2"), at)
        assert (answer.state, answer.code) == ("failed", "charge_already_refunded")

    def test_parked_where_it_is_we_who_asked_wrongly(self, rail, at):
        with pytest.raises(NeedsAPerson):
            rail.refund(back("pi_nowhere", at), at)
        with pytest.raises(NeedsAPerson):
            rail.look_up_refund(back("pi_nowhere", at, reference="re_nowhere"), at)


class TestSilence:
    @pytest.mark.parametrize("kind", SILENT)
    def test_is_asked_about_until_it_is_known_and_given_back_once(self, rail, taken, stand_in, at, kind):
        asked = taken()
        stand_in.faults.add(kind, CREATE, times=2)
        for call in (rail.refund, rail.look_up_refund):
            with pytest.raises(NoAnswer) as silence:
                call(asked, at)
            assert not isinstance(silence.value, NotSent)
        answer = rail.look_up_refund(asked, at + timedelta(seconds=3))
        assert (answer.state, answer.reference) == ("completed", one_refund(stand_in)["id"])

    def test_an_error_500_is_found_by_its_metadata(self, rail, taken, stand_in, at):
        asked = taken()
        stand_in.faults.add("500_after", CREATE)
        with pytest.raises(NoAnswer):
            rail.refund(asked, at)
        assert rail.look_up_refund(asked, at + timedelta(seconds=1)).reference == one_refund(stand_in)["id"]

    def test_what_was_written_otherwise_the_first_time_is_found_too(self, rail, taken, official, stand_in, at):
        asked = taken()
        wish = {"payment_intent": asked.gives_back, "amount": 50_000, "metadata": {"refund": "re_1", "more": "1"}}
        official.v1.refunds.create(wish, {"idempotency_key": "re_1"})
        assert rail.refund(asked, at).reference == one_refund(stand_in)["id"]

    def test_after_the_key_is_forgotten_it_is_found_among_the_payments_refunds(self, rail, taken, stand_in, moment, at):
        asked = taken()
        stand_in.faults.add("timeout_after", CREATE)
        with pytest.raises(NoAnswer):
            rail.refund(asked, at)
        moment.move(30 * 3600)
        assert rail.look_up_refund(asked, at + 30 * HOUR).reference == one_refund(stand_in)["id"]
        assert stand_in.requests[-1] == LIST

    def test_what_never_arrived_is_given_up_and_never_made(self, rail, taken, stand_in, moment, at):
        asked = taken()
        stand_in.faults.add("timeout_before", CREATE)
        with pytest.raises(NoAnswer):
            rail.refund(asked, at)
        moment.move(22 * 3600)
        with pytest.raises(NoAnswer, match="does not find"):
            rail.look_up_refund(asked, at + 22 * HOUR)
        moment.move(3 * 3600)
        answer = rail.look_up_refund(asked, at + 25 * HOUR)
        assert (answer.state, answer.code, stand_in.all("refund")) == ("failed", "never_received", [])


class TestThroughTheRoom:
    @pytest.fixture
    def paid(self, w, rail, accept):
        """1,500.00 by card, and a bank balance that bears its refund."""
        w.fee("card", 290)
        card = create_card("pm_card_visa", user=w.bob, actor=w.actor(w.bob), at=w.now)
        made = accept(rail="card", card=card, bank_account=None, amount=150_000)
        w.work()
        return w.fresh(made)

    def test_is_given_back_once_although_the_answer_was_lost(self, w, paid, stand_in):
        assert (paid.rail, paid.status) == ("stripe", "completed")
        stand_in.faults.add("timeout_after", CREATE)
        made = refund_payment(paid, 50_000, actor=w.actor(w.alice), at=w.now)
        w.work()
        assert Refund.objects.get().status == "unknown"
        w.later(seconds=2)
        found = Refund.objects.get()
        assert (found.status, found.rail_reference) == ("succeeded", one_refund(stand_in)["id"])
        assert one_refund(stand_in)["metadata"] == {"refund": made.public_id}
        assert (w.balance("P2310/stripe"), w.balance("P1210/stripe"), Payment.objects.get().refunded_minor) == (0, 100_000, 50_000)
        w.check()
