from datetime import UTC, datetime, timedelta

import pytest

from directpay.due.models import Due
from directpay.due.run import run_all
from directpay.events.queries import history_of
from directpay.ops.clock import set_clock
from ledger.journal.models import Transaction
from payments.payins.actions.cancel import cancel_payment
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.actions.submit import submit_payments, work_on_rail
from payments.payins.models import Payment
from payments.rails.base import NoAnswer
from payments.rails.registry import FROM_BANK_ACCOUNTS, LATE
from tests.payments.conftest import answer
from tests.world import NO_FUNDS, PAYS

CUT_OFF = datetime(2026, 11, 2, 21, 45, tzinfo=UTC)  # Monday, 16:45 in New York


def rail_due() -> dict[str, datetime]:
    return dict(Due.objects.filter(queue=RAIL_QUEUE).values_list("key", "due_at"))


def types_of(payment: Payment) -> list[str]:
    return [event.type.removeprefix("payment.") for event in history_of(payment.public_id)]


class TestSubmitPayments:
    def test_moves_what_is_initiated_before_anybody_calls_the_rail(self, w, accept, bank):
        orders = bank("ach", submit=lambda order, at: answer("processing", at))
        made = accept()
        assert submit_payments([made.public_id], at=w.now) == {made.public_id}
        found = w.fresh(made)
        assert (found.status, found.version, found.placed_at) == ("processing", 2, made.created_at)
        assert not orders

    def test_moves_each_once(self, w, accept):
        made = accept()
        submit_payments([made.public_id], at=w.now)
        assert submit_payments([made.public_id, "pay_unknown"], at=w.now) == set()
        assert w.fresh(made).version == 2

    def test_leaves_what_was_called_off(self, w, accept):
        made = accept()
        cancel_payment(made, actor=w.actor(w.bob), at=w.now)
        assert submit_payments([made.public_id], at=w.now) == set()

    @pytest.mark.parametrize(("late", "in_time"), [(timedelta(0), True), (LATE, True), (LATE + timedelta(microseconds=1), False)])
    def test_takes_the_next_file_when_it_comes_too_late_for_its_own(self, w, accept, settings, late, in_time):
        settings.RAIL_PROFILE = "calendar"
        made = accept()
        submit_payments([made.public_id], at=CUT_OFF + late)
        assert w.fresh(made).placed_at == (made.created_at if in_time else CUT_OFF + late)

    def test_breaks_its_promise_by_a_day_then_and_keeps_it_on_record(self, w, accept, settings):
        """The worker was away over the cut-off: the payment clears a bank day later, and what was promised stays to be seen."""
        settings.RAIL_PROFILE = "calendar"
        made = accept()
        set_clock(CUT_OFF + timedelta(hours=1), frozen=True)
        w.later(days=9)
        found = w.fresh(made)
        assert (found.expected_on.isoformat(), found.completed_on.isoformat()) == ("2026-11-06", "2026-11-09")


class TestWorkOnRail:
    def test_hands_over_the_order_that_was_agreed(self, w, accept, bank):
        orders = bank("ach", submit=lambda order, at: answer("processing", at, ask_again_at=at + timedelta(minutes=1)))
        w.fee("ach", 200, payer="payer")
        made = accept(amount=1000)
        run_all()
        (order,) = orders
        assert (order.id, order.amount_minor, order.currency) == (made.public_id, 1200, "usd")
        assert (order.routing_number, order.account_number, order.placed_at) == ("110000000", PAYS, made.created_at)
        assert rail_due() == {made.public_id: w.now + timedelta(minutes=1)}

    def test_asks_afterwards_and_hands_over_no_second_time(self, w, accept, bank):
        submitted = bank("ach", submit=lambda order, at: answer("processing", at, ask_again_at=at + timedelta(seconds=10)))
        accept()
        run_all()
        bank("ach", submit=lambda order, at: pytest.fail("again"), look_up=lambda order, at: answer("completed", at))
        w.later(seconds=10)
        assert len(submitted) == 1
        assert Payment.objects.get().status == "completed"

    def test_lets_go_of_what_has_ended(self, w, accept):
        made = accept(rail="instant")
        w.until(made, "settled")
        assert not rail_due()
        work_on_rail([made.public_id, "pay_unknown"], w.now)
        assert (w.fresh(made).version, rail_due()) == (4, {})

    def test_answers_each_rail_for_itself_in_one_set(self, w, accept):
        made = [accept(rail=name, amount=10_000 + n) for n, name in enumerate(FROM_BANK_ACCOUNTS)]
        w.later(minutes=2)
        assert {w.fresh(payment).status for payment in made} == {"settled"}
        w.check()


class TestSilence:
    """`unknown`: never a decline, no second attempt; asked until it is known."""

    def test_that_ends_in_money(self, w, accept):
        made = accept(bank_account=w.account(w.bob, "000770000001"))
        w.work()
        assert w.fresh(made).status == "unknown"
        w.later(minutes=2)
        assert types_of(made) == ["initiated", "processing", "unknown", "found", "completed", "settled"]
        w.check()

    def test_that_ends_in_a_refusal(self, w, accept):
        made = accept(bank_account=w.account(w.bob, "000770000002"))
        w.later(minutes=2)
        found = w.fresh(made)
        assert (found.status, found.return_code) == ("failed", "R01")
        assert types_of(found)[:3] == ["initiated", "processing", "unknown"]
        assert not Transaction.objects.filter(reference__contains=made.public_id, kind="payment.completed").exists()
        w.check()

    def test_keeps_the_debt_occupied(self, w, accept):
        accept(bank_account=w.account(w.bob, "000770000001"))
        w.work()
        assert Payment.objects.get().status == "unknown"
        with pytest.raises(Exception, match="on its way already"):
            accept()

    def test_is_asked_about_again_and_again_and_told_once(self, w, accept, bank):
        def silent(order, at):
            raise NoAnswer("nobody there")

        asked = bank("ach", submit=silent, look_up=silent)
        made = accept()
        w.later(seconds=30)
        assert len(asked) == 7, "at once, and every five seconds"
        assert types_of(made) == ["initiated", "processing", "unknown"]
        assert rail_due() == {made.public_id: w.now + timedelta(seconds=5)}


class TestCrash:
    def test_between_the_intent_and_the_call_heals_by_looking_up(self, w, accept, bank):
        def die(order, at):
            raise KeyboardInterrupt

        bank("ach", submit=die)
        made = accept()
        with pytest.raises(KeyboardInterrupt):
            run_all()
        assert (w.fresh(made).status, w.fresh(made).rail_reference) == ("processing", "")
        assert rail_due() == {made.public_id: w.now + timedelta(seconds=15)}, "the lease"
        w.later(minutes=2)
        assert w.fresh(made).status == "settled"
        assert Transaction.objects.filter(reference=f"payment.completed:{made.public_id}").count() == 1
        w.check()

    def test_between_the_call_and_its_answer_heals_by_looking_up(self, w, accept, bank):
        """The rail took the order, and we never got to write it down: the answer cannot be kept, so nothing of it is."""
        orders = bank("instant", submit=lambda order, at: answer("completed", at, reference="x" * 81))
        made = accept(rail="instant")
        run_all()
        assert len(orders) == 1
        assert w.fresh(made).status == "processing"
        assert "too long" in Due.objects.get(queue=RAIL_QUEUE).last_error
        assert not Transaction.objects.filter(kind="payment.completed").exists()
        w.later(minutes=1)
        assert w.fresh(made).status == "settled"
        w.check()

    def test_of_a_worker_that_comes_twice_posts_once(self, w, accept):
        made = accept(rail="instant")
        w.later(seconds=3)
        before = w.fresh(made).version
        for _ in range(2):
            work_on_rail([made.public_id], w.now)
        assert w.fresh(made).version == before
        assert Transaction.objects.filter(reference=f"payment.completed:{made.public_id}").count() == 1
        w.check()


class TestSets:
    def test_of_200_complete_in_one_go_but_for_the_one_that_fails_alone(self, w, accept, bank, django_assert_max_num_queries):
        w.fee("instant", 0)
        made = [accept(rail="instant", amount=1 + n, allow_duplicate=True) for n in range(200)]
        bad = made[70].public_id

        def ask(order, at):
            return answer("completed", at, reference="x" * 81 if order.id == bad else "fine")

        bank("instant", submit=ask, look_up=ask)
        good = [payment.public_id for payment in made if payment.public_id != bad]
        with django_assert_max_num_queries(60):
            work_on_rail(good[:100], w.now)
        run_all()  # a hundred and one, of which one
        assert dict(Payment.objects.exclude(status="completed").values_list("public_id", "status")) == {bad: "processing"}
        assert list(Due.objects.filter(queue=RAIL_QUEUE).values_list("key", "attempts")) == [(bad, 1)]
        assert w.balance("L1500", lease=w.owed) == 150_000 - sum(p.amount_minor for p in made if p.public_id != bad)
        w.check()

    def test_of_good_and_bad_end_each_in_its_own_way(self, w, accept):
        poor, rich = w.account(w.bob, NO_FUNDS), w.account(w.bob)
        made = [accept(amount=1000 + n, bank_account=poor if n % 3 == 0 else rich) for n in range(9)]
        w.later(minutes=2)
        assert [w.fresh(payment).status for payment in made] == ["failed", "settled", "settled"] * 3
        w.check()
