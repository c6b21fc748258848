"""Every pair of states of an intent, on the model and against the database; and what the database refuses besides."""

import pytest
from django.db import IntegrityError, connection, transaction

from payments.intents.models import PaymentIntent, State
from payments.intents.queries import OF_BANK_ACCOUNT, OF_PAYMENT, STATUSES
from payments.methods.models import BankAccount
from payments.payins.models import Payment, Status
from tests.payments.intents.conftest import payment_of, row_of
from tests.payments.payins.test_states import declared, path_to
from tests.world import NO_FUNDS

pytestmark = pytest.mark.django_db
EDGES = {
    "open": "awaiting_action confirmed canceled",
    "awaiting_action": "open confirmed canceled",
    "confirmed": "open awaiting_action canceled",
    "canceled": "",
}
# API.md, payment_intents: copied from the page.
PAGE = {
    "initiated processing in_review unknown": "processing",
    "requires_action": "requires_action",
    "authorized": "requires_capture",
    "completed settled returned": "succeeded",
    "failed": "requires_payment_method",
    "canceled": "canceled",
}


def test_names_every_state():
    assert set(EDGES) == set(State.values)


def test_the_verbs_reach_these_edges_and_no_others():
    reached = {(source, target) for source, _, target in declared(PaymentIntent)}
    assert reached == {(source, target) for source, after in EDGES.items() for target in after.split()}


def test_shows_the_status_of_the_page_for_every_state_of_a_payment():
    assert {own: shown for states, shown in PAGE.items() for own in states.split()} == {
        str(own): shown for own, shown in OF_PAYMENT.items()
    }
    assert set(OF_PAYMENT) == set(Status)
    assert set(OF_BANK_ACCOUNT) == set(BankAccount.Status)
    assert {*OF_PAYMENT.values(), *OF_BANK_ACCOUNT.values()} <= set(STATUSES)


@pytest.fixture
def failed(w, api, lease):
    """Its payment has failed: only then does every edge stand open."""
    poor = w.account(w.bob, NO_FUNDS).public_id
    made = api.created(lease=lease.public_id, payment_method=poor, confirm=True, rail="instant")
    w.until(payment_of(made), "failed")
    return row_of(made)


def tried(row: PaymentIntent, source: str, target: str) -> bool:
    """Whether the database lets the row go there; everything is taken back."""
    step = "UPDATE payments_paymentintent SET status = %s, version = version + 1, canceled_at = %s WHERE id = %s"
    way = [*path_to(source, "confirmed", EDGES), target]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for state in way:
                cursor.execute(step, [state, row.created_at if state == "canceled" else None, row.id])
            transaction.set_rollback(True)
        return True
    except IntegrityError as refusal:
        if f"may not go from {source} to {target}" not in str(refusal):
            raise
        return False


def test_the_database_takes_it_along_these_edges_alone(failed):
    pairs = {(source, target) for source in EDGES for target in EDGES if source != target}
    assert {pair for pair in pairs if tried(failed, *pair)} == {(s, t) for s, after in EDGES.items() for t in after.split()}


ALIVE = {
    "payment_id = NULL": "has not failed|intent_confirmed_has_payment",
    "amount_minor = amount_minor + 1": "has not failed",
    "currency = 'eur'": "has not failed",
    "rail = 'wire'": "has not failed",
    "origin = 'lse_x'": "has not failed",
    "customer_id = NULL": "has not failed",
    "payee_id = NULL": "has not failed",
    "bank_account_id = NULL": "has not failed",
    "status = 'open', version = version + 1": "has not failed",
    "status = 'awaiting_action', version = version + 1": "has not failed",
    "secret = 'x'": "is fixed",
    "created_at = created_at + interval '1 day'": "is fixed",
    "version = version + 2": "may not jump",
    "public_id = 'pi_x'": "identity",
    "status = 'canceled'": "without a version",
}


def test_the_database_refuses_to_exchange_a_payment_that_is_alive(api, rent, subtests):
    row = row_of(api.created(**rent, confirm=True))
    for change, said in ALIVE.items():
        with (
            subtests.test(change),
            connection.cursor() as cursor,
            pytest.raises(IntegrityError, match=said),
            transaction.atomic(),
        ):
            cursor.execute(f"UPDATE payments_paymentintent SET {change} WHERE id = %s", [row.id])


def test_the_database_refuses_a_second_payment_while_the_first_is_alive(w, api, rent, lease):
    row = row_of(api.created(**rent, confirm=True))
    other = w.pay(lease, "instant", amount=1000)
    with pytest.raises(IntegrityError, match="has not failed"), transaction.atomic():
        PaymentIntent.objects.filter(id=row.id).update(payment=other, version=row.version + 1)
    assert Payment.objects.count() == 2


def test_the_database_refuses_a_first_state_that_is_none(api):
    row = row_of(api.created())
    row.pk, row.public_id = None, "pi_other"
    row.__dict__["status"] = "canceled"
    row.canceled_at = row.created_at
    with pytest.raises(IntegrityError, match="may not begin as canceled"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_a_change_without_its_event(api):
    row = row_of(api.created())
    with pytest.raises(IntegrityError, match="without its event"):
        PaymentIntent.objects.filter(id=row.id).update(version=2, description="silently")
