"""Every pair of states of a setup intent, on the model and against the database; and what the database refuses besides."""

import pytest
from django.db import IntegrityError, connection, transaction

from payments.setup_intents.models import SetupIntent, State
from payments.setup_intents.queries import STATUSES, status_of, where_status
from tests.at_once import at_once
from tests.payments.payins.test_states import declared, path_to
from tests.payments.setup_intents.conftest import row_of

pytestmark = pytest.mark.django_db
EDGES = {
    "open": "processing requires_action succeeded canceled",
    "processing": "requires_action succeeded open",
    "requires_action": "processing succeeded open canceled",
    "succeeded": "",
    "canceled": "",
}
# https://docs.stripe.com/api/setup_intents/object#setup_intent_object-status
STRIPES = {"requires_payment_method", "requires_confirmation", "requires_action", "processing", "succeeded", "canceled"}


def test_names_every_state():
    assert set(EDGES) == set(State.values)
    assert set(STATUSES) == STRIPES


def test_the_verbs_reach_these_edges_and_no_others():
    reached = {(source, target) for source, _, target in declared(SetupIntent)}
    assert reached == {(source, target) for source, after in EDGES.items() for target in after.split()}


@pytest.fixture
def setup(w, api, of_bob) -> SetupIntent:
    return row_of(api.created(**of_bob, payment_method="pm_card_visa"))


def tried(row: SetupIntent, source: str, target: str) -> bool:
    """Whether the database lets the row go there; everything is taken back."""
    step = "UPDATE payments_setupintent SET status = %s, version = version + 1, canceled_at = %s WHERE id = %s"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for state in [*path_to(source, "open", EDGES), target]:
                cursor.execute(step, [state, row.created_at if state == "canceled" else None, row.id])
            transaction.set_rollback(True)
        return True
    except IntegrityError as refusal:
        if f"may not go from {source} to {target}" not in str(refusal):
            raise
        return False


def test_the_database_takes_it_along_these_edges_alone(setup):
    pairs = {(source, target) for source in EDGES for target in EDGES if source != target}
    assert {pair for pair in pairs if tried(setup, *pair)} == {(s, t) for s, after in EDGES.items() for t in after.split()}


DONE = {
    "customer_id = NULL": "is fixed",
    "card_id = NULL": "is fixed|setup_of_something",
    "usage = 'on_session'": "is fixed",
    "secret = 'x'": "is fixed",
    "status = 'open', version = version + 1": "may not go",
    "version = version + 2": "may not jump",
    "public_id = 'seti_x'": "identity",
}


def test_the_database_refuses_to_exchange_what_is_set_up(w, api, of_bob, subtests):
    row = row_of(api.created(**of_bob, payment_method="pm_card_visa", confirm=True))
    w.work()
    for change, said in DONE.items():
        with (
            subtests.test(change),
            connection.cursor() as cursor,
            pytest.raises(IntegrityError, match=said),
            transaction.atomic(),
        ):
            cursor.execute(f"UPDATE payments_setupintent SET {change} WHERE id = %s", [row.id])


def test_the_database_wants_a_mandate_for_what_is_debited(w, api, of_bob):
    row = row_of(api.created(**of_bob, payment_method=w.account(w.bob).public_id))
    with pytest.raises(IntegrityError, match="setup_debits_by_mandate"), transaction.atomic():
        SetupIntent.objects.filter(id=row.id).update(status="succeeded", version=row.version + 1)


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_a_change_without_its_event(api):
    row = row_of(api.created())
    with pytest.raises(IntegrityError, match="without its event"):
        SetupIntent.objects.filter(id=row.id).update(version=2, description="silently")


def test_finds_each_by_what_it_says(w, api, of_bob):
    api.created()
    api.created(**of_bob, payment_method="pm_card_visa")
    api.created(**of_bob, payment_method="pm_card_visa_chargeDeclined", confirm=True)
    api.created(**of_bob, payment_method="pm_card_authenticationRequired", confirm=True)
    api.created(**of_bob, payment_method="pm_card_visa", confirm=True)
    w.work()
    api.post(f"/{api.created()['id']}/cancel", {})
    api.created(**of_bob, payment_method="pm_card_visa", confirm=True)
    found = {status: {row.id for row in SetupIntent.objects.filter(where_status(status))} for status in STATUSES}
    assert {status for status, rows in found.items() if rows} == STRIPES
    for row in SetupIntent.objects.all():
        assert [status for status, rows in found.items() if row.id in rows] == [status_of(row)]


@pytest.mark.django_db(transaction=True)
def test_confirmed_by_six_at_once_it_is_asked_for_once(w, api, of_bob):
    made = api.created(**of_bob, payment_method="pm_card_visa")
    answers = at_once(*[lambda: api.post(f"/{made['id']}/confirm", {}).status_code] * 6)
    assert sorted(answers) == [200, *[400] * 5]
    w.work()
    kept = api.read(made["id"])
    assert kept["status"] == "succeeded"
    assert row_of(kept).version == 3
