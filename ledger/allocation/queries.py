"""Open items: what of each entry is not yet paired, and how it would be."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Max, Sum

from ledger.allocation.models import Allocation
from ledger.allocation.orders import Order
from ledger.journal.models import Entry


@dataclass(frozen=True, slots=True)
class Claim:
    """A payment's frozen wish: so much of the debit posted under `reference`. `reason`: by whose word or which policy, for the record."""

    reference: str
    amount_minor: int
    reason: str = ""


@dataclass(slots=True)
class OpenEntry:
    entry_id: int
    account_id: int
    reference: str
    amount_minor: int  # signed
    effective_on: date
    open_minor: int  # what of its absolute amount is not paired


OPEN = """
SELECT e.id, e.account_id, t.reference, e.amount_minor, e.effective_on, abs(e.amount_minor) - coalesce(u.used, 0)
FROM ledger_entry e
JOIN ledger_transaction t ON t.id = e.transaction_id
LEFT JOIN LATERAL (
    SELECT sum(a.amount_minor)::bigint AS used FROM ledger_allocation a
    WHERE (e.amount_minor < 0 AND a.credit_entry_id = e.id) OR (e.amount_minor > 0 AND a.debit_entry_id = e.id)
) u ON true
WHERE e.account_id = ANY(%s) AND (%s OR abs(e.amount_minor) > coalesce(u.used, 0))
ORDER BY e.account_id, e.seq
"""


def open_entries(account_ids: Sequence[int], *, everything: bool = False) -> dict[int, list[OpenEntry]]:
    """Per account, the entries with something left to pair (or all of them)."""
    found: dict[int, list[OpenEntry]] = defaultdict(list)
    if account_ids:
        with connection.cursor() as cursor:
            cursor.execute(OPEN, [list(account_ids), everything])
            for row in cursor.fetchall():
                found[row[1]].append(OpenEntry(*row))
    return found


def waiting_debits(entries: Sequence[OpenEntry]) -> list[str]:
    """References of what waits for money, where there is any to be had."""
    return [e.reference for e in entries if e.amount_minor > 0] if any(e.amount_minor < 0 for e in entries) else []


@dataclass(frozen=True, slots=True)
class Pairing:
    """So much of a credit pays so much of a debit, and by which rule."""

    credit: OpenEntry
    debit: OpenEntry
    amount_minor: int
    rule: str
    reason: str = ""


def pairings(entries: Sequence[OpenEntry], claims: Mapping[str, Sequence[Claim]], order: Order | None = None) -> list[Pairing]:
    """What is open on one account, paired until one side is empty: the claims of all credits first, the rest in its order, or oldest first.

    Takes what it pairs off the entries' `open_minor`; writes nothing.
    """
    debits = sorted((e for e in entries if e.amount_minor > 0), key=lambda e: (e.effective_on, e.entry_id))
    credits = sorted((e for e in entries if e.amount_minor < 0), key=lambda e: e.entry_id)
    made: list[Pairing] = []

    def pair(credit: OpenEntry, debit: OpenEntry, limit: int, rule: str, reason: str = "") -> None:
        amount = min(limit, credit.open_minor, debit.open_minor)
        if amount <= 0:
            return
        credit.open_minor -= amount
        debit.open_minor -= amount
        made.append(Pairing(credit, debit, amount, rule, reason))

    by_reference = {d.reference: d for d in debits}
    for credit in credits:
        for claim in claims.get(credit.reference, ()):
            if claim.reference in by_reference:
                pair(credit, by_reference[claim.reference], claim.amount_minor, "claim", claim.reason)
    rule, reason = ("policy", order.reason) if order else ("oldest_first", "")
    in_turn = sorted(debits, key=lambda debit: order.turn(debit.reference)) if order else debits
    for credit in credits:
        for debit in in_turn:
            pair(credit, debit, debit.open_minor, rule, reason)
    return made


def paid_on(account_ids: Sequence[int], references: Sequence[str]) -> dict[str, int]:
    """Reference of a debit's transaction → minor units allocated to it on these accounts (0 where posted and unpaid)."""
    wanted = set(references)
    rows = open_entries(account_ids, everything=True)
    paid: dict[str, int] = {}
    for entries in rows.values():
        for entry in entries:
            if entry.amount_minor > 0 and entry.reference in wanted:
                paid[entry.reference] = paid.get(entry.reference, 0) + entry.amount_minor - entry.open_minor
    return paid


def reopened_minor(account_id: int, credits: Sequence[str], at: datetime) -> int:
    """What these credits (references of transactions) had paid on this account, and is open again since something was taken back then."""
    entries = Entry.objects.filter(account_id=account_id, transaction__reference__in=list(credits)).values("id")
    undone = Allocation.objects.filter(account_id=account_id, credit_entry_id__in=entries, at=at, rule="return", amount_minor__lt=0)
    return -(undone.aggregate(total=Sum("amount_minor"))["total"] or 0)


def allocations_of_credit(credit_entry_id: int) -> dict[int, int]:
    """Debit entry → minor units that this credit pays of it, in the order in which it came to pay them."""
    rows = Allocation.objects.filter(credit_entry_id=credit_entry_id).values("debit_entry_id")
    sums = rows.annotate(total=Sum("amount_minor"), last=Max("id")).order_by("last")
    return {row["debit_entry_id"]: row["total"] for row in sums if row["total"]}
