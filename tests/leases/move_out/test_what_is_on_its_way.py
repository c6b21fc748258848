"""What is being paid is not deducted: a move-out waits until it has come, or has come to nothing."""

from datetime import timedelta

import pytest

from directpay.due.models import Due
from directpay.sagas.actions import SAGA_QUEUE, work_on_sagas
from leases.deposits.models import Movement
from leases.move_out.models import DEDUCT, MoveOut
from leases.move_out.queries import saga_of
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from payments.methods.cards.actions import create_card
from payments.payins.actions.cancel import cancel_payment
from tests.leases.move_out.conftest import MovingOut

pytestmark = pytest.mark.django_db
FAILS = "000222222227"  # R01, in a file of the bank's
DOOR = ("A new door", 30_000)
WAITS = "for a payment on its way"


@pytest.fixture
def december(m: MovingOut) -> MovingOut:
    """Its rent has fallen due."""
    m.later(days=29)
    assert m.balance("L1500", lease=m.leased) == 150_000
    return m


def goes_on(m: MovingOut, made: MoveOut, *, steps: int) -> None:
    for _ in range(steps):
        work_on_sagas([saga_of(made).public_id], m.now)


def ends(m: MovingOut, made: MoveOut, *, deducted: int, back: int) -> None:
    """At once after what it waited for, long before anybody looks by himself."""
    m.later(minutes=5)
    assert MoveOut.objects.get(id=made.id).closed_at
    assert sum(row.amount_minor for row in Movement.objects.filter(kind="deduction")) == deducted
    assert m.one("deposit_refund").amount_minor == back
    assert m.balance("L1500", lease=m.leased) == 0
    m.check()


def test_rent_that_is_being_paid_is_not_deducted(december):
    m = december
    flying = m.pay(m.leased)
    made = m.begin()
    m.work()
    assert saga_of(made).waits_for == WAITS
    assert Due.objects.get(queue=SAGA_QUEUE).due_at == m.now + timedelta(days=1)  # what ends the wait says so
    m.until(flying, "completed")
    ends(m, made, deducted=0, back=150_120)


def test_what_never_comes_is(december):
    m = december
    flying = m.pay(m.leased, source=m.account(m.bob, FAILS))
    m.account(m.bob)  # the newest: where the rest goes
    made = m.begin()
    goes_on(m, made, steps=1)
    assert saga_of(made).waits_for == WAITS
    m.until(flying, "failed")
    ends(m, made, deducted=150_000, back=120)


def test_what_is_called_off_is(december):
    m = december
    flying = m.pay(m.leased)
    made = m.begin()
    goes_on(m, made, steps=1)
    assert saga_of(made).waits_for == WAITS
    cancel_payment(flying, actor=m.actor(m.bob), at=m.now)
    ends(m, made, deducted=150_000, back=120)


def test_damages_that_are_paid_as_soon_as_they_are_charged_are_not(m):
    made = m.begin(DOOR)
    goes_on(m, made, steps=2)
    flying = m.pay(m.leased, amount=30_000)
    m.work()
    assert saga_of(made).steps.filter(status="pending").order_by("position").first().name == DEDUCT
    assert saga_of(made).waits_for == WAITS
    m.until(flying, "completed")
    ends(m, made, deducted=0, back=150_120)


def test_what_is_paid_for_another_lease_is_not_waited_for(december):
    m = december
    m.pay(m.lease())
    ends(m, m.begin(), deducted=150_000, back=120)


def test_what_a_card_has_promised_is_waited_for_until_the_promise_ends(december):
    """Seven days, and nobody has to end it."""
    m = december
    card = create_card("pm_card_visa", user=m.bob, actor=m.actor(m.bob), at=m.now)
    promised = pay_rent(m.leased, PayRequest.by(card, rail="card", captures_later=True), actor=m.actor(m.bob), at=m.now)
    m.until(promised, "authorized")
    made = m.begin()
    m.later(days=6)
    assert saga_of(made).waits_for == WAITS
    m.later(days=1)
    assert m.fresh(promised).status == "canceled"
    ends(m, made, deducted=150_000, back=120)


def test_what_was_captured_is_not_deducted(december):
    m = december
    card = create_card("pm_card_visa", user=m.bob, actor=m.actor(m.bob), at=m.now)
    paid = pay_rent(m.leased, PayRequest.by(card, rail="card"), actor=m.actor(m.bob), at=m.now)
    made = m.begin()
    goes_on(m, made, steps=1)
    assert saga_of(made).waits_for == WAITS
    m.until(paid, "completed", "settled")
    ends(m, made, deducted=0, back=150_120)
