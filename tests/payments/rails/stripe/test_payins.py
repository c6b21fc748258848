"""Payments over Stripe as payins moves them: due rows that are asked again, rows that wait, rows that a person must see."""

import dataclasses

import pytest

from directpay.due.actions import schedule
from directpay.due.models import Due
from directpay.due.run import run_all
from directpay.events.queries import history_of
from directpay.events.unit import unit_of_work
from payments.methods.cards.actions import create_card
from payments.payins.actions.capture import VOID_QUEUE, capture_payment
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.actions.submit import submit_payments
from tests.payments.payins.conftest import hold

CREATE = "POST /v1/payment_intents"


@pytest.fixture
def pay(rail, bank, accept):
    """Accepts a payment that goes by a card at Stripe: ``pay()``. Which card it is, payins cannot say yet."""

    def by_card(order):
        return dataclasses.replace(order, token="pm_card_visa", routing_number="", account_number="")

    bank(
        "ach",
        submit=lambda order, at: rail.submit(by_card(order), at),
        look_up=lambda order, at: rail.look_up(by_card(order), at),
    )
    return accept


def waits(w) -> list[float]:
    return [(row.due_at - w.now).total_seconds() for row in Due.objects.filter(queue=RAIL_QUEUE).order_by("due_at")]


def types_of(payment) -> list[str]:
    return [event.type.removeprefix("payment.") for event in history_of(payment.public_id)]


def test_is_completed_at_once(w, pay, stand_in):
    made = pay()
    w.work()
    found = w.fresh(made)
    (intent,) = stand_in.all("payment_intent")
    assert (found.status, found.rail_reference) == ("completed", intent["id"])
    assert intent["metadata"] == {"payment": made.public_id}
    w.check()


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "500_before"])
def test_that_is_not_answered_is_unknown_and_asked_about_until_it_is_known(w, pay, stand_in, kind):
    stand_in.faults.add(kind, CREATE)
    stand_in.faults.add("503", CREATE)
    made = pay()
    w.work()
    assert (w.fresh(made).status, waits(w)) == ("unknown", [1.0])
    w.later(seconds=1)
    assert (w.fresh(made).status, waits(w)) == ("unknown", [2.0])
    if kind == "500_before":
        return  # Stripe says the 500 again, for a day
    w.later(seconds=2)
    assert types_of(made)[:4] == ["initiated", "processing", "unknown", "completed"]
    assert len(stand_in.all("payment_intent")) == 1
    w.check()


def test_that_died_between_the_intent_and_the_call_is_handed_over(w, pay, stand_in):
    made = pay()
    submit_payments([made.public_id], at=w.now)  # … and the worker dies
    w.later(seconds=20)
    assert w.fresh(made).status in ("completed", "settled")
    assert len(stand_in.all("payment_intent")) == 1


class TestWhileStripeIsIll:
    @pytest.fixture
    def ill(self, w, pay, stand_in):
        """Three have met silence; the breaker is open."""
        stand_in.faults.add("503", CREATE, times=3)
        met = [pay(amount=10_000 + n) for n in range(3)]
        w.work()
        assert {w.fresh(one).status for one in met} == {"unknown"}
        return met

    def test_others_wait_as_they_are_and_nobody_calls(self, w, pay, stand_in, ill):
        asked = len(stand_in.requests)
        later = pay(amount=20_000)
        w.work()
        found = w.fresh(later)
        assert (found.status, found.answered_at, found.rail_reference) == ("processing", None, "")
        assert len(stand_in.requests) == asked
        w.later(seconds=20)
        assert {w.fresh(one).status for one in ill} == {"unknown"}, "nor has anything changed for these"
        assert (types_of(later), len(stand_in.requests)) == (["initiated", "processing"], asked)

    def test_the_rest_of_the_house_does_not_notice(self, w, accept, ill):
        other = accept(amount=30_000, rail="instant")
        assert w.until(other, "settled").status == "settled"

    def test_all_are_charged_once_when_it_is_well_again(self, w, pay, stand_in, ill):
        made = [*ill, pay(amount=20_000)]
        w.later(seconds=60)
        assert {w.fresh(one).status for one in made} <= {"completed", "settled"}
        assert len(stand_in.all("payment_intent")) == len(stand_in.all("charge")) == 4
        w.check()


def test_with_a_wrong_key_is_parked_for_a_person_and_nobody_is_declined(w, pay, settings, stand_in):
    right, settings.STRIPE_SECRET_KEY = settings.STRIPE_SECRET_KEY, "sk_test_" + "wrongkey" * 3
    made = pay()
    run_all()
    row = Due.objects.get(queue=RAIL_QUEUE, key=made.public_id)
    assert "does not take our key" in row.last_error
    assert "wrongkey" not in row.last_error
    w.later(hours=2)
    row.refresh_from_db()
    assert (w.fresh(made).status, row.parked_at is not None) == ("processing", True)
    settings.STRIPE_SECRET_KEY = right
    w.later(hours=6)
    assert w.fresh(made).status in ("completed", "settled")
    assert len(stand_in.all("charge")) == 1


class TestByCard:
    """A card of Stripe's is asked for as any card, and costs what any card costs."""

    @pytest.fixture
    def promised(self, w, rail, accept):
        card = create_card("pm_card_visa", user=w.bob, actor=w.actor(w.bob), at=w.now)
        made = accept(rail="card", card=card, bank_account=None, amount=10_000, captures_later=True)
        w.work()
        return w.fresh(made)

    def test_is_promised_by_stripe(self, promised, stand_in):
        (intent,) = stand_in.all("payment_intent")
        assert (promised.rail, promised.status, promised.fee_minor) == ("stripe", "authorized", 320)
        assert (intent["status"], intent["amount"]) == ("requires_capture", 10_000)

    def test_a_part_is_taken_with_the_fee_of_a_card(self, w, promised, stand_in):
        capture_payment(promised, 8_000, actor=w.actor(w.alice), at=w.now)
        w.work()
        taken = w.fresh(promised)
        assert (taken.status, taken.amount_minor, taken.fee_minor) == ("completed", 8_000, 262)
        assert stand_in.all("payment_intent")[0]["amount_received"] == 8_000
        w.check()

    @pytest.mark.parametrize("times", [1, 2, 6])
    def test_an_error_500_at_its_capture_is_tried_again_long_before_the_promise_ends(self, w, promised, stand_in, times):
        """Stripe had done nothing, and keeps the error under the key."""
        stand_in.faults.add("500_before", "POST /v1/payment_intents/{id}/capture", times=times)
        capture_payment(promised, actor=w.actor(w.alice), at=w.now)
        w.work()
        assert w.fresh(promised).status == "unknown"
        w.later(minutes=10)
        assert (w.fresh(promised).status, len(stand_in.all("charge"))) == ("completed", 1)
        w.check()

    def test_a_payees_own_fee_for_cards_is_kept_to(self, w, promised):
        w.fee("card", 50)
        assert capture_payment(promised, 8_000, actor=w.actor(w.alice), at=w.now).fee_minor == 50


class TestAtStripesOwnDesk:
    """What somebody does there, we learn by an event, or, where none came, when we ask: before a promise ends, and when it has."""

    @pytest.fixture
    def promised(self, w, rail, accept):
        card = create_card("pm_card_visa", user=w.bob, actor=w.actor(w.bob), at=w.now)
        made = accept(rail="card", card=card, bank_account=None, amount=10_000, captures_later=True)
        w.work()
        return w.fresh(made)

    def ask_now(self, w, payment):
        """As an event makes us do."""
        with unit_of_work():
            schedule(RAIL_QUEUE, [(payment.public_id, w.now)])
        w.work()
        return w.fresh(payment)

    def test_a_part_is_captured_and_stands_in_the_books_with_its_fee(self, w, promised, official):
        official.v1.payment_intents.capture(promised.rail_reference, {"amount_to_capture": 8_000})
        taken = self.ask_now(w, promised)
        assert (taken.status, taken.amount_minor, taken.fee_minor, hold(taken).state) == ("completed", 8_000, 262, "posted")
        assert types_of(taken)[-3:] == ["authorized", "captured", "completed"]
        w.check()

    def test_less_than_its_fee_is_captured_and_a_person_must_look(self, w, promised, official):
        w.fee("card", 60)
        official.v1.payment_intents.capture(promised.rail_reference, {"amount_to_capture": 50})
        assert self.ask_now(w, promised).status == "authorized"
        assert "50 of 10000 was taken at the processor's desk" in Due.objects.get(queue=RAIL_QUEUE, key=promised.public_id).last_error

    def test_it_is_let_go(self, w, promised, official):
        official.v1.payment_intents.cancel(promised.rail_reference)
        assert (self.ask_now(w, promised).status, hold(promised).state) == ("canceled", "released")
        w.check()

    def test_nothing_and_it_stays(self, w, promised):
        assert self.ask_now(w, promised).status == "authorized"
        assert waits(w) == [pytest.approx((promised.capture_before - w.now).total_seconds() - 3600)]

    def test_silence_and_it_is_asked_again(self, w, promised, stand_in):
        stand_in.faults.add("timeout_before", "GET /v1/payment_intents/{id}")
        assert (self.ask_now(w, promised).status, waits(w)) == ("authorized", [5.0])
        w.later(seconds=5)
        assert w.fresh(promised).status == "authorized"

    def test_it_is_captured_without_a_word_and_found_before_it_ends(self, w, promised, official):
        official.v1.payment_intents.capture(promised.rail_reference)
        w.later(days=6, hours=22)
        assert w.fresh(promised).status == "authorized"
        w.later(hours=1)
        assert w.fresh(promised).status == "completed"
        w.check()

    def test_it_is_captured_in_the_last_hour_and_found_at_its_end(self, w, promised, official):
        w.later(days=6, hours=23, minutes=30)
        official.v1.payment_intents.capture(promised.rail_reference)
        w.later(minutes=30)
        assert w.fresh(promised).status == "completed"

    def test_that_is_not_said_in_time_and_a_person_must_look(self, w, promised, official, stand_in):
        w.later(days=6, hours=23, minutes=30)
        official.v1.payment_intents.capture(promised.rail_reference)
        stand_in.faults.add("503", "GET /v1/payment_intents/{id}")
        w.later(minutes=30)
        assert w.fresh(promised).status == "canceled"
        assert "its money was taken all the same" in Due.objects.get(queue=VOID_QUEUE).last_error

    def test_its_end_is_told(self, w, promised, stand_in):
        w.later(days=7)
        assert w.fresh(promised).status == "canceled"
        assert stand_in.all("payment_intent")[0]["status"] == "canceled"
        assert not Due.objects.filter(queue__in=[VOID_QUEUE, RAIL_QUEUE]).exists()


def test_what_nobody_proves_within_a_day_is_let_go(w, rail, accept, stand_in):
    """At Stripe it could be proven years later."""
    card = create_card("pm_card_authenticationRequiredOnSetup", user=w.bob, actor=w.actor(w.bob), at=w.now)
    made = accept(rail="card", card=card, bank_account=None, amount=10_000)
    w.later(hours=23)
    assert w.fresh(made).status == "requires_action"
    w.later(hours=2)
    assert (w.fresh(made).status, stand_in.all("payment_intent")[0]["status"]) == ("canceled", "canceled")
    assert not Due.objects.filter(queue=RAIL_QUEUE).exists()
