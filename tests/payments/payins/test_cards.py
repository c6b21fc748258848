"""Payments by card: BOOKS.md D, G1 to G4, N, with the balances as printed; what is refused; what may happen at once."""

from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from directpay.due.models import Due
from directpay.events.queries import history_of
from directpay.kernel.errors import InvalidInput, NotAllowed
from directpay.people.actor import SYSTEM
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from ledger.journal.models import Hold, Transaction
from payments.payins.actions.answers import record_answers
from payments.payins.actions.cancel import VOID_QUEUE, NotCancelable, cancel_payment
from payments.payins.actions.capture import CAPTURE_WITHIN, NotCapturable, capture_payment, expire_authorizations
from payments.payins.actions.initiate import ObligationInProgress
from payments.rails.base import NoAnswer
from payments.rails.registry import RAILS
from payments.rails.timetable import LATEST, SOONEST
from tests.payments.conftest import answer
from tests.payments.payins.conftest import card, hold

pytestmark = pytest.mark.django_db


class TestAuthorizes:
    def test_as_a_hold_and_no_entry(self, w, authorized):
        """D2."""
        assert (authorized.status, authorized.authorized_minor, authorized.capture_before) == ("authorized", 10_000, w.now + CAPTURE_WITHIN)
        found = hold(authorized)
        assert (found.account.number, found.state, found.amount_minor, found.expires_at) == (
            "P2110",
            "pending",
            -10_000,
            authorized.capture_before,
        )
        assert (w.balance("P2110"), w.balance("L1500", lease=w.owed), w.balance("P1210/card")) == (0, 10_000, 0)
        assert not Transaction.objects.filter(reference__contains=authorized.public_id).exists()
        w.check()

    def test_and_keeps_others_from_paying_the_same(self, w, authorized, pay):
        with pytest.raises(ObligationInProgress):
            pay(amount=20_000)


class TestCaptures:
    def test_a_part_of_what_was_promised(self, w, authorized):
        """D3, D4, D5."""
        taken = capture_payment(authorized, 8_000, actor=w.actor(w.alice), at=w.now)
        assert (taken.status, taken.amount_minor, taken.fee_minor, taken.net_minor, taken.authorized_minor) == (
            "processing",
            8_000,
            262,
            7_738,
            10_000,
        )
        done = w.until(taken, "completed")
        reference = f"payment.completed:{done.public_id}"
        assert (w.balance("P2110"), w.balance("L1500", lease=w.owed), w.balance_after(reference, "P1210/card")) == (7_738, 2_000, 8_000)
        assert (hold(done).state, hold(done).posted_minor) == ("posted", 8_000)
        w.work()
        assert (w.balance("P5100"), w.balance("P1210/card")) == (220, 7_780)
        settled = w.until(done, "settled")
        assert (w.balance("P1210/card"), w.balance("P1110"), w.balance("P2120")) == (0, 7_780, 7_738)
        assert (settled.amount_minor, settled.expected_on) == (8_000, authorized.expected_on)
        w.check()

    def test_all_of_it_without_an_amount(self, w, authorized):
        done = w.until(capture_payment(authorized, actor=SYSTEM, at=w.now), "completed")
        assert (done.amount_minor, w.balance("L1500", lease=w.owed), hold(done).posted_minor) == (10_000, 0, 10_000)
        w.check()

    def test_and_tells_each_step(self, w, authorized):
        done = w.until(capture_payment(authorized, 8_000, actor=SYSTEM, at=w.now), "completed")
        told = [(e.type, e.data["amount"], e.data["card"] == done.card.public_id) for e in history_of(done.public_id)]
        assert told == [
            ("payment.initiated", 10_000, True),
            ("payment.processing", 10_000, True),
            ("payment.authorized", 10_000, True),
            ("payment.captured", 8_000, True),
            ("payment.completed", 8_000, True),
        ]

    @pytest.mark.parametrize("amount", [0, -1, 10_001])
    def test_not_more_than_that_nor_nothing(self, w, authorized, amount):
        with pytest.raises(InvalidInput):
            capture_payment(authorized, amount, actor=SYSTEM, at=w.now)
        assert w.fresh(authorized).status == "authorized"

    def test_not_less_than_its_fee(self, w, authorized):
        with pytest.raises(InvalidInput, match="capture more"):
            capture_payment(authorized, 30, actor=SYSTEM, at=w.now)

    def test_not_by_its_payer(self, w, authorized):
        with pytest.raises(NotAllowed):
            capture_payment(authorized, actor=w.actor(w.bob), at=w.now)

    def test_once(self, w, authorized):
        capture_payment(authorized, 8_000, actor=SYSTEM, at=w.now)
        with pytest.raises(NotCapturable):
            capture_payment(authorized, 1_000, actor=SYSTEM, at=w.now)

    def test_not_after_seven_days(self, w, authorized):
        with pytest.raises(NotCapturable):
            capture_payment(authorized, actor=SYSTEM, at=authorized.capture_before)

    def test_until_the_last_moment_even_if_the_answer_comes_later(self, w, authorized, bank):
        bank("card", capture=_silent)
        w.later(days=6, hours=23, minutes=59)
        capture_payment(authorized, actor=SYSTEM, at=w.now)
        w.later(hours=1)
        assert (w.fresh(authorized).status, hold(authorized).state) == ("unknown", "expired")
        record_answers({authorized.public_id: answer("completed", w.now)}, at=w.now)
        assert (w.fresh(authorized).status, w.balance("L1500", lease=w.owed)) == ("completed", 0)
        w.check()


def _silent(*_: Any) -> Any:
    raise NoAnswer("silence")


class TestLetsGo:
    def test_of_a_promise(self, w, authorized):
        """D6."""
        cancel_payment(authorized, actor=w.actor(w.alice), at=w.now)
        assert (w.fresh(authorized).status, hold(authorized).state) == ("canceled", "released")
        assert (w.balance("P2110"), w.balance("L1500", lease=w.owed)) == (0, 10_000)
        w.work()
        assert not Due.objects.filter(queue=VOID_QUEUE).exists()
        w.check()

    def test_and_tells_the_processor_until_it_answers(self, w, authorized, bank):
        asked: list[str] = []

        def void(order: Any, at: Any) -> Any:
            asked.append(order.id)
            if len(asked) < 3:
                raise NoAnswer("silence")
            return answer("canceled", at)

        RAILS["card"] = type("CardRail", (RAILS["card"],), {"void": lambda self, order, at: void(order, at)})
        cancel_payment(authorized, actor=SYSTEM, at=w.now)
        w.later(minutes=10)
        assert asked == [authorized.public_id] * 3
        assert w.fresh(authorized).status == "canceled"

    def test_ever_more_rarely_of_a_processor_that_stays_silent(self, w, authorized, bank):
        asked: list[datetime] = []

        def void(order: Any, at: datetime) -> Any:
            asked.append(at)
            raise NoAnswer("silence")

        RAILS["card"] = type("CardRail", (RAILS["card"],), {"void": lambda self, order, at: void(order, at)})
        cancel_payment(authorized, actor=SYSTEM, at=w.now)
        w.later(days=2)
        pauses = [later - earlier for earlier, later in pairwise(asked)]
        assert (pauses[0], pauses[-1]) == (SOONEST, LATEST)
        assert pauses == sorted(pauses)

    def test_when_seven_days_have_passed(self, w, authorized):
        w.later(days=7)
        found = w.fresh(authorized)
        assert (found.status, hold(found).state in ("expired", "released")) == ("canceled", True)
        assert w.balance("L1500", lease=w.owed) == 10_000
        w.check()

    def test_not_before(self, w, authorized):
        expire_authorizations([authorized.public_id], w.now)
        assert w.fresh(authorized).status == "authorized"

    def test_not_of_what_is_being_taken(self, w, authorized):
        capture_payment(authorized, actor=SYSTEM, at=w.now)
        with pytest.raises(NotCancelable):
            cancel_payment(authorized, actor=SYSTEM, at=w.now)

    def test_not_for_another_landlord(self, w, authorized):
        carol = w.person("carol", "landlord")
        with pytest.raises(NotAllowed):
            cancel_payment(authorized, actor=w.actor(carol), at=w.now)


class TestTakesAtOnce:
    def test_as_in_the_founding_example(self, w, pay):
        """G1 to G4: the fee is 2.90, without the fixed part."""
        w.fee("card", 290)
        done = w.until(pay(), "completed")
        assert (w.balance("P2110"), w.balance("P4110"), w.balance("L1500", lease=w.owed)) == (9_710, 290, 0)
        w.until(done, "settled")
        assert (w.balance("P2110"), w.balance("P2120")) == (0, 9_710)
        w.check()

    def test_beside_a_bank_transfer_in_one_settlement(self, w, debt):
        """N1, N2: 1,500.00 by ACH and 100.00 by card, pending together; what N4 settles is their sum."""
        w.fee("ach", 200)
        cleared = w.until(w.pay(w.owed, "ach"), "completed")
        add_charge(w.owed, NewCharge("utilities", 10_000), actor=SYSTEM, at=w.now)
        pending = w.balance("P2110") + w.balance("P2120")
        made = pay_rent(w.owed, PayRequest.by(card(w), rail="card", amount_minor=10_000), actor=SYSTEM, at=w.now)
        done = w.until(made, "completed")
        assert (pending, done.fee_minor, w.balance("P2110") + w.balance("P2120")) == (149_800, 320, 159_480)
        w.until(cleared, "settled")
        w.until(done, "settled")
        assert (w.balance("P2110"), w.balance("P2120"), w.balance("L1500", lease=w.owed)) == (0, 159_480, 0)
        w.check()

    def test_waits_two_bank_days_for_its_cash_by_the_calendar(self, w, pay, settings):
        settings.RAIL_PROFILE = "calendar"
        done = w.until(pay(), "completed", "settled")
        assert done.status == "completed"
        w.later(days=1)
        assert (w.fresh(done).status, w.balance("P1110")) == ("completed", 0)
        w.later(days=2)
        assert (w.fresh(done).status, w.balance("P1210/card"), w.balance("P1110")) == ("settled", 0, 9_725)
        w.check()

    def test_is_answered_late_by_a_processor_that_is_silent(self, w, pay):
        made = w.until(pay("pm_card_noAnswerThenPaid"), "unknown")
        assert w.until(made, "completed").status == "completed"
        w.check()

    def test_is_declined_late_too(self, w, pay):
        made = w.until(pay("pm_card_noAnswerThenDeclined"), "unknown")
        assert w.until(made, "failed").failure_code == "card_declined"
        assert w.balance("L1500", lease=w.owed) == 10_000


class TestDeclines:
    @pytest.mark.parametrize(
        ("name", "code", "reason"),
        [
            ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
            ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
            ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
            ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
            ("pm_card_chargeDeclinedExpiredCard", "expired_card", ""),
            ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", ""),
            ("pm_card_chargeDeclinedProcessingError", "processing_error", ""),
        ],
    )
    @pytest.mark.parametrize("captures_later", [False, True])
    def test_with_the_issuers_code(self, w, pay, name, code, reason, captures_later):
        found = w.until(pay(name, captures_later=captures_later), "failed")
        assert (found.failure_code, found.decline_code, found.return_code) == (code, reason, "")
        assert found.failure_message
        assert not Hold.objects.exists()
        assert w.balance("L1500", lease=w.owed) == 10_000
        w.check()
