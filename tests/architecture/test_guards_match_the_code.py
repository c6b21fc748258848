"""What stands twice, once in Python and once in the database, says the same."""

import pytest
from django.db import connection

from leases.payment_plans.models import PaymentPlan
from ledger.journal.kinds import KINDS, MAY_OVERDRAW
from ledger.journal.models import Kind
from payments.intents.models import PaymentIntent
from payments.methods.models import BankAccount
from payments.payins.models import LIVE, Payment, Status, Transition
from payments.payouts.models import Payout
from payments.refunds.models import Refund
from payments.setup_intents.models import SetupIntent

MACHINES = {
    "payment": (Payment, "initiated"),
    "bank_account": (BankAccount, "new"),
    "payment_intent": (PaymentIntent, "open"),
    "setup_intent": (SetupIntent, "open"),
    "payout": (Payout, "created"),
    "refund": (Refund, "pending"),
    "payment_plan": (PaymentPlan, "proposed"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("machine", MACHINES)
def test_the_databases_edges_are_those_of_the_model(machine):
    model, first = MACHINES[machine]
    declared = {(t.source, t.target) for t in model._meta.get_field("status").get_all_transitions(model)}
    kept = set(Transition.objects.filter(machine=machine).values_list("source", "target"))
    assert kept == {(str(s), str(t)) for s, t in declared} | {("", first)}


@pytest.mark.django_db
def test_every_machine_of_the_database_is_known():
    assert set(Transition.objects.values_list("machine", flat=True)) == set(MACHINES)


@pytest.mark.django_db
def test_the_kinds_that_may_overdraw_are_those_that_the_database_judges_by():
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'ledger_judge_entries'")
        source = cursor.fetchone()[0]
    listed = source.split("may_overdraw CONSTANT text[] := ARRAY[")[1].split("]")[0]
    assert {kind.strip().strip("'") for kind in listed.split(",")} == MAY_OVERDRAW


@pytest.mark.django_db
def test_the_kinds_of_account_are_those_that_the_database_judges_by():
    kept = {(k.number, k.normal, k.fund, k.floor, k.mirror, k.by_item) for k in Kind.objects.all()}
    assert kept == {(k.number, k.normal, k.fund, k.floor, k.mirror, k.by_item) for k in KINDS.values()}


def test_a_payment_in_flight_is_one_that_can_still_clear():
    ended = {Status.COMPLETED, Status.SETTLED, Status.RETURNED, Status.FAILED, Status.CANCELED}
    assert set(LIVE) | ended == set(Status)
    assert not set(LIVE) & ended


def test_every_account_kind_has_a_place_in_the_chart():
    assert all(number[0] in "PL" and len(number) == 5 for number in KINDS)
