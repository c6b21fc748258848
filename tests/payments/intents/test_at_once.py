"""Double clicks and second tabs: real connections, real locks."""

from typing import Any

import pytest

from directpay.kernel.errors import Conflict
from directpay.people.actor import SYSTEM
from payments.intents.actions.cancel import cancel_intent
from payments.intents.actions.change import IntentUnexpectedState
from payments.intents.actions.confirm import confirm_intent
from payments.intents.actions.update import update_intent
from payments.intents.models import PaymentIntent
from payments.payins.actions.pay import pay
from payments.payins.actions.submit import submit_payments
from payments.payins.models import LIVE, Payment
from tests.at_once import at_once
from tests.payments.intents.conftest import payment_of, row_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def confirm(w, lease):
    account = lease.parties.get().account

    def go(intent: PaymentIntent) -> Any:
        def attempt(row: PaymentIntent, source: Any) -> Payment:
            return pay(
                account.public_id,
                source,
                amount_minor=row.amount_minor,
                currency=row.currency,
                rail=row.rail,
                allow_duplicate=True,
                metadata={},
                actor=w.actor(w.bob),
                at=w.now,
            )

        return confirm_intent(intent, {}, purpose=None, bank_account=None, attempt=attempt, actor=w.actor(w.bob), at=w.now)

    return go


@pytest.fixture
def intent(api, lease, source) -> PaymentIntent:
    """Small enough that the debt would bear it many times: only the intent itself forbids the second payment."""
    account = lease.parties.get().account.public_id
    return row_of(api.created(applies_to=account, payment_method=source.public_id, amount=1000))


def test_confirmed_by_six_it_is_paid_once(w, intent, confirm):
    answers = at_once(*[lambda: confirm(intent)] * 6)
    assert sorted(type(a).__name__ for a in answers) == ["IntentUnexpectedState"] * 5 + ["PaymentIntent"]
    assert Payment.objects.filter(status__in=LIVE).count() == 1
    w.check()


def test_requests_with_keys_of_their_own_pay_once(api, intent):
    path = f"/{intent.public_id}/confirm"
    answers = at_once(*(lambda n=n: api.post(path, {}, key=f"tab-{n}") for n in range(4)))
    assert sorted(a.status_code for a in answers) == [200, 400, 400, 400]
    assert Payment.objects.count() == 1


def test_requests_with_one_key_pay_once_and_never_differ(api, intent):
    path = f"/{intent.public_id}/confirm"
    answers = at_once(*[lambda: api.post(path, {}, key="click")] * 4)
    bodies = {a.content for a in answers if a.status_code == 200}
    assert len(bodies) == 1
    assert {a.status_code for a in answers} <= {200, 409}
    assert Payment.objects.count() == 1


def test_it_is_confirmed_or_canceled_and_then_no_money_is_left_moving(w, intent, confirm):
    confirmed, canceled = at_once(
        lambda: confirm(intent),
        lambda: cancel_intent(intent, actor=w.actor(w.bob), at=w.now),
    )
    assert isinstance(canceled, PaymentIntent)
    assert isinstance(confirmed, (PaymentIntent, IntentUnexpectedState))
    assert Payment.objects.filter(status__in=LIVE).count() == 0


def test_it_is_canceled_or_it_leaves_for_the_bank(w, api, intent, confirm):
    payment = confirm(intent).payment
    canceled, moved = at_once(
        lambda: cancel_intent(intent, actor=w.actor(w.bob), at=w.now),
        lambda: submit_payments([payment.public_id], at=w.now),
    )
    shown = api.read(intent.public_id)
    if isinstance(canceled, (IntentUnexpectedState, Conflict)):
        assert (shown["status"], moved) == ("processing", {payment.public_id})
    else:
        assert (shown["status"], payment_of(shown).status, moved) == ("canceled", "canceled", set())


def test_two_that_write_metadata_lose_nothing(w, api, intent):
    changes = [{"metadata": {f"n{n}": "x"}} for n in range(4)]
    at_once(*(lambda c=c: update_intent(intent, c, purpose=None, bank_account=None, actor=SYSTEM, at=w.now) for c in changes))
    assert set(row_of({"id": intent.public_id}).metadata) == {"n0", "n1", "n2", "n3"}
