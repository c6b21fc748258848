"""Refunds that did not arrive, in Stripe's payouts: what went out of one comes in again, in the same or in a later one."""

from datetime import date, timedelta

import pytest

from directpay.due.actions import schedule
from directpay.due.models import Due
from directpay.events.unit import unit_of_work
from payments.payins.models import Payment
from payments.rails.processors.paid_out import PaidLine, PaidOut
from payments.reconciliation.processor_payouts.actions import keep
from payments.reconciliation.queries import open_item
from payments.refunds.actions.create import REFUND_QUEUE, refund_payment
from payments.refunds.models import Refund
from tests.payments.rails.stripe.payouts.conftest import saga, stripes
from tests.stripe_stand_in import charging

pytestmark = pytest.mark.django_db


@pytest.fixture
def give_back(w):
    """50.00 of it, as far as Stripe says at once."""

    def go(paid: Payment) -> Refund:
        made = refund_payment(paid, 5_000, actor=w.actor(w.alice), at=w.now)
        w.work()
        return Refund.objects.get(id=made.id)

    return go


@pytest.fixture
def fail(stand_in):
    """At Stripe its money comes back; nobody tells us."""

    def go(refund: Refund) -> None:
        made = stand_in.state.get("refund", refund.rail_reference)
        charging.come_back(stand_in.state, made, stand_in.state.get("charge", made["charge"]))

    return go


@pytest.fixture
def pay_by_bank(w, rail, accept, later):
    def go() -> Payment:
        made = accept(rail="stripe_ach", amount=10_000)
        w.work()
        later(days=5)
        return w.fresh(made)

    return go


def hear(w, refund: Refund) -> str:
    """Its event comes: Stripe is asked."""
    with unit_of_work():
        schedule(REFUND_QUEUE, [(refund.public_id, w.now)])
    w.work()
    return str(Refund.objects.get(id=refund.id).status)


def all_is_well(w, refund: Refund, *paid: Payment) -> None:
    assert {w.fresh(one).status for one in paid} == {"settled"}
    assert (open_item("P1210", "stripe", "usd", refund.public_id), w.balance("P1210/stripe")) == (0, 0)
    w.check()


def came_back(refund: Refund, *, kind: str = "refund_failure", amount: int = 5_000) -> PaidOut:
    line = PaidLine("txn_back", kind, refund.rail_reference, amount, 0)
    return PaidOut("po_back", amount, "usd", date(2026, 11, 2), (line,))


def test_one_that_came_back_is_explained_and_the_payments_are_settled(w, pay, pay_out, give_back, later):
    """G6 −50.00 and E13 +50.00 in the books; the same in the payout."""
    paid, other = pay(token="pm_card_refundFail"), pay(5_000)
    back = give_back(paid)
    later(days=5)
    assert (back.status, hear(w, back)) == ("succeeded", "returned")
    made = pay_out()
    assert (made["amount"], saga().waits_for) == (14_505, "for our bank")
    later(days=1)
    assert (saga().status, stripes().filter(item=back.public_id).count()) == ("done", 2)
    all_is_well(w, back, paid, other)


def test_one_that_never_arrived_is_explained_too(w, pay, pay_out, give_back, fail, later):
    """G7: nothing of it is in the clearing but what Stripe took and gave back."""
    paid, other = pay(token="pm_card_pendingRefund"), pay(5_000)
    back = give_back(paid)
    fail(back)
    assert (back.status, hear(w, back)) == ("submitted", "failed")
    pay_out()
    later(days=1)
    assert (saga().status, stripes().filter(item=back.public_id).count()) == ("done", 2)
    all_is_well(w, back, paid, other)


def test_of_a_bank_debit_it_comes_in_again_as_a_refund(w, pay_by_bank, pay_out, give_back, fail, stand_in, later):
    """Stripe has no type for it: `payment_refund`, with a plus."""
    paid = pay_by_bank()
    back = give_back(paid)
    later(days=5)
    assert hear(w, back) == "succeeded"
    fail(back)
    assert hear(w, back) == "returned"
    pay_out()
    told = {(line["type"], line["amount"]) for line in stand_in.all("balance_transaction") if line["source"] == back.rail_reference}
    assert told == {("payment_refund", -5_000), ("payment_refund", 5_000)}
    later(days=1)
    assert saga().status == "done"
    assert (w.fresh(paid).status, open_item("P1210", "stripe_ach", "usd", back.public_id)) == ("settled", 0)
    assert w.balance("P1210/stripe_ach") == 0
    w.check()


def test_as_an_adjustment_it_is_known_by_its_category(w, pay, pay_out, give_back, fail, stand_in, later):
    paid = pay()
    back = give_back(paid)
    fail(back)
    assert hear(w, back) == "returned"
    (line,) = (one for one in stand_in.all("balance_transaction") if one["type"] == "refund_failure")
    line["type"] = "adjustment"
    pay_out()
    later(days=1)
    assert saga().status == "done"
    all_is_well(w, back, paid)


def test_what_comes_back_after_its_payout_is_in_a_later_one(w, pay, pay_out, give_back, fail, later):
    paid = pay()
    back = give_back(paid)
    first = pay_out()
    later(days=1)
    assert (saga(first).status, w.balance("P1210/stripe")) == ("done", 0)
    fail(back)
    assert (hear(w, back), w.balance("P1210/stripe")) == ("returned", 5_000)
    second = pay_out()
    assert second["amount"] == 5_000
    later(days=1)
    assert saga(second).status == "done"
    all_is_well(w, back, paid)


def test_one_of_which_nobody_told_that_it_came_back_is_asked_about_first(w, pay, pay_out, give_back, fail, later):
    paid = pay()
    back = give_back(paid)
    fail(back)
    pay_out()
    assert saga().waits_for == f"{back.public_id} is succeeded"
    assert Due.objects.get(queue="sagas.run", key=saga().public_id).due_at == w.now + timedelta(hours=1)
    assert Refund.objects.get().status == "returned", "the rail was asked"
    later(hours=1)
    assert saga().waits_for == "for our bank"
    later(days=1)
    all_is_well(w, back, paid)


def test_one_that_we_believe_on_its_way_is_asked_about_first(w, pay, give_back, fail, later):
    back = give_back(pay(token="pm_card_pendingRefund"))
    fail(back)
    with unit_of_work():
        keep("stripe", came_back(back), at=w.now)
    w.work()
    assert (saga().waits_for, Refund.objects.get().status) == (f"{back.public_id} is submitted", "failed")
    later(hours=1)
    assert (saga().waits_for, saga().status) == ("", "done")
    w.check()


def test_nothing_is_posted_while_stripe_says_that_it_arrived(w, pay, give_back, later):
    back = give_back(pay())
    with unit_of_work():
        keep("stripe", came_back(back), at=w.now)
    later(days=2)
    assert (saga().waits_for, stripes().count()) == (f"{back.public_id} is succeeded", 0)


@pytest.mark.parametrize(("kind", "amount"), [("refund_failure", 4_999), ("refund_failure", -5_000), ("refund", 5_000)])
def test_another_sum_waits_for_a_person(w, pay, give_back, fail, later, kind, amount):
    back = give_back(pay())
    fail(back)
    assert hear(w, back) == "returned"
    with unit_of_work():
        keep("stripe", came_back(back, kind=kind, amount=amount), at=w.now)
    later(days=4)
    assert f"{back.public_id} is returned, of " in saga().waits_for
    assert stripes().count() == 0


def test_a_part_that_names_no_refund_is_nobodys(w, pay, stand_in, rail, later):
    """One that was refused at once has no name at Stripe; a part without a name is not it."""
    paid = pay()
    stand_in.state.get("charge", stand_in.all("charge")[0]["id"])["amount_refunded"] = 10_000
    refused = refund_payment(paid, 5_000, actor=w.actor(w.alice), at=w.now)
    w.work()
    back = Refund.objects.get(id=refused.id)
    assert (back.status, back.rail_reference) == ("failed", "")
    with unit_of_work():
        keep("stripe", came_back(back), at=w.now)
    later(days=2)
    assert "nobody knows what it is for" in saga().waits_for
