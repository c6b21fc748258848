from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from directpay.due.models import Due
from directpay.events.models import Event
from directpay.ops.clock import set_clock
from directpay.people.actor import SYSTEM
from leases.properties.actions import add_unit
from ledger.journal.models import Entry, Transaction
from payments.payins.actions.answers import record_answers
from payments.payins.actions.submit import submit_payments
from payments.payins.models import Payment
from payments.payouts.actions.settle import LOOK_AGAIN_AFTER, SETTLE_QUEUE, settle_payments
from payments.payouts.listeners import settle_when_paid, settle_when_ready
from payments.payouts.models import Settlement, SettlementLine
from payments.payouts.queries import cash_has_arrived
from payments.reconciliation.actions import Reported, record_bank_lines
from tests.payments.conftest import answer
from tests.world import NO_FUNDS, World


@pytest.fixture
def completed(w: World, accept):
    """A payment that completed just now; its cash is not there."""

    def go(**changes) -> Payment:
        made = accept(**changes)
        submit_payments([made.public_id], at=w.now)
        record_answers({made.public_id: answer("completed", w.now)}, at=w.now)
        return w.fresh(made)

    return go


def cash_for(w: World, *payments: Payment, amount: int | None = None) -> None:
    lines = [
        Reported("client", f"{p.rail}-{p.public_id}-credit", p.rail, p.public_id, amount or p.charged_minor, "usd", w.now.date())
        for p in payments
    ]
    record_bank_lines(lines, at=w.now)


def settle(w: World, *payments: Payment) -> list[str]:
    settle_payments([p.public_id for p in payments], w.now)
    return [w.fresh(p).status for p in payments]


def looked_at_again() -> dict[str, object]:
    return dict(Due.objects.filter(queue=SETTLE_QUEUE).values_list("key", "due_at"))


def ready(w: World, payment: Payment) -> None:
    set_clock(payment.ready_at, frozen=True)


class TestSettles:
    def test_when_the_cash_is_there_and_the_day_is_reached(self, w, completed):
        made = completed()
        cash_for(w, made)
        ready(w, made)
        assert settle(w, made) == ["settled"]
        assert w.fresh(made).settled_at == w.now
        assert (w.balance("P2110"), w.balance("P2120")) == (0, 149_800)
        assert not looked_at_again()
        w.check()

    def test_not_before_the_cash(self, w, completed):
        made = completed()
        ready(w, made)
        assert settle(w, made) == ["completed"]
        assert looked_at_again() == {made.public_id: w.now + LOOK_AGAIN_AFTER}
        assert not Settlement.objects.exists()
        assert (w.balance("P2110"), w.balance("P2120")) == (149_800, 0)

    def test_not_on_part_of_the_cash(self, w, completed):
        made = completed()
        cash_for(w, made, amount=149_999)
        ready(w, made)
        assert settle(w, made) == ["completed"]

    def test_not_before_the_day(self, w, completed):
        made = completed()
        cash_for(w, made)
        set_clock(made.ready_at - timedelta(microseconds=1), frozen=True)
        assert settle(w, made) == ["completed"]
        assert looked_at_again() == {made.public_id: made.ready_at}

    @pytest.mark.parametrize("state", ["initiated", "settled", "failed"])
    def test_nothing_that_is_not_completed(self, w, accept, state):
        made = accept(rail="instant", bank_account=w.account(w.bob, NO_FUNDS) if state == "failed" else w.account(w.bob))
        if state != "initiated":
            w.later(minutes=1)
        assert settle(w, made) == [state]
        assert Settlement.objects.count() == (1 if state == "settled" else 0)
        assert not looked_at_again()

    def test_each_once(self, w, completed):
        made = completed()
        cash_for(w, made)
        ready(w, made)
        settle(w, made)
        settle(w, made)
        assert (Settlement.objects.count(), w.balance("P2120")) == (1, 149_800)

    def test_nothing_of_nothing(self, w):
        assert settle_payments([], w.now) == []
        assert settle_payments(["pay_unknown"], w.now) == []

    def test_what_is_ready_of_a_set_and_leaves_the_rest(self, w, completed):
        made = [completed(amount=1000 + n) for n in range(3)]
        cash_for(w, made[0], made[2])
        ready(w, made[2])
        assert settle(w, *made) == ["settled", "completed", "settled"]
        assert set(looked_at_again()) == {made[1].public_id}
        w.check()


class TestBatch:
    def test_is_one_posting_that_adds_up(self, w, completed):
        w.fee("wire", 30, payer="payer")
        made = [completed(amount=1000 + n, rail=rail) for n, rail in enumerate(("ach", "ach", "wire"))]
        cash_for(w, *made)
        ready(w, max(made, key=lambda p: p.ready_at))
        settle(w, *made)
        batch = Settlement.objects.get()
        assert (batch.gross_minor, batch.fee_minor, batch.net_minor, batch.count) == (3003, 400, 2603, 3)
        assert sum(SettlementLine.objects.values_list("net_minor", flat=True)) == 2603
        legs = Entry.objects.filter(transaction__reference=f"payment.settled:{batch.public_id}").values_list("amount_minor", flat=True)
        assert sorted(legs) == [-2603, 2603]
        w.check()

    def test_is_one_for_each_payee(self, w, completed):
        mine = [completed(amount=1000 + n) for n in range(2)]
        zoe = w.person("zoe", "landlord")
        home = w.property(zoe)
        lease = w.lease(unit=add_unit(home, {"name": "z"}, actor=SYSTEM, at=w.now))
        hers = completed(amount=5000, payee=zoe.payees.get(), applies_to=lease.parties.get().account)
        cash_for(w, *mine, hers)
        ready(w, hers)
        assert settle(w, *mine, hers) == ["settled"] * 3
        assert list(Settlement.objects.order_by("payee_id").values_list("payee__owner", "net_minor", "count")) == [
            (w.alice.id, 1601, 2),
            (zoe.id, 4800, 1),
        ]
        assert Transaction.objects.filter(kind="payment.settled").count() == 2
        w.check()

    def test_takes_a_payment_once_even_by_hand(self, w, completed):
        made = completed()
        cash_for(w, made)
        ready(w, made)
        settle(w, made)
        batch = Settlement.objects.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            SettlementLine.objects.create(settlement=batch, payment=made, net_minor=1)

    def test_must_add_up(self, w):
        with pytest.raises(IntegrityError, match="settlement_adds_up"), transaction.atomic():
            Settlement.objects.create(
                public_id="stl_1", payee=w.payee, currency="usd", gross_minor=100, fee_minor=10, net_minor=91, count=1, created_at=w.now
            )


class TestListeners:
    def test_looks_when_it_completed(self, w, completed):
        made = completed()
        settle_when_ready(list(Event.objects.filter(type="payment.completed")))
        assert set(looked_at_again()) == {made.public_id}

    def test_looks_on_its_day(self, w, completed):
        made = completed()
        assert w.now < w.fresh(made).ready_at
        assert looked_at_again() == {made.public_id: w.fresh(made).ready_at}

    def test_looks_again_when_its_cash_came(self, w, completed):
        made = completed()
        cash_for(w, made)
        settle_when_paid(list(Event.objects.filter(type="bank_line.posted")))
        assert set(looked_at_again()) == {made.public_id}

    def test_looks_at_once_when_its_cash_came_after_its_day(self, w, completed):
        made = completed()
        ready(w, made)
        cash_for(w, made)
        assert looked_at_again() == {made.public_id: w.now}

    def test_leaves_what_has_not_completed_until_it_does(self, w, accept):
        made = accept()
        submit_payments([made.public_id], at=w.now)
        cash_for(w, made)
        assert not looked_at_again()

    def test_does_not_look_for_money_that_left_or_is_of_nobody(self, w, completed):
        made = completed()
        record_bank_lines(
            [
                Reported("client", "one", "ach", "", 5, "usd", w.now.date()),
                Reported("client", "two", "ach", made.public_id, 100, "usd", w.now.date()),
                Reported("client", "three", "ach", made.public_id, -100, "usd", w.now.date()),
            ],
            at=w.now,
        )
        Due.objects.filter(queue=SETTLE_QUEUE).delete()  # the second line promised to look, as it should
        settle_when_paid(list(Event.objects.filter(type="bank_line.posted", data__amount__lt=50)))
        assert not looked_at_again()


def test_cash_has_arrived_knows_nothing_of_nothing(w):
    assert cash_has_arrived([]) == set()
