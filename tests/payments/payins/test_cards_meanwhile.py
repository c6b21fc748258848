"""Payments by card that their payer must prove, that are refused, that a crash cuts in two, that happen at once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from directpay.due.models import Due
from directpay.events.queries import history_of
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import SYSTEM
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from ledger.journal.models import Transaction
from payments.methods.cards.checks import CardRefused
from payments.methods.cards.paying import NoCardsForDeposits, check_card
from payments.payins.actions.answers import record_answers
from payments.payins.actions.cancel import cancel_payment
from payments.payins.actions.capture import NotCapturable, capture_payment, expire_authorizations
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.actions.prove import answer_challenge
from payments.payins.actions.submit import order_of, submit_payments, work_on_rail
from payments.payins.models import Payment
from payments.pricing.fees import price
from payments.rails.registry import rail
from payments.reconciliation.actions import fetch_lines
from tests.at_once import at_once
from tests.ledger.books import account
from tests.payments.conftest import answer
from tests.payments.payins.conftest import card, hold

pytestmark = pytest.mark.django_db


class TestProves:
    NAME = "pm_card_authenticationRequiredOnSetup"

    @pytest.fixture
    def asked(self, w, pay) -> Payment:
        return w.until(pay(self.NAME), "requires_action")

    def test_at_an_address_of_its_own(self, w, asked):
        assert asked.action_url.startswith("http")
        assert "/sandbox/3ds/" in asked.action_url
        assert w.balance("L1500", lease=w.owed) == 10_000

    def test_and_it_is_taken(self, w, asked):
        assert answer_challenge(asked.public_id, proven=True, at=w.now)
        done = w.until(asked, "completed")
        assert [e.type for e in history_of(done.public_id)] == [
            "payment.initiated",
            "payment.processing",
            "payment.requires_action",
            "payment.processing",
            "payment.completed",
        ]
        assert w.until(done, "settled")
        w.check()

    def test_or_not(self, w, asked):
        answer_challenge(asked.public_id, proven=False, at=w.now)
        found = w.until(asked, "failed")
        assert (found.failure_code, w.balance("L1500", lease=w.owed)) == ("authentication_failed", 10_000)

    def test_once(self, w, asked):
        assert answer_challenge(asked.public_id, proven=False, at=w.now)
        assert not answer_challenge(asked.public_id, proven=True, at=w.now)
        assert w.until(asked, "failed")

    def test_and_it_is_promised_where_it_is_taken_later(self, w, pay):
        asked = w.until(pay(self.NAME, captures_later=True), "requires_action")
        answer_challenge(asked.public_id, proven=True, at=w.now)
        made = w.until(asked, "authorized")
        assert w.until(capture_payment(made, actor=SYSTEM, at=w.now), "completed")
        w.check()

    def test_within_an_hour(self, w, asked):
        w.later(minutes=59)
        assert w.fresh(asked).status == "requires_action"
        w.later(minutes=1)
        assert w.fresh(asked).failure_code == "authentication_failed"

    def test_unless_it_is_called_off(self, w, asked):
        cancel_payment(asked, actor=w.actor(w.bob), at=w.now)
        assert not answer_challenge(asked.public_id, proven=True, at=w.now)
        w.work()
        assert w.fresh(asked).status == "canceled"

    @pytest.mark.parametrize("state", ["completed", "authorized", "processing"])
    def test_elsewhere_and_the_rail_knows_before_we_do(self, w, asked, state):
        record_answers({asked.public_id: answer(state, w.now)}, at=w.now)
        assert w.fresh(asked).status == state

    @pytest.mark.parametrize("state", ["requires_action", "canceled"])
    def test_after_its_answer_was_lost(self, w, pay, state):
        made = pay()
        submit_payments([made.public_id], at=w.now)
        record_answers({made.public_id: None}, at=w.now)
        record_answers({made.public_id: answer(state, w.now)}, at=w.now)
        assert w.fresh(made).status == state

    def test_and_silence_meanwhile_changes_nothing(self, w, asked):
        record_answers({asked.public_id: None}, at=w.now)
        assert w.fresh(asked).status == "requires_action"
        assert Due.objects.filter(queue=RAIL_QUEUE, key=asked.public_id).exists()


class TestRefuses:
    def test_a_deposit(self, w, accept):
        held = account("L1510", "tips", book=w.payee.public_id, accepts_payments=True, payable_limit="any", pays_into="trust")
        with pytest.raises(NoCardsForDeposits):
            accept(applies_to=held, rail="card", bank_account=None, card=card(w))

    def test_a_card_that_has_expired(self, w, pay):
        old = card(w)
        w.later(days=400)
        with pytest.raises(CardRefused) as refused:
            check_card(old, rail="card", into_trust=False, at=w.now)
        assert (refused.value.code, refused.value.status) == ("expired_card", 402)

    def test_a_card_on_the_rail_of_banks(self, w, utilities):
        with pytest.raises(InvalidInput) as refused:
            pay_rent(utilities, PayRequest.by(card(w), rail="ach"), actor=SYSTEM, at=w.now)
        assert refused.value.param == "rail"

    def test_a_bank_account_on_the_rail_of_cards(self, w, utilities):
        with pytest.raises(InvalidInput) as refused:
            pay_rent(utilities, PayRequest.by(w.account(w.bob), rail="card"), actor=SYSTEM, at=w.now)
        assert refused.value.param == "payment_method"

    def test_a_payment_with_both_or_neither_in_the_database(self, w, pay):
        made, other = pay(), w.account(w.bob)
        for change in (f"bank_account_id = {other.id}", "card_id = NULL"):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE payments_payment SET {change} WHERE id = {made.id}")

    def test_other_terms_than_what_a_capture_lowers(self, w, authorized):
        for change in (
            "amount_minor = 9000, net_minor = net_minor - 1000, charged_minor = 9000",
            "authorized_minor = 20000",
            "captures_later = false",
        ):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE payments_payment SET {change} WHERE id = {authorized.id}")


@pytest.mark.parametrize(("amount", "fee"), [(8_000, 262), (10_000, 320), (500, 44), (1_500, 74), (150_000, 4_380)])
def test_costs_its_share_and_thirty_cents_half_even(db, amount, fee):
    """29 permille of 5.00 is 14.5: 14; of 15.00 43.5: 44."""
    assert price(amount, rail="card", payee_id=1).fee_minor == fee


class TestCrash:
    def test_between_the_intent_and_the_call(self, w, pay):
        made = pay()
        submit_payments([made.public_id], at=w.now)
        assert w.until(made, "completed")
        assert w.until(made, "settled")
        w.check()

    def test_between_the_decision_to_capture_and_the_call(self, w, authorized):
        capture_payment(authorized, 8_000, actor=SYSTEM, at=w.now)
        Due.objects.filter(queue=RAIL_QUEUE).update(due_at=w.now + timedelta(seconds=30))  # as a lease that has run out
        w.later(seconds=30)
        assert w.until(authorized, "completed", "settled").amount_minor == 8_000
        w.check()

    def test_between_the_call_and_its_answer(self, w, authorized, bank):
        """The processor has taken it; we died before it was written, and ask for the same again."""
        taken = capture_payment(authorized, 8_000, actor=SYSTEM, at=w.now)
        rail("card").capture(order_of(taken), 8_000, w.now)  # type: ignore[attr-defined]
        work_on_rail([taken.public_id], w.now)
        work_on_rail([taken.public_id], w.now)
        assert w.fresh(taken).status == "completed"
        assert Transaction.objects.filter(reference=f"payment.completed:{taken.public_id}").count() == 1
        w.check()

    def test_of_the_report_twice(self, w, authorized):
        done = w.until(capture_payment(authorized, 8_000, actor=SYSTEM, at=w.now), "settled")
        fetch_lines([done.public_id], w.now)
        fetch_lines([done.public_id], w.now)
        assert (w.balance("P5100"), w.balance("P1210/card")) == (220, 0)
        w.check()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_two_captures_one_takes(self, w, authorized):
        results = at_once(*[lambda n=n: capture_payment(authorized, n, actor=SYSTEM, at=w.now) for n in (8_000, 7_000)])
        assert sorted(type(r).__name__ for r in results) == ["NotCapturable", "Payment"]
        won = next(r for r in results if isinstance(r, Payment))
        assert w.until(won, "settled").amount_minor == won.amount_minor
        w.check()

    def test_of_capture_and_void_one_wins(self, w, authorized):
        results = at_once(
            lambda: capture_payment(authorized, actor=SYSTEM, at=w.now), lambda: cancel_payment(authorized, actor=SYSTEM, at=w.now)
        )
        names = sorted(type(r).__name__ for r in results)
        assert names in (["NotCancelable", "Payment"], ["NotCapturable", "Payment"])
        w.later(minutes=1)
        ended = w.fresh(authorized)
        assert (ended.status, hold(ended).state) in (("settled", "posted"), ("canceled", "released"))
        w.check()

    def test_of_capture_and_expiry_one_wins(self, w, authorized):
        late = authorized.capture_before
        results = at_once(
            lambda: capture_payment(authorized, actor=SYSTEM, at=late - timedelta(microseconds=1)),
            lambda: expire_authorizations([authorized.public_id], late),
        )
        assert len([r for r in results if isinstance(r, NotCapturable)]) <= 1
        ended = w.fresh(authorized)
        assert (ended.status, hold(ended).state) in (("processing", "pending"), ("canceled", "released"))

    def test_of_the_payers_word_and_the_rails_one_counts(self, w, pay):
        asked = w.until(pay("pm_card_authenticationRequired"), "requires_action")
        at_once(
            lambda: answer_challenge(asked.public_id, proven=True, at=w.now),
            lambda: record_answers({asked.public_id: answer("failed", w.now, code="authentication_failed")}, at=w.now),
        )
        w.later(minutes=1)
        assert w.fresh(asked).status in ("settled", "failed")
        w.check()


def test_a_late_word_that_it_is_authorised_undoes_no_capture(w, authorized):
    capture_payment(authorized, 8_000, actor=SYSTEM, at=w.now)
    record_answers({authorized.public_id: answer("authorized", w.now)}, at=w.now)
    found = w.fresh(authorized)
    assert (found.status, found.authorized_minor) == ("processing", 10_000)
    with unit_of_work():
        assert Due.objects.filter(queue=RAIL_QUEUE, key=found.public_id).exists()
    assert w.until(found, "completed").amount_minor == 8_000


def test_a_capture_that_fails_lets_go_of_the_promise(w, authorized):
    capture_payment(authorized, 8_000, actor=SYSTEM, at=w.now)
    record_answers({authorized.public_id: answer("failed", w.now, code="processing_error")}, at=w.now)
    assert (w.fresh(authorized).status, hold(authorized).state) == ("failed", "released")
    assert w.balance("L1500", lease=w.owed) == 10_000
    w.check()
