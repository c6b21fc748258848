"""What is refused; what the rail is told, once; what is written on a refund; and what the database itself refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from directpay.due.models import Due
from directpay.events.models import Event
from directpay.events.queries import history_of
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput, NotAllowed
from directpay.people.actor import SYSTEM
from leases.arrears.models import ArrearsCase
from ledger.journal.actions import debit, place_hold
from ledger.journal.models import Account, Transaction
from payments.payins.actions.capture import capture_payment
from payments.payins.models import Payment
from payments.rails.base import NeedsAPerson, NoAnswer, NoSuchOrder
from payments.refunds.actions.answer import record_refund_answers
from payments.refunds.actions.change import see_to_refunds, set_refund_policy, update_refund
from payments.refunds.actions.create import refund_payment
from payments.refunds.actions.send import work_on_refunds
from payments.refunds.actions.terms import AmountExceedsRefundable, NotRefundable, RefundExceedsBalance
from payments.refunds.models import Refund, RefundPolicy
from payments.refunds.queries import to_look_into
from tests.payments.conftest import answer
from tests.payments.payins.test_states import tried
from tests.payments.refunds.conftest import fresh

pytestmark = pytest.mark.django_db


class TestRefuses:
    def test_more_than_is_left(self, owing, paid, refund):
        refund(paid, 4_000)
        with pytest.raises(AmountExceedsRefundable) as refused:
            refund(paid, 6_001)
        assert (refused.value.status, refused.value.param, refused.value.details) == (400, "amount", {"refundable": 6_000})

    def test_what_went_back_whole(self, claws, paid, refund):
        refund(paid, 10_000)
        with pytest.raises(NotRefundable) as refused:
            refund(paid, 1)
        assert refused.value.code == "charge_already_refunded"

    @pytest.mark.parametrize("amount", [0, -1])
    def test_nothing_and_less(self, paid, refund, amount):
        with pytest.raises(InvalidInput) as refused:
            refund(paid, amount)
        assert refused.value.param == "amount"

    def test_what_is_only_promised_and_says_to_cancel_it(self, owing, pay, refund):
        promised = owing.until(pay(captures_later=True), "authorized")
        with pytest.raises(NotRefundable, match="cancel it") as refused:
            refund(promised)
        assert (refused.value.code, refused.value.status) == ("payment_not_captured", 400)
        capture_payment(promised, actor=SYSTEM, at=owing.now)
        with pytest.raises(NotRefundable, match="processing") as refused:
            refund(promised)
        assert refused.value.code == "payment_not_cleared"

    def test_what_the_bank_took_back(self, owing, pay, refund):
        with pytest.raises(NotRefundable) as refused:
            refund(owing.until(pay("same_day_ach", number="009901050000"), "returned"))
        assert refused.value.code == "payment_returned"

    def test_a_deposit(self, owing, refund):
        lease = owing.lease(deposit_minor=20_000)
        deposit = owing.until(owing.pay(lease, "instant", 10_000), "settled")
        Account.objects.filter(id=deposit.applies_to_id).update(pays_into="trust")
        with pytest.raises(NotRefundable) as refused:
            refund(deposit)
        assert refused.value.code == "deposit_not_refundable"

    def test_what_is_held(self, owing, paid, refund):
        bucket = Account.objects.get(number="P2120", subject=owing.payee.public_id)
        with unit_of_work():
            place_hold(bucket, debit(bucket, 4_711), reference="hold-1", at=owing.now)
        with pytest.raises(RefundExceedsBalance) as refused:
            refund(paid)
        assert refused.value.details == {"available": 4_999, "missing": 1}
        refund(paid, 4_999)

    def test_those_who_were_not_paid(self, owing, paid):
        stranger = owing.person("carol", "landlord")
        for who in (owing.bob, stranger):
            with pytest.raises(NotAllowed):
                refund_payment(paid, 1, actor=owing.actor(who), at=owing.now)
        assert refund_payment(paid, 1, actor=SYSTEM, at=owing.now).amount_minor == 1


class TestTheRail:
    """A processor of this test's own."""

    def test_is_told_once_although_the_answer_was_lost(self, owing, paid, refund, bank):
        def lost(order, at):
            raise NoAnswer("silence")

        orders = bank("card", refund=lost, look_up_refund=lambda order, at: answer("completed", at))
        made = refund(paid)
        work_on_refunds([made.public_id], owing.now)
        assert fresh(made).status == "unknown"
        assert due(made).due_at == owing.now + timedelta(seconds=5)
        work_on_refunds([made.public_id], owing.now + timedelta(seconds=5))
        assert fresh(made).status == "succeeded"
        assert [order.id for order in orders] == [made.public_id] * 2  # handed over, then asked about
        assert Transaction.objects.filter(kind="refund.completed").count() == 1
        assert not Due.objects.filter(queue="refunds.rail").exists()
        owing.check()

    def test_gets_the_order_of_one_that_died_before_the_call(self, owing, paid, refund, bank):
        Died = type("Died", (BaseException,), {})

        def dies(order, at):
            raise Died

        def never(order, at):
            raise NoSuchOrder

        bank("card", refund=dies)
        made = refund(paid)
        with pytest.raises(Died):
            work_on_refunds([made.public_id], owing.now)
        assert fresh(made).status == "submitted"
        assert Due.objects.filter(queue="refunds.rail", key=made.public_id).exists()
        orders = bank("card", refund=lambda order, at: answer("completed", at), look_up_refund=never)
        work_on_refunds([made.public_id], owing.now)
        assert [(order.id, order.amount_minor, order.gives_back) for order in orders] == [(made.public_id, 5_000, paid.rail_reference)] * 2
        assert fresh(made).status == "succeeded"
        owing.check()

    def test_a_silent_one_is_asked_until_it_speaks(self, owing, pay, refund, until):
        made = until(refund(owing.until(pay(name="pm_card_noAnswerThenPaid"), "settled")), "unknown")
        assert until(made, "succeeded").rail_reference
        owing.later(minutes=1)
        owing.check()

    def test_a_silent_bank_too(self, owing, pay, refund, until):
        made = until(refund(owing.until(pay("instant", number="000770000001"), "settled")), "unknown")
        assert until(made, "succeeded").return_code == ""
        owing.later(minutes=1)
        owing.check()

    def test_one_that_is_not_asked_changes_nothing(self, owing, paid, refund, bank):
        later = owing.now + timedelta(seconds=30)
        bank("card", refund=lambda order, at: answer("waiting", at, ask_again_at=later))
        made = refund(paid)
        work_on_refunds([made.public_id], owing.now)
        assert (fresh(made).status, due(made).due_at) == ("submitted", later)

    def test_a_late_answer_changes_nothing(self, owing, paid, refund, bank):
        made = refund(paid)
        bank("card", refund=lambda order, at: answer("failed", at, code="declined"))
        work_on_refunds([made.public_id], owing.now)
        bank("card", look_up_refund=lambda order, at: answer("completed", at))
        work_on_refunds([made.public_id], owing.now)
        assert (fresh(made).status, fresh(made).failure_code) == ("failed", "declined")
        owing.check()

    def test_one_that_was_unknown_is_found_on_its_way(self, owing, paid, refund, bank):
        said = iter(["unknown", "processing", "canceled"])
        bank("card", **dict.fromkeys(("refund", "look_up_refund"), lambda order, at: answer(next(said), at)))
        made = refund(paid)
        for state in ("unknown", "submitted", "failed"):
            work_on_refunds([made.public_id], owing.now)
            assert fresh(made).status == state
        assert [e.type for e in history_of(made.public_id)] == [
            f"refund.{kind}" for kind in ("created", "submitted", "unknown", "found", "failed")
        ]
        assert fresh(made).failure_code == "merchant_request"
        owing.check()

    def test_that_needs_a_person_parks_the_row(self, owing, paid, refund, bank):
        def wrong_key(order, at):
            raise NeedsAPerson("it does not take our key")

        bank("card", refund=wrong_key, look_up_refund=wrong_key)
        made = refund(paid)
        owing.work()
        assert "our key" in due(made).last_error
        assert fresh(made).status == "submitted"


class TestMeetsAReturn:
    def test_that_came_first_nothing_begins_to_go(self, owing, pay, refund):
        """Claimed, and the worker has not come to it yet."""
        set_refund_policy(owing.payee, gives_fee_back=True, actor=SYSTEM, at=owing.now)
        paid = owing.until(pay("ach", number="009902200000"), "settled")
        made = refund(paid)
        Due.objects.filter(queue="refunds.rail").delete()
        owing.until(paid, "returned")
        work_on_refunds([made.public_id], owing.now)
        assert (fresh(made).status, owing.balance("P2310/ach"), owing.fresh(paid).amount_refunded) == ("canceled", 0, 0)
        assert (owing.balance("L1500", lease=owing.owed), owing.balance("P4110")) == (10_000, 0)
        owing.later(minutes=2)
        owing.check()

    def test_meanwhile_what_does_not_arrive_gives_the_payee_all_of_it(self, owing, claws, pay, refund, bank):
        paid = owing.until(pay("ach", number="009902200000"), "settled")
        made = refund(paid)
        work_on_refunds([made.public_id], owing.now)
        Due.objects.filter(queue="refunds.rail").delete()
        owing.until(paid, "returned")
        before = owing.balance("P2120")
        record_refund_answers({made.public_id: answer("failed", owing.now, code="R02")}, at=owing.now)
        assert (fresh(made).status, owing.balance("P2120") - before, owing.balance("P4110")) == ("failed", 5_000, 0)
        assert not to_look_into()
        owing.check()


class TestWhatIsWritten:
    def test_metadata_is_merged_and_told(self, owing, paid, refund):
        made = refund(paid, metadata={"ticket": "1", "by": "x"}, reason="duplicate")
        changed = update_refund(made, {"ticket": "2", "by": ""}, actor=owing.actor(owing.alice), at=owing.now)
        assert (changed.metadata, changed.version, changed.reason) == ({"ticket": "2"}, 2, "duplicate")
        assert Event.objects.get(object_id=made.public_id, version=2).type == "refund.updated"
        with pytest.raises(NotAllowed):
            update_refund(made, {}, actor=owing.actor(owing.bob), at=owing.now)

    def test_a_form_that_is_sent_twice_gives_back_once(self, paid, refund):
        one, other = refund(paid, once="form-1"), refund(paid, 4_000, once="form-1")
        assert (one.id, other.amount_minor, Refund.objects.count()) == (other.id, 5_000, 1)

    def test_somebody_sees_to_what_did_not_arrive(self, owing, pay, refund, until):
        made = until(refund(owing.until(pay(name="pm_card_refundRefused"), "settled")), "failed")
        assert to_look_into().exists()
        with pytest.raises(NotAllowed):
            see_to_refunds([made], actor=owing.actor(owing.alice), at=owing.now)
        assert see_to_refunds([made], actor=SYSTEM, at=owing.now) == [made]
        assert see_to_refunds([made], actor=SYSTEM, at=owing.now) == []
        assert not to_look_into().exists()

    def test_the_policy_is_set_by_staff_and_told_once(self, owing):
        with pytest.raises(NotAllowed):
            set_refund_policy(owing.payee, gives_fee_back=True, actor=owing.actor(owing.alice), at=owing.now)
        for _ in range(2):
            set_refund_policy(owing.payee, gives_fee_back=True, actor=SYSTEM, at=owing.now)
        policy = set_refund_policy(owing.payee, gives_fee_back=False, actor=SYSTEM, at=owing.now)
        assert (RefundPolicy.objects.get(), policy.version) == (policy, 2)
        told = Event.objects.filter(object_id=policy.public_id).order_by("version")
        assert [event.data["gives_fee_back"] for event in told] == [True, False]


class TestWhoseRentItWas:
    def test_the_ladder_begins_on_the_day_on_which_it_went_back(self, owing, paid, refund):
        owing.later(days=20)
        refund(paid)
        owing.later(days=2)
        assert not ArrearsCase.objects.exists()
        owing.later(days=3)
        assert ArrearsCase.objects.filter(party=owing.owed.parties.get(), closed_on=None).exists()


EDGES = {
    "pending": "submitted canceled",
    "submitted": "unknown succeeded failed",
    "unknown": "submitted succeeded failed",
    "succeeded": "returned",
    "failed": "",
    "returned": "",
    "canceled": "",
}


class TestTheDatabase:
    def test_takes_a_refund_along_its_edges_alone(self, paid, refund):
        assert set(EDGES) == set(Refund.Status.values)
        found = tried("payments_refund", refund(paid).id, "pending", EDGES)
        assert found == {(source, target) for source, after in EDGES.items() for target in after.split()}

    @pytest.mark.parametrize("change", [{"amount_minor": 1}, {"rail": "wire"}, {"clawed_minor": 1}, {"once": "x"}])
    def test_keeps_the_terms(self, paid, refund, change):
        made = refund(paid)
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            Refund.objects.filter(id=made.id).update(**change)

    def test_refuses_more_than_was_paid_whoever_asks(self, owing, paid, refund):
        made = refund(paid, 6_000)
        with pytest.raises(IntegrityError, match="more than payment"), transaction.atomic():
            copied(made, amount_minor=4_001)
        with transaction.atomic():
            copied(made, amount_minor=4_000)
            transaction.set_rollback(True)
        with pytest.raises(IntegrityError, match="refunded_within"), transaction.atomic():
            Payment.objects.filter(id=paid.id).update(refunded_minor=10_001)

    def test_refuses_to_give_back_what_did_not_clear(self, owing, pay, paid, refund):
        made = refund(paid)
        owing.owed = owing.lease(rent=10_000)
        waiting = pay("ach")
        with pytest.raises(IntegrityError, match="nothing of it goes back"), transaction.atomic():
            copied(made, payment_id=waiting.id)

    def test_the_model_refuses_what_is_no_edge(self, paid, refund):
        with pytest.raises(TransitionNotAllowed):
            refund(paid).confirm()


def due(refund: Refund) -> Due:
    return Due.objects.get(queue="refunds.rail", key=refund.public_id)


def copied(refund: Refund, **changes: object) -> Refund:
    row = Refund.objects.get(id=refund.id)
    row.id, row.public_id = None, f"{refund.public_id}x"
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row
