"""Setting up a card at Stripe: each outcome; answers that do not come; what is kept is paid with; nothing is ever charged."""

import threading
from datetime import timedelta

import pytest
import stripe

from directpay.due.models import Due
from payments.methods.cards.models import Card
from payments.rails.base import KeepingRail, NeedsAPerson, NoAnswer, NotSent
from payments.rails.registry import rail as rail_of
from payments.setup_intents.actions.change import SETUP_QUEUE
from payments.setup_intents.models import SetupIntent
from tests.payments.rails.stripe.conftest import paid_with
from tests.payments.setup_intents.conftest import PROVES, PROVES_ONCE
from tests.webhooks.inbound.conftest import Sender
from tests.webhooks.inbound.signing import SECRET, stripe_event

CREATE, READ, LIST = "POST /v1/setup_intents", "GET /v1/setup_intents/{id}", "GET /v1/setup_intents"
CUSTOMER, CANCEL = "POST /v1/customers", "POST /v1/setup_intents/{id}/cancel"
SILENT = ["timeout_before", "timeout_after", "reset_before", "reset_after", "503", "409"]
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def one_setup(stand_in):
    """What Stripe has, all in all."""
    (setup,) = stand_in.all("setup_intent")
    return setup


def proven(stand_in, *, passed=True):
    stand_in.authenticate(one_setup(stand_in)["id"], passed=passed)


class TestOutcomes:
    def test_is_kept_by_a_customer_of_stripes(self, rail, asked, stand_in, at):
        assert isinstance(rail_of("stripe"), KeepingRail)
        answer = rail.set_up(asked(), at)
        made, (customer,) = one_setup(stand_in), stand_in.all("customer")
        assert (answer.state, answer.reference, answer.kept, answer.customer) == (
            "completed",
            made["id"],
            made["payment_method"],
            customer["id"],
        )
        assert answer.kept.startswith("pm_")
        assert answer.kept != "pm_card_visa"
        assert (made["metadata"]["setup"], made["customer"], made["usage"]) == ("seti_ours", customer["id"], "off_session")
        assert (customer["email"], customer["name"]) == (None, None), "who it is, we know"
        assert stand_in.all("charge") == stand_in.all("payment_intent") == []

    @pytest.mark.parametrize(
        ("card", "code"),
        [
            ("pm_card_visa_chargeDeclined", "card_declined/generic_decline"),
            ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined/insufficient_funds"),
            ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ],
    )
    def test_declined(self, rail, asked, stand_in, at, card, code):
        answer = rail.set_up(asked(card), at)
        assert (answer.state, answer.code, answer.reference, answer.kept) == ("failed", code, one_setup(stand_in)["id"], "")

    def test_a_token_that_is_gone(self, rail, asked, at):
        answer = rail.set_up(asked("pm_gone"), at)
        assert (answer.state, answer.code) == ("failed", "payment_method_missing")

    def test_proven_at_its_bank(self, rail, asked, stand_in, at):
        waits = rail.set_up(asked(PROVES), at)
        assert (waits.state, waits.action_url) == ("requires_action", f"{stand_in.url}/3ds/{waits.reference}")
        proven(stand_in)
        later = rail.set_up(asked(PROVES, reference=waits.reference), at + SECOND)
        assert (later.state, later.kept, later.customer) == (
            "completed",
            one_setup(stand_in)["payment_method"],
            one_setup(stand_in)["customer"],
        )

    def test_not_proven(self, rail, asked, stand_in, at):
        waits = rail.set_up(asked(PROVES), at)
        proven(stand_in, passed=False)
        later = rail.set_up(asked(PROVES, reference=waits.reference), at + SECOND)
        assert (later.state, later.code) == ("failed", "setup_intent_authentication_failure")

    def test_what_nobody_proves_in_a_day_is_let_go_of(self, rail, asked, stand_in, at):
        waits = rail.set_up(asked(PROVES), at)
        again = asked(PROVES, reference=waits.reference)
        assert rail.set_up(again, at + 23 * HOUR).state == "requires_action"
        late = rail.set_up(again, at + 24 * HOUR)
        assert (late.state, late.code, one_setup(stand_in)["status"]) == ("failed", "authentication_failed", "canceled")
        assert rail.set_up(again, at + 25 * HOUR).code == "authentication_failed"

    def test_what_is_proven_while_it_is_let_go_of_is_kept(self, rail, asked, stand_in, at):
        """Stripe says that it cannot be canceled any more: it is asked what it is instead."""
        waits = rail.set_up(asked(PROVES), at)
        slow = stand_in.faults.add("hold", CANCEL)

        def meanwhile():
            assert slow.met.wait(5)
            proven(stand_in)
            slow.released.set()

        prover = threading.Thread(target=meanwhile)
        prover.start()
        late = rail.set_up(asked(PROVES, reference=waits.reference), at + 24 * HOUR)
        prover.join()
        assert (late.state, stand_in.requests[-2:]) == ("completed", [CANCEL, READ])

    def test_let_go_of_at_stripes_desk(self, rail, asked, official, at):
        waits = rail.set_up(asked(PROVES), at)
        official.v1.setup_intents.cancel(waits.reference)
        assert rail.set_up(asked(PROVES, reference=waits.reference), at).code == "merchant_request"

    def test_of_another_order_is_for_a_person(self, rail, asked, official, at):
        other = official.v1.setup_intents.create({"metadata": {"setup": "seti_theirs"}, "payment_method": "pm_card_visa", "confirm": True})
        with pytest.raises(NeedsAPerson, match="seti_theirs"):
            rail.set_up(asked(reference=other.id), at)


class TestSilence:
    @pytest.mark.parametrize("kind", SILENT)
    @pytest.mark.parametrize("route", [CREATE, CUSTOMER])
    def test_is_asked_again_and_made_once(self, rail, asked, stand_in, at, kind, route):
        stand_in.faults.add(kind, route)
        with pytest.raises(NoAnswer) as silence:
            rail.set_up(asked(), at)
        assert not isinstance(silence.value, NotSent)
        answer = rail.set_up(asked(), at + SECOND)
        assert (answer.state, answer.reference) == ("completed", one_setup(stand_in)["id"])
        assert len(stand_in.all("customer")) == 1

    def test_of_a_decline_is_found_declined(self, rail, asked, stand_in, at):
        stand_in.faults.add("timeout_after", CREATE)
        wish = asked("pm_card_visa_chargeDeclined")
        with pytest.raises(NoAnswer):
            rail.set_up(wish, at)
        assert rail.set_up(wish, at + SECOND).code == "card_declined/generic_decline"
        assert len(stand_in.all("setup_intent")) == 1

    def test_of_one_that_has_moved_on_is_told_as_it_is_now(self, rail, asked, stand_in, at):
        stand_in.faults.add("timeout_after", CREATE)
        with pytest.raises(NoAnswer):
            rail.set_up(asked(PROVES), at)
        proven(stand_in)
        assert rail.set_up(asked(PROVES), at + SECOND).state == "completed"

    def test_an_error_500_is_found_among_what_its_customer_has_set_up(self, rail, asked, stand_in, at):
        stand_in.faults.add("500_after", CREATE)
        with pytest.raises(NoAnswer):
            rail.set_up(asked(), at)
        assert rail.set_up(asked(), at + SECOND).reference == one_setup(stand_in)["id"]
        assert stand_in.requests[-1] == LIST

    def test_an_error_500_before_anything_was_made_is_given_up_after_a_day(self, rail, asked, stand_in, moment, at):
        stand_in.faults.add("500_before", CREATE)
        for hours in (0, 1, 19):
            with pytest.raises(NoAnswer):
                rail.set_up(asked(), at + hours * HOUR)
        moment.move(30 * 3600)
        answer = rail.set_up(asked(), at + 20 * HOUR)
        assert (answer.state, answer.code, stand_in.all("setup_intent")) == ("failed", "never_received", [])

    def test_another_try_is_another_request(self, rail, asked, stand_in, at):
        """The same setup intent with another card, and with the same card later."""
        assert rail.set_up(asked("pm_card_visa_chargeDeclined"), at).state == "failed"
        assert rail.set_up(asked(), at).state == "completed"
        later = at + HOUR
        assert rail.set_up(asked("pm_card_visa_chargeDeclined", placed_at=later), later).state == "failed"
        assert len(stand_in.all("setup_intent")) == 3


def test_what_a_customer_keeps_pays_in_its_name_alone(rail, asked, order, at):
    kept = rail.set_up(asked(), at)
    with pytest.raises(NeedsAPerson):
        rail.submit(order(kept.kept), at)
    assert rail.submit(order(kept.kept, id="pay_2", customer=kept.customer), at).state == "completed"


class TestThroughTheRoom:
    def test_no_request_of_a_client_waits_for_stripe(self, api, bob, stand_in):
        made = api.created(**bob, payment_method="pm_card_visa", confirm=True)
        assert (made["status"], stand_in.requests) == ("processing", [])

    def test_is_kept_by_the_name_that_stripe_gives_and_paid_with(self, w, api, bob, stand_in):
        made = api.created(**bob, payment_method="pm_card_visa", confirm=True)
        w.work()
        setup, card = one_setup(stand_in), Card.objects.get()
        assert api.read(made["id"])["status"] == "succeeded"
        assert (card.user, card.processor_card, card.processor_customer) == (w.bob, setup["payment_method"], setup["customer"])
        paid = paid_with(w, api, card.public_id)
        (intent,) = stand_in.all("payment_intent")
        assert (paid.rail, paid.status) == ("stripe", "completed")
        assert (intent["payment_method"], intent["customer"]) == (setup["payment_method"], setup["customer"])
        w.check()

    def test_set_up_again_it_stays_with_who_keeps_it(self, w, api, bob, stand_in):
        card = api.created(**bob, payment_method="pm_card_visa", confirm=True)["payment_method"]
        w.work()
        again = api.created(**bob, payment_method=card, confirm=True)
        w.work()
        assert (api.read(again["id"])["status"], len(stand_in.all("customer"))) == ("succeeded", 1)

    def test_sends_its_owner_to_the_bank_and_asks_no_more_when_it_pays(self, w, api, bob, stand_in):
        made = api.created(**bob, payment_method=PROVES_ONCE, confirm=True)
        w.work()
        waits = api.read(made["id"])
        page = f"{stand_in.url}/3ds/{one_setup(stand_in)['id']}"
        assert (waits["status"], waits["next_action"]["redirect_to_url"]["url"]) == ("requires_action", page)
        assert Card.objects.get().user is None, "not before it is proven"
        proven(stand_in)
        w.later(minutes=1)
        assert api.read(made["id"])["status"] == "succeeded"
        assert paid_with(w, api, waits["payment_method"]).status == "completed"

    def test_one_that_is_not_proven_may_be_tried_again(self, w, api, bob, stand_in):
        made = api.created(**bob, payment_method=PROVES, confirm=True)
        w.work()
        proven(stand_in, passed=False)
        w.later(minutes=1)
        failed = api.read(made["id"])
        assert (failed["status"], failed["last_setup_error"]["code"]) == ("requires_payment_method", "authentication_failed")
        api.confirmed(made["id"], payment_method="pm_card_visa")
        w.work()
        assert api.read(made["id"])["status"] == "succeeded"

    def test_says_why_it_was_declined(self, w, api, bob):
        made = api.created(**bob, payment_method="pm_card_visa_chargeDeclinedInsufficientFunds", confirm=True)
        w.work()
        error = api.read(made["id"])["last_setup_error"]
        assert (error["code"], error["decline_code"]) == ("card_declined", "insufficient_funds")

    @pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "503"])
    def test_is_asked_again_until_stripe_answers(self, w, api, bob, stand_in, kind):
        stand_in.faults.add(kind, CREATE)
        made = api.created(**bob, payment_method="pm_card_visa", confirm=True)
        w.work()
        assert api.read(made["id"])["status"] == "processing"
        w.later(seconds=1)
        assert api.read(made["id"])["status"] == "succeeded"
        assert len(stand_in.all("setup_intent")) == 1

    def test_a_key_that_stripe_does_not_take_is_for_a_person(self, w, api, bob, settings):
        settings.STRIPE_SECRET_KEY = "sk_test_" + "another0" * 3
        made = api.created(**bob, payment_method="pm_card_visa", confirm=True)
        w.work()
        assert "our key" in Due.objects.get(queue=SETUP_QUEUE, key=made["id"]).last_error
        assert api.read(made["id"])["status"] == "processing"

    @pytest.mark.parametrize("kind", ["setup_intent.succeeded", "setup_intent.setup_failed", "setup_intent.requires_action"])
    def test_an_event_of_stripes_is_a_hint_to_ask(self, w, api, bob, stand_in, settings, kind):
        """What it claims is not believed: it is asked, and says what is so."""
        settings.STRIPE_WEBHOOK_SECRETS, settings.SEND_HINTS = [SECRET], False
        made = api.created(**bob, payment_method=PROVES, confirm=True)
        w.work()
        Due.objects.filter(queue=SETUP_QUEUE).update(due_at=w.now + HOUR)
        sender, about = Sender(), {"object": "setup_intent", "id": "seti_lost", "metadata": {"setup": made["id"]}}
        sender.send(stripe_event("evt_1", kind=kind, about=about))
        w.work()
        assert sender.kept("evt_1").effects == [made["id"]]
        assert api.read(made["id"])["status"] == "requires_action", "nobody has proven anything"
        proven(stand_in)
        sender.send(stripe_event("evt_2", kind=kind, about=about))
        w.work()
        assert SetupIntent.objects.get().status == "succeeded"
        sender.send(stripe_event("evt_3", kind=kind, about=about))
        sender.send(stripe_event("evt_4", kind=kind, about={"object": "setup_intent", "id": "seti_byhand"}))
        w.work()
        said = [sender.kept(name).reason for name in ("evt_3", "evt_4")]
        assert said == [f"{made['id']} is succeeded", "no setup intent of ours is meant"]


def test_the_stand_in_keeps_to_who_owns_a_card(official):
    """As Stripe refuses it."""
    customer = official.v1.customers.create({}).id
    other = official.v1.customers.create({}).id
    kept = official.v1.setup_intents.create({"customer": customer, "payment_method": "pm_card_visa", "confirm": True}).payment_method
    for wrong in ({}, {"customer": other}):
        with pytest.raises(stripe.InvalidRequestError, match=f"belongs to the Customer {customer}"):
            official.v1.setup_intents.create({"payment_method": kept, "confirm": True, **wrong})
    assert official.v1.setup_intents.create({"payment_method": kept, "confirm": True, "customer": customer}).status == "succeeded"


def test_an_order_that_names_nobody_is_as_it_was(rail, order, stand_in, at):
    rail.submit(order(), at)
    assert stand_in.all("payment_intent")[0]["customer"] is None
