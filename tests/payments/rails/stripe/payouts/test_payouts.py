"""From a card at Stripe to money that a landlord may have: Stripe pays out one sum for many payments, and it comes apart again."""

from datetime import date

import pytest

from directpay.due.actions import schedule
from directpay.due.models import Due
from directpay.events.queries import history_of
from directpay.events.unit import unit_of_work
from payments.payins.models import Payment
from payments.rails.processors.paid_out import PaidLine, PaidOut
from payments.reconciliation.processor_payouts.actions import PROCESSORS_QUEUE, keep
from payments.reconciliation.processor_payouts.models import ProcessorPayout
from tests.leases.portal.reading import signed_in
from tests.payments.rails.stripe.conftest import wish
from tests.payments.rails.stripe.payouts.conftest import ask, saga, stripes
from tests.stripe_stand_in import charging

pytestmark = pytest.mark.django_db
LIST = "GET /v1/balance_transactions"


def test_it_works(w, pay, pay_out, stand_in, later):
    """Two payments of 100.00 and 50.00: Stripe keeps 3.20 and 1.75, and pays 145.05."""
    paid = [pay(10_000), pay(5_000)]
    later(days=2)
    assert {w.fresh(one).status for one in paid} == {"completed"}, "nobody has the money yet"
    made = pay_out()
    assert made["amount"] == 14_505
    assert (saga().status, saga().waits_for) == ("running", "for our bank")
    assert w.balance("P1210/stripe") == 14_505, "the costs are posted, the money is not here yet"
    later(days=1)
    assert (saga().status, {w.fresh(one).status for one in paid}) == ("done", {"settled"})
    assert (w.balance("P1210/stripe"), w.balance("P5100/stripe"), w.balance("P1110/main")) == (0, 495, 14_505)
    assert sum(stripes().values_list("amount_minor", flat=True)) == made["amount"]
    assert [step.name for step in saga().steps.all()] == ["explain", "post_costs", "receive", "settle"]
    w.check()


def test_what_a_payment_was_told_is_the_same_however_often_it_is_asked(w, pay, pay_out, later):
    pay()
    made = pay_out()
    for _ in range(2):
        ask(f"stripe/{made['id']}", w)
        ask("all", w)
    later(days=1)
    assert (ProcessorPayout.objects.count(), saga().status, stripes().count()) == (1, "done", 1)
    w.check()


def test_one_that_nobody_told_of_is_found(w, pay, stand_in, later):
    paid = pay()
    later(days=3)
    assert charging.pay_out(stand_in.state)
    ask("all", w)
    later(days=1)
    assert (saga().status, w.fresh(paid).status) == ("done", "settled")


def test_silence_is_asked_again(w, pay, stand_in, later):
    pay()
    later(days=3)
    made = charging.pay_out(stand_in.state)
    assert made
    stand_in.faults.add("timeout_before", LIST)
    ask(f"stripe/{made['id']}", w)
    assert not ProcessorPayout.objects.exists()
    later(minutes=5)
    assert ProcessorPayout.objects.get().amount_minor == made["amount"]


def test_one_that_is_on_its_way_is_asked_again(w, pay, stand_in, later):
    pay()
    later(days=3)
    made = charging.pay_out(stand_in.state)
    assert made
    made["status"] = "in_transit"
    ask(f"stripe/{made['id']}", w)
    assert not ProcessorPayout.objects.exists()
    made["status"] = "paid"
    later(minutes=5)
    assert ProcessorPayout.objects.exists()


def test_a_payment_whose_event_was_lost_is_asked_about_first(w, pay, pay_out, stand_in, official, later):
    """Captured at Stripe's own desk, and nobody said so."""
    promised = pay(captures_later=True)
    official.v1.payment_intents.capture(promised.rail_reference)
    pay_out()
    later(hours=1)
    assert (w.fresh(promised).status, saga().waits_for) == ("completed", "for our bank")


def test_what_was_not_paid_through_us_waits_for_a_person_and_nothing_is_posted(w, pay, pay_out, official, later):
    pay()
    official.v1.payment_intents.create(wish())
    pay_out()
    assert "nobody knows what it is for" in saga().waits_for
    later(days=2)
    assert (saga().status, stripes().count(), w.balance("P5100/stripe")) == ("running", 0, 0)
    w.check()


def test_without_a_processor_nothing_is_asked(w, settings):
    settings.STRIPE_SECRET_KEY = ""
    ask("all", w)
    assert Due.objects.get(queue=PROCESSORS_QUEUE, key="all").due_at > w.now


def told(paid: Payment, *, amount: int, total: int | None = None, currency: str = "usd") -> PaidOut:
    line = PaidLine("txn_1", "payment", paid.rail_reference, amount, 320)
    return PaidOut("po_1", amount - 320 if total is None else total, currency, date(2026, 11, 3), (line,))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"amount": 10_000, "total": 9_681}, "what is paid out is 1 more than its parts"),
        ({"amount": 10_001}, "is completed, of 10000"),
        ({"amount": 10_000, "currency": "eur"}, "is completed, of 10000"),
    ],
)
def test_figures_that_are_not_ours_wait_for_a_person(w, pay, wrong, said, later):
    paid = pay()
    with unit_of_work():
        keep("stripe", told(paid, **wrong), at=w.now)
    later(days=4)
    assert said in saga().waits_for
    assert (stripes().count(), w.fresh(paid).status) == (0, "completed")


def test_being_woken_again_and_again_posts_nothing_twice(w, pay, later):
    """Each step is one transaction with the row that says that it is done."""
    paid = pay()
    with unit_of_work():
        keep("stripe", told(paid, amount=10_000), at=w.now)
    for _ in range(6):  # woken again and again, at the same moment
        with unit_of_work():
            schedule("sagas.run", [(saga().public_id, w.now)])
        w.work()
    later(days=3)
    assert (saga().status, w.balance("P5100/stripe"), stripes().count()) == ("done", 320, 1)
    assert [e.type for e in history_of(paid.public_id)][-1] == "payment.settled"
    w.check()


def test_staff_see_how_it_adds_up(w, pay, pay_out):
    pay(10_000)
    made = pay_out()
    page = signed_in(w.person("dana", "staff")).get(f"/admin/payments/processorpayout/{ProcessorPayout.objects.get().id}/change/")
    assert "$100.00 in parts, less $3.20 kept. Unexplained: $0.00" in page.content.decode(), made
