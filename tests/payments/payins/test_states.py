"""Every pair of states, tried on the model and against the database."""

from itertools import permutations
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django_fsm import TransitionNotAllowed

from directpay.people.actor import SYSTEM
from payments.methods.actions import add_bank_account
from payments.methods.models import BankAccount
from payments.payins.models import Payment, Status

# DESIGN, States, copied from the page: not from the model.
EDGES = {
    "initiated": "processing requires_action in_review failed canceled",
    "requires_action": "processing failed canceled",
    "in_review": "processing failed canceled",
    "processing": "authorized requires_action completed failed unknown canceled",
    "authorized": "processing canceled",
    "unknown": "processing authorized completed failed",
    "completed": "settled returned",
    "settled": "returned",
    "returned": "",
    "failed": "",
    "canceled": "",
}
BANK_ACCOUNT_EDGES = {"new": "verified verification_failed errored", "verified": "errored", "verification_failed": "", "errored": ""}


def declared(model: Any) -> list[tuple[str, str, str]]:
    """(source, verb, target) of every transition of the model."""
    return [(str(t.source), t.name, str(t.target)) for t in model._meta.get_field("status").get_all_transitions(model)]


def path_to(state: str, first: str, edges: dict[str, str]) -> list[str]:
    """The states to go through from the first, by the shortest way."""
    ways = [[first]]
    while ways:
        way = ways.pop(0)
        if way[-1] == state:
            return way[1:]
        ways += [[*way, after] for after in edges[way[-1]].split()]
    raise AssertionError(f"{state} cannot be reached")


def test_names_every_state_of_the_page():
    assert set(EDGES) == set(Status.values)
    assert set(BANK_ACCOUNT_EDGES) == set(BankAccount.Status.values)


MODELS = pytest.mark.parametrize(("model", "edges"), [(Payment, EDGES), (BankAccount, BANK_ACCOUNT_EDGES)])


@MODELS
def test_the_verbs_reach_the_edges_of_the_page_and_no_others(model, edges):
    reached = {(source, target) for source, _, target in declared(model)}
    assert reached == {(source, target) for source, after in edges.items() for target in after.split()}


@MODELS
def test_the_model_takes_each_verb_from_where_it_may_alone(model, edges):
    allowed = {(source, verb): target for source, verb, target in declared(model)}
    for source in edges:
        for verb in {verb for _, verb in allowed}:
            row = model(status=source)
            if (source, verb) in allowed:
                getattr(row, verb)()
                assert row.status == allowed[source, verb]
            else:
                with pytest.raises(TransitionNotAllowed):
                    getattr(row, verb)()
                assert row.status == source


def test_nobody_writes_the_state_by_hand():
    with pytest.raises(AttributeError):
        Payment().status = "settled"


def tried(table: str, row_id: int, first: str, edges: dict[str, str]) -> set[tuple[str, str]]:
    """The pairs that the database lets a row go, itself to itself left out; everything is taken back."""
    found = set()
    step = f"UPDATE {table} SET status = %s, version = version + 1 WHERE id = %s"
    for source, target in permutations(edges, 2):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for state in [*path_to(source, first, edges), target]:
                    cursor.execute(step, [state, row_id])
                transaction.set_rollback(True)
            found.add((source, target))
        except IntegrityError as refusal:
            if f"may not go from {source} to {target}" not in str(refusal):
                raise
    return found


def test_the_database_takes_a_payment_along_the_edges_of_the_page_alone(accept):
    found = tried("payments_payment", accept().id, "initiated", EDGES)
    assert found == {(source, target) for source, after in EDGES.items() for target in after.split()}


def test_the_database_takes_a_bank_account_along_its_edges_alone(w):
    details = {"account_holder_name": "Bob", "routing_number": "110000000", "account_number": "1234", "account_type": "checking"}
    row = add_bank_account(w.bob, details, actor=SYSTEM, at=w.now)
    found = tried("payments_bankaccount", row.id, "new", BANK_ACCOUNT_EDGES)
    assert found == {(source, target) for source, after in BANK_ACCOUNT_EDGES.items() for target in after.split()}


FROZEN = {
    "amount_minor": "amount_minor + 1, charged_minor = charged_minor + 1, net_minor = net_minor + 1",
    "fee_minor": "fee_minor + 1, net_minor = net_minor - 1",
    "fee_payer": "'payer', charged_minor = charged_minor + fee_minor, net_minor = amount_minor",
    "currency": "'eur'",
    "rail": "'wire'",
    "origin": "'lse_x'",
    "created_at": "created_at + interval '1 day'",
    "tendered_on": "tendered_on + 1",
    "expected_at": "expected_at + interval '1 day'",
    "expected_on": "expected_on + 1",
    "payee_id": "payee_id + 1",
    "bank_account_id": "bank_account_id + 1",
    "tax_minor": "tax_minor + 1, net_minor = net_minor - 1",
    "payer_id": "(SELECT id FROM directpay_user WHERE role = 'landlord')",
    "applies_to_id": "(SELECT min(id) FROM ledger_account)",
}
BROKEN = {
    "version = version + 2": "may not jump",
    "version = version - 1": "may not jump",
    "public_id = 'pay_x'": "identity",
    "status = 'processing'": "without a version",
    **{f"{column} = {value}": "are frozen" for column, value in FROZEN.items()},
}


def test_the_database_refuses_every_other_change(accept, subtests):
    made = accept()
    for change, said in BROKEN.items():
        with (
            subtests.test(change),
            connection.cursor() as cursor,
            pytest.raises(IntegrityError, match=said),
            transaction.atomic(),
        ):
            cursor.execute(f"UPDATE payments_payment SET {change} WHERE id = %s", [made.id])
