"""Keeping a card: kept at once, proven at its issuer's first, or refused."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from directpay.events.queries import history_of
from ledger.journal.models import Transaction
from payments.methods.cards.actions import detach_card
from payments.methods.cards.models import Card
from payments.payins.models import Payment
from payments.rails.cards.challenges import challenge_url
from payments.setup_intents.actions.prove import answer_setup
from tests.directpay.cast import error_of
from tests.payments.setup_intents.conftest import PROVES, PROVES_ONCE, row_of

pytestmark = pytest.mark.django_db


def test_it_works(w, api, of_bob):
    before = Transaction.objects.count()
    made = api.created(**of_bob, payment_method="pm_card_visa")
    assert (made["status"], made["usage"], made["customer"]) == ("requires_confirmation", "off_session", w.bob.public_id)
    assert made["client_secret"].startswith(f"{made['id']}_secret_")
    card = Card.objects.get(public_id=made["payment_method"])
    assert card.user is None
    asked = api.confirmed(made["id"])
    assert (asked["status"], asked["next_action"], asked["last_setup_error"]) == ("processing", None, None)
    w.work()
    kept = api.read(made["id"])
    assert (kept["status"], kept["payment_method"], kept["mandate"]) == ("succeeded", card.public_id, None)
    card.refresh_from_db()
    assert card.user == w.bob
    assert [e.type for e in history_of(made["id"])] == ["setup_intent.created", "setup_intent.processing", "setup_intent.succeeded"]
    assert Transaction.objects.count() == before, "no money is moved"


def test_all_in_one(w, api, of_bob):
    made = api.created(**of_bob, payment_method="pm_card_mastercard", confirm=True, usage="on_session", metadata={"for": "rent"})
    assert (made["status"], made["usage"], made["metadata"]) == ("processing", "on_session", {"for": "rent"})
    w.work()
    assert api.read(made["id"])["status"] == "succeeded"


def test_a_renter_keeps_a_card_of_its_own(w, as_user):
    bob = as_user(w.bob)
    made = bob.created(payment_method_types=["card"])
    assert (made["status"], made["customer"]) == ("requires_payment_method", w.bob.public_id)
    bob.confirmed(made["id"], payment_method="pm_card_visa")
    w.work()
    kept = bob.read(made["id"])
    assert (kept["status"], Card.objects.get(public_id=kept["payment_method"]).user) == ("succeeded", w.bob)


def test_what_is_nobodys_stays_so_until_somebody_is_named(w, api):
    made = api.created(payment_method="pm_card_visa", confirm=True)
    w.work()
    kept = api.read(made["id"])
    assert (kept["status"], kept["customer"], Card.objects.get().user) == ("succeeded", None, None)
    api.created(customer=w.bob.public_id, payment_method=kept["payment_method"], confirm=True)
    w.work()
    assert Card.objects.get().user == w.bob


def asked_to_prove(w, api, of_bob, card=PROVES, **more):
    made = api.created(**of_bob, payment_method=card, confirm=True, **more)
    w.work()
    waits = api.read(made["id"])
    assert waits["status"] == "requires_action"
    return waits


class TestProving:
    def test_sends_its_owner_to_the_issuer(self, w, api, of_bob):
        back = "https://shop.example/done"
        waits = asked_to_prove(w, api, of_bob, return_url=back)
        there = waits["next_action"]["redirect_to_url"]
        assert (waits["next_action"]["type"], there["return_url"]) == ("redirect_to_url", back)
        assert there["url"] == challenge_url(waits["id"])
        assert Card.objects.get().user is None, "not before it is proven"
        page = Client().get(re.sub(r"^https?://[^/]+", "", there["url"])).content.decode()
        assert "Is it you who keeps this card?" in page
        assert "Nothing is taken now" in page
        answer_setup(waits["id"], proven=True, at=w.now)
        w.work()
        kept = api.read(waits["id"])
        assert (kept["status"], kept["next_action"]) == ("succeeded", None)
        assert Card.objects.get().user == w.bob

    @pytest.mark.parametrize(("card", "asks_again"), [(PROVES_ONCE, False), (PROVES, True)])
    def test_a_card_that_wants_it_once_asks_no_more_when_it_pays(self, w, api, of_bob, card, asks_again):
        waits = asked_to_prove(w, api, of_bob, card)
        answer_setup(waits["id"], proven=True, at=w.now)
        w.work()
        lease = w.lease()
        body = {"lease": lease.public_id, "rail": "card", "payment_method": waits["payment_method"], "amount": 1_000}
        answer = api.caller.post("/api/v1/payments", body, "key-1")
        assert answer.status_code == 201, answer.content
        w.work()
        assert (Payment.objects.get().status == "requires_action") == asks_again

    def test_without_setting_it_up_it_asks(self, w, api):
        card = api.caller.post("/api/v1/payment_methods", {"type": "card", "card": {"token": PROVES_ONCE}}).json()["id"]
        api.caller.post(f"/api/v1/payment_methods/{card}/attach", {"customer": w.bob.public_id})
        body = {"lease": w.lease().public_id, "rail": "card", "payment_method": card, "amount": 1_000}
        answer = api.caller.post("/api/v1/payments", body, "key-1")
        assert answer.status_code == 201, answer.content
        w.work()
        assert Payment.objects.get().status == "requires_action"

    def test_fails_where_it_is_not_proven_and_is_tried_again(self, w, api, of_bob):
        waits = asked_to_prove(w, api, of_bob)
        answer_setup(waits["id"], proven=False, at=w.now)
        w.work()
        failed = api.read(waits["id"])
        error = failed["last_setup_error"]
        assert (failed["status"], failed["payment_method"]) == ("requires_payment_method", None)
        assert (error["type"], error["code"], error["payment_method"]["card"]["last4"]) == ("card_error", "authentication_failed", "3184")
        assert error_of(api.post(f"/{waits['id']}/confirm", {}))["code"] == "setup_intent_unexpected_state"
        api.confirmed(waits["id"], payment_method="pm_card_visa")
        w.work()
        kept = api.read(waits["id"])
        assert (kept["status"], kept["last_setup_error"]) == ("succeeded", None)
        assert Card.objects.filter(user=w.bob).count() == 1

    def test_takes_no_longer_than_an_hour(self, w, api, of_bob):
        waits = asked_to_prove(w, api, of_bob)
        w.later(minutes=61)
        assert api.read(waits["id"])["last_setup_error"]["code"] == "authentication_failed"

    def test_is_answered_once(self, w, api, of_bob):
        waits = asked_to_prove(w, api, of_bob)
        assert answer_setup(waits["id"], proven=False, at=w.now)
        assert not answer_setup(waits["id"], proven=True, at=w.now)
        w.work()
        assert api.read(waits["id"])["status"] == "requires_payment_method"

    def test_is_exchanged_for_another_on_the_way(self, w, api, of_bob):
        waits = asked_to_prove(w, api, of_bob)
        changed = api.post(f"/{waits['id']}", {"payment_method": "pm_card_visa"}).json()
        assert (changed["status"], changed["next_action"]) == ("requires_confirmation", None)
        assert not answer_setup(waits["id"], proven=True, at=w.now), "nobody waits for the first any more"
        api.confirmed(waits["id"])
        w.work()
        assert api.read(waits["id"])["status"] == "succeeded"

    def test_is_of_nobody_else_meanwhile(self, w, api, of_bob):
        waits = asked_to_prove(w, api, of_bob)
        mia = w.person("mia", "renter")
        answer = api.post(f"/{waits['id']}", {"customer": mia.public_id})
        assert error_of(answer)["code"] == "setup_intent_unexpected_state"


def test_a_silent_processor_is_asked_until_it_answers(w, api, of_bob):
    made = api.created(**of_bob, payment_method="pm_card_noAnswerThenPaid", confirm=True)
    w.work()
    assert api.read(made["id"])["status"] == "processing"
    w.later(seconds=15)
    assert api.read(made["id"])["status"] == "succeeded"


@pytest.mark.parametrize(
    ("card", "code", "decline"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
    ],
)
def test_says_why_it_was_declined(w, api, of_bob, card, code, decline):
    made = api.created(**of_bob, payment_method=card, confirm=True)
    w.work()
    failed = api.read(made["id"])
    error = failed["last_setup_error"]
    assert (failed["status"], error["code"], error.get("decline_code")) == ("requires_payment_method", code, decline)
    assert not Card.objects.filter(user=w.bob).exists()


def test_a_card_that_was_detached_meanwhile_is_not_kept(w, api, of_bob):
    waits = asked_to_prove(w, api, of_bob)
    detach_card(row_of(waits).card, actor=w.actor(w.bob), at=w.now)
    answer_setup(waits["id"], proven=True, at=w.now)
    w.work()
    assert api.read(waits["id"])["last_setup_error"]["code"] == "setup_intent_payment_method_unusable"


def test_a_card_that_became_somebody_elses_meanwhile_is_not_taken_from_them(w, api, of_bob):
    waits = asked_to_prove(w, api, of_bob)
    mia = w.person("mia", "renter")
    api.caller.post(f"/api/v1/payment_methods/{waits['payment_method']}/attach", {"customer": mia.public_id})
    answer_setup(waits["id"], proven=True, at=w.now)
    w.work()
    assert api.read(waits["id"])["last_setup_error"]["code"] == "setup_intent_payment_method_unusable"
    card = Card.objects.get()
    assert (card.user, card.processor_card) == (mia, PROVES)


class TestRefuses:
    def test_an_expired_card(self, w, api, of_bob):
        made = api.created(**of_bob, payment_method="pm_card_visa")
        Card.objects.update(exp_year=2025)
        answer = api.post(f"/{made['id']}/confirm", {})
        assert (answer.status_code, error_of(answer)["code"]) == (402, "expired_card")

    def test_a_card_that_goes_by_a_processor_of_its_own(self, api, of_bob):
        made = api.created(**of_bob, payment_method="pm_card_visa")
        Card.objects.update(processor="stripe")
        answer = api.post(f"/{made['id']}/confirm", {})
        assert (answer.status_code, error_of(answer)["code"]) == (400, "setup_not_available")

    def test_a_card_that_a_landlord_names_for_its_renter(self, w, as_user, of_bob):
        w.lease()
        alice = as_user(w.alice)
        answer = alice.post("", {**of_bob, "payment_method": "pm_card_visa"})
        assert (answer.status_code, error_of(answer)["param"]) == (400, "payment_method")
        made = alice.created(**of_bob)
        assert alice.post(f"/{made['id']}/confirm", {"payment_method": "pm_card_visa"}).status_code == 400
        assert not Card.objects.exists()

    def test_a_type_that_was_not_asked_for(self, api, of_bob):
        answer = api.post("", {**of_bob, "payment_method": "pm_card_visa", "payment_method_types": ["us_bank_account"]})
        assert (answer.status_code, error_of(answer)["code"]) == (400, "payment_method_type_not_allowed")

    def test_somebody_elses_card(self, w, api, as_user):
        card = api.created(payment_method="pm_card_visa")["payment_method"]
        answer = as_user(w.bob).post("", {"payment_method": card})
        assert (answer.status_code, error_of(answer)["code"]) == (400, "resource_missing")

    def test_to_confirm_what_names_nothing(self, api, of_bob):
        made = api.created(**of_bob)
        answer = api.post(f"/{made['id']}/confirm", {})
        error = error_of(answer)
        assert (answer.status_code, error["code"], error["setup_intent"]["id"]) == (400, "setup_intent_unexpected_state", made["id"])

    @pytest.mark.parametrize("verb", ["confirm", "cancel", ""])
    def test_to_do_it_again(self, w, api, of_bob, verb):
        made = api.created(**of_bob, payment_method="pm_card_visa", confirm=True)
        w.work()
        answer = api.post(f"/{made['id']}/{verb}".rstrip("/"), {} if verb else {"customer": w.bob.public_id})
        assert (answer.status_code, error_of(answer)["code"]) == (400, "setup_intent_unexpected_state")

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://shop.example/x", "https://a@shop.example/", "https://shop.example/a b"])
    def test_an_address_that_is_none_of_the_web(self, api, of_bob, url):
        answer = api.post("", {**of_bob, "payment_method": "pm_card_visa", "confirm": True, "return_url": url})
        assert (answer.status_code, error_of(answer)["param"]) == (400, "return_url")

    def test_an_address_where_nothing_is_confirmed(self, api):
        answer = api.post("", {"return_url": "https://shop.example/"})
        assert (answer.status_code, error_of(answer)["param"]) == (400, "return_url")


class TestGivingUp:
    def test_while_it_waits(self, w, api, of_bob):
        waits = asked_to_prove(w, api, of_bob)
        ended = api.post(f"/{waits['id']}/cancel", {"cancellation_reason": "abandoned"}).json()
        assert (ended["status"], ended["cancellation_reason"], ended["next_action"]) == ("canceled", "abandoned", None)
        assert not answer_setup(waits["id"], proven=True, at=w.now)
        w.later(hours=2)
        assert api.read(waits["id"])["status"] == "canceled"

    def test_is_not_for_those_whom_it_does_not_concern(self, w, api, as_user, of_bob):
        made = api.created(**of_bob)
        assert as_user(w.person("mia", "renter")).post(f"/{made['id']}/cancel", {}).status_code == 404


def test_a_landlord_sees_what_it_made_and_not_how_its_renter_pays(w, as_user, of_bob):
    w.lease()
    alice, bob = as_user(w.alice), as_user(w.bob)
    made = alice.created(**of_bob)
    bob.confirmed(made["id"], payment_method="pm_card_visa")
    w.work()
    shown = alice.read(made["id"], "?expand[]=payment_method&expand[]=customer")
    assert (shown["status"], shown["payment_method"]["card"], shown["customer"]["email"]) == ("succeeded", {}, w.bob.email)
    assert bob.read(made["id"], "?expand[]=payment_method")["payment_method"]["card"]["last4"] == "4242"


def test_keeps_nothing_personal_in_its_events(api, of_bob):
    made = api.created(**of_bob, description="for Bob", metadata={"who": "Bob Brown"})
    assert "Bob" not in str([e.data for e in history_of(made["id"])])


def test_what_hears_of_an_earlier_try_changes_nothing(w, api, of_bob):
    """The processor answered about a card that was exchanged while it was asked."""
    from payments.rails.base import Answer
    from payments.rails.timetable import bank_day_of
    from payments.setup_intents.actions.answers import Heard, record_setups

    made = api.created(**of_bob, payment_method="pm_card_visa", confirm=True)
    late = Answer("failed", "x", w.now, bank_day_of(w.now), code="card_declined/generic_decline")
    record_setups([made["id"]], {made["id"]: Heard(w.now - timedelta(minutes=1), late)}, at=w.now)
    assert api.read(made["id"])["status"] == "processing"
    w.work()
    assert api.read(made["id"])["status"] == "succeeded"


def test_the_reference_of_one_that_is_being_worked_on_is_kept(w, api, of_bob):
    """By which it is asked about from then on, however long that takes; an answer without one, or of an earlier try, takes nothing away."""
    from payments.rails.base import Answer
    from payments.rails.timetable import bank_day_of
    from payments.setup_intents.actions.answers import Heard, record_setups

    made = api.created(**of_bob, payment_method="pm_card_visa", confirm=True)
    placed_at = row_of(made).placed_at

    def heard(state, reference, placed_at=placed_at):
        record_setups([made["id"]], {made["id"]: Heard(placed_at, Answer(state, reference, w.now, bank_day_of(w.now)))}, at=w.now)
        row = row_of(made)
        return row.status, row.rail_reference

    assert heard("processing", "seti_old", w.now - timedelta(minutes=1)) == ("processing", "")
    assert heard("processing", "seti_there") == ("processing", "seti_there")
    assert heard("unknown", "") == heard("processing", "") == ("processing", "seti_there")
    assert [e.type for e in history_of(made["id"])] == ["setup_intent.created", "setup_intent.processing"], "nobody is told twice"
