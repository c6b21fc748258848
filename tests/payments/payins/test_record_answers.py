from datetime import timedelta

import pytest

from directpay.due.models import Due
from directpay.events.queries import history_of
from directpay.ops.clock import set_clock
from ledger.journal.models import Transaction
from payments.payins.actions.answers import record_answers
from payments.payins.actions.cancel import cancel_payment
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.actions.submit import submit_payments
from payments.payins.models import Payment
from payments.rails.timetable import SOONEST
from tests.payments.conftest import answer

MINUTE = timedelta(minutes=1)


@pytest.fixture
def sent(w, accept) -> Payment:
    made = accept()
    submit_payments([made.public_id], at=w.now)
    return w.fresh(made)


@pytest.fixture
def hear(w, sent):
    """What the rail says about the payment, or nothing: ``hear("failed", code="R01")``."""

    def go(state: str | None, **how: object) -> Payment:
        record_answers({sent.public_id: answer(state, w.now, **how) if state else None}, at=w.now)
        return w.fresh(sent)

    return go


def due(payment: Payment):
    return Due.objects.filter(queue=RAIL_QUEUE, key=payment.public_id).values_list("due_at", flat=True).first()


class TestProcessing:
    def test_notes_the_first_answer_and_asks_again_when_told(self, w, hear):
        found = hear("processing", reference="ach-1", ask_again_at=w.now + MINUTE)
        assert (found.status, found.version, found.rail_reference, found.answered_at) == ("processing", 2, "ach-1", w.now)
        assert due(found) == w.now + MINUTE

    def test_keeps_the_first_reference(self, w, hear):
        hear("processing", reference="ach-1", ask_again_at=w.now + MINUTE)
        assert hear("processing", reference="ach-2", ask_again_at=w.now + MINUTE).rail_reference == "ach-1"

    @pytest.mark.parametrize("again", [None, -MINUTE, timedelta(0)])
    def test_asks_again_soon_when_not_told_or_told_the_past(self, w, hear, again):
        found = hear("processing", ask_again_at=again and w.now + again)
        assert due(found) == w.now + SOONEST


class TestSilence:
    def test_makes_it_unknown_and_asks_again(self, w, hear):
        found = hear(None)
        assert (found.status, found.version, due(found)) == ("unknown", 3, w.now + SOONEST)

    def test_that_goes_on_is_no_news(self, w, hear):
        hear(None)
        w.later(seconds=1)
        found = hear(None)
        assert (found.version, due(found)) == (3, w.now + SOONEST)

    def test_after_an_answer_makes_it_unknown_too(self, w, hear):
        hear("processing", ask_again_at=w.now + MINUTE)
        assert hear(None).status == "unknown"

    @pytest.mark.parametrize(
        ("state", "becomes"), [("processing", "processing"), ("completed", "completed"), ("failed", "failed"), ("returned", "failed")]
    )
    def test_ends_with_any_answer(self, w, hear, state, becomes):
        hear(None)
        found = hear(state, reference="ach-1", code="R01" if becomes == "failed" else "", ask_again_at=w.now + MINUTE)
        assert (found.status, found.version, found.rail_reference) == (becomes, 4, "ach-1")

    def test_ends_with_the_name_of_what_was_found(self, w, hear, sent):
        hear(None)
        hear("processing", ask_again_at=w.now + MINUTE)
        assert history_of(sent.public_id).last().type == "payment.found"


class TestCompleted:
    def test_posts_pays_and_tells_in_one_go(self, w, hear, sent):
        found = hear("completed", reference="ach-1")
        assert (found.status, found.completed_at, found.completed_on, found.rail_reference) == ("completed", w.now, w.now.date(), "ach-1")
        assert Transaction.objects.get(reference=f"payment.completed:{sent.public_id}").effective_on == w.now.date()
        assert w.balance("L1500", lease=w.owed) == 0
        assert sent.applies_to.allocations.get().amount_minor == 150_000
        assert history_of(sent.public_id).last().data["rail_reference"] == "ach-1"
        assert due(found) is None
        w.check()

    def test_takes_the_bank_day_of_the_rail(self, w, hear):
        set_clock(w.now + timedelta(days=5), frozen=True)  # a Saturday
        found = hear("completed")
        assert (found.completed_on.isoformat(), found.completed_at) == ("2026-11-09", w.now)

    def test_is_ready_as_promised_after_it_cleared(self, w, hear):
        assert hear("completed").ready_at == w.now + timedelta(seconds=5)

    @pytest.mark.parametrize(("late", "ready"), [(timedelta(0), "2026-11-10T13:30"), (timedelta(days=30), "2026-12-07T15:00")])
    def test_by_the_calendar_is_ready_on_the_promised_day_or_when_it_came_later(self, w, hear, settings, late, ready):
        settings.RAIL_PROFILE = "calendar"
        set_clock(w.now + timedelta(days=5) + late, frozen=True)
        assert hear("completed").ready_at.isoformat().startswith(ready)


class TestFailed:
    def test_keeps_the_reason_and_posts_nothing(self, w, hear, sent):
        found = hear("failed", code="R01", reference="ach-1")
        assert (found.status, found.return_code, found.failure_code) == ("failed", "R01", "insufficient_funds")
        assert found.failure_message == "There was not enough in the account when the bank looked."
        assert not Transaction.objects.filter(reference__contains=sent.public_id).exists()
        assert (w.balance("L1500", lease=w.owed), due(found)) == (150_000, None)

    def test_keeps_a_reason_that_nobody_knows(self, hear):
        found = hear("failed", code="R77")
        assert (found.return_code, found.failure_code) == ("R77", "bank_refused")

    def test_is_what_a_return_is_that_comes_before_it_cleared(self, w, hear, sent):
        """We asked late: it cleared and was taken back meanwhile. It was never posted, and never is."""
        found = hear("returned", code="R10")
        assert (found.status, found.return_code, found.returned_at) == ("failed", "R10", None)
        assert not Transaction.objects.filter(reference__contains=sent.public_id).exists()
        w.check()


class TestLateAndRepeated:
    @pytest.mark.parametrize("first", ["completed", "failed"])
    @pytest.mark.parametrize("then", ["processing", "completed", "failed", "returned", None])
    def test_answers_change_nothing(self, w, hear, first, then):
        before = hear(first, code="R01" if first == "failed" else "")
        w.later(seconds=1)
        version = w.fresh(before).version
        after = hear(then, code="R02", reference="other")
        assert (after.status, after.version, after.return_code, after.rail_reference) == (
            before.status,
            version,
            before.return_code,
            "ref-1",
        )
        assert due(after) is None
        w.check()

    def test_answers_about_one_that_was_called_off_change_nothing(self, w, accept):
        made = accept()
        cancel_payment(made, actor=w.actor(w.bob), at=w.now)
        record_answers({made.public_id: answer("completed", w.now)}, at=w.now)
        assert w.fresh(made).status == "canceled"

    def test_answers_about_nothing_change_nothing(self, w):
        record_answers({}, at=w.now)
        record_answers({"pay_unknown": answer("completed", w.now), "pay_other": None}, at=w.now)
        assert not Payment.objects.exists()

    def test_answers_before_it_was_sent_change_nothing(self, w, accept):
        made = accept()
        record_answers({made.public_id: answer("completed", w.now)}, at=w.now)
        assert w.fresh(made).status == "initiated"


def test_hears_a_set_each_in_its_own_way(w, accept):
    made = [accept(amount=1000 + n) for n in range(4)]
    submit_payments([p.public_id for p in made], at=w.now)
    states = ["completed", "failed", "processing", None]
    record_answers({p.public_id: s and answer(s, w.now, ask_again_at=w.now + MINUTE) for p, s in zip(made, states, strict=True)}, at=w.now)
    assert [w.fresh(p).status for p in made] == ["completed", "failed", "processing", "unknown"]
    assert {key: when - w.now for key, when in Due.objects.filter(queue=RAIL_QUEUE).values_list("key", "due_at")} == {
        made[2].public_id: MINUTE,
        made[3].public_id: SOONEST,
    }
    w.check()
