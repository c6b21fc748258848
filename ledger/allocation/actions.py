"""Pairing credits with debits on one account: the claims first, the rest in turn. Beside the balance, never against it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection

from directpay.kernel.arrays import integers, texts
from ledger.allocation.models import Allocation
from ledger.allocation.orders import orders_of
from ledger.allocation.queries import Claim, OpenEntry, allocations_of_credit, open_entries, pairings, waiting_debits
from ledger.journal.actions import lock_account_rows
from ledger.journal.queries import entries_of

INSERT = """
INSERT INTO ledger_allocation (account_id, credit_entry_id, debit_entry_id, amount_minor, rule, reason, at)
SELECT x.account, x.credit, x.debit, x.amount, x.rule, x.reason, %s::timestamptz
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[]) WITH ORDINALITY
    AS x(account, credit, debit, amount, rule, reason, n) ORDER BY x.n
"""


def allocate(account_ids: Sequence[int], *, at: datetime, claims: Mapping[str, Sequence[Claim]] | None = None) -> None:
    """Step: pair what is open on these accounts until one side of each is empty.

    `claims` maps the reference of a credit's transaction to the debits that it names; they are served first, in order.
    """
    claims = claims or {}
    lock_account_rows(account_ids)
    opened = open_entries(account_ids)
    orders = orders_of({account_id: waiting_debits(entries) for account_id, entries in opened.items()})
    rows = [
        (account_id, pair.credit.entry_id, pair.debit.entry_id, pair.amount_minor, pair.rule, pair.reason)
        for account_id, entries in opened.items()
        for pair in pairings(entries, claims, orders.get(account_id))
    ]
    if rows:
        accounts, credits, debits, amounts, rules, reasons = zip(*rows, strict=True)
        numbers = [integers(column) for column in (accounts, credits, debits, amounts)]
        with connection.cursor() as cursor:
            cursor.execute(INSERT, [at, *numbers, texts(rules), texts(reasons)])


def reopen(taken_back: Sequence[tuple[int, str, str]], *, at: datetime) -> None:
    """Step: what was paid is open again. (account, reference of the credit, reference of the debit that took it back), each posted already.

    A credit that stood unused may pay it.
    """
    accounts = sorted({account for account, _, _ in taken_back})
    references = [reference for _, *both in taken_back for reference in both]
    legs = {(e.transaction.reference, e.account_id): e.id for e in entries_of(references, accounts)}
    for account, credit, debit in taken_back:
        undo_credit(legs[credit, account], legs[debit, account], account, at=at)
    allocate(accounts, at=at)


def undo_credit(credit_entry_id: int, debit_entry_id: int, account_id: int, *, at: datetime) -> None:
    """Step: a return. Takes back the rows of the credit and pairs it with the debit that the return posted."""
    standing = allocations_of_credit(credit_entry_id)
    rows = [
        Allocation(account_id=account_id, credit_entry_id=credit_entry_id, debit_entry_id=debit, amount_minor=-amount, rule="return", at=at)
        for debit, amount in standing.items()
    ]
    credit, debit = open_entry_pair(account_id, credit_entry_id, debit_entry_id)
    rows.append(
        Allocation(
            account_id=account_id,
            credit_entry_id=credit_entry_id,
            debit_entry_id=debit_entry_id,
            amount_minor=min(credit, debit),
            rule="return",
            at=at,
        )
    )
    Allocation.objects.bulk_create(rows)


def take_back(account_id: int, credits: Sequence[str], debit: str, *, keep: Collection[str], at: datetime) -> None:
    """Step: what these credits brought goes away again by `debit`, posted already: first what of them stands unused, then, as far as that
    is less, what they paid is open again, the last first.

    All by the references of their transactions. What was paired with one of the debits `keep` went away earlier.
    """
    lock_account_rows([account_id])
    entries = {entry.reference: entry for entry in open_entries([account_id], everything=True)[account_id]}
    names = {entry.entry_id: entry.reference for entry in entries.values()}
    gone, known = entries[debit], [entries[reference] for reference in credits if reference in entries]
    left = gone.open_minor
    rows = []
    for credit in known:
        unused = min(left, credit.open_minor)
        rows += _paired(credit, gone, unused, at)
        left -= unused
    for credit in known:
        for paid, minor in reversed(allocations_of_credit(credit.entry_id).items()):
            part = 0 if names[paid] in keep else min(left, minor)
            if part:
                undone = _pair(account_id, credit.entry_id, paid, -part, at)
                rows += [undone, *_paired(credit, gone, part, at)]
                left -= part
    Allocation.objects.bulk_create(rows)


def _paired(credit: OpenEntry, debit: OpenEntry, amount_minor: int, at: datetime) -> list[Allocation]:
    return [_pair(credit.account_id, credit.entry_id, debit.entry_id, amount_minor, at)] if amount_minor else []


def _pair(account_id: int, credit_id: int, debit_id: int, amount_minor: int, at: datetime) -> Allocation:
    return Allocation(
        account_id=account_id, credit_entry_id=credit_id, debit_entry_id=debit_id, amount_minor=amount_minor, rule="return", at=at
    )


def open_entry_pair(account_id: int, credit_entry_id: int, debit_entry_id: int) -> tuple[int, int]:
    """Full amounts of the returned credit and of the return's debit."""
    amounts = {e.entry_id: abs(e.amount_minor) for e in open_entries([account_id], everything=True)[account_id]}
    return amounts[credit_entry_id], amounts[debit_entry_id]
