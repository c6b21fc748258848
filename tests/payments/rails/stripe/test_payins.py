"""Payments over Stripe as payins moves them: due rows that are asked again, rows that wait, rows that a person must see."""

import dataclasses

import pytest

from directpay.due.models import Due
from directpay.due.run import run_all
from directpay.events.queries import history_of
from payments.methods.cards.actions import create_card
from payments.payins.actions.capture import capture_payment
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.actions.submit import submit_payments

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

    def test_a_payees_own_fee_for_cards_is_kept_to(self, w, promised):
        w.fee("card", 50)
        assert capture_payment(promised, 8_000, actor=w.actor(w.alice), at=w.now).fee_minor == 50
