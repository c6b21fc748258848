"""Recording transactions: sets of them, in one round trip."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import connection

from directpay.events.unit import require_transaction
from directpay.kernel.arrays import integers, moments, texts
from directpay.kernel.ids import public_id
from directpay.kernel.request_context import request_id
from ledger.journal.actions.legs import LARGEST_MINOR, Posting
from ledger.journal.actions.refusals import PostingRefused, refusal

SET_LIMIT = 2_000  # transactions in one posting
POST = (
    "SELECT n, transaction_id, posted, code, about, message FROM ledger_post(%s::timestamptz, %s, %s, %s::text[], %s::text[], %s::text[],"
    " %s::date[], %s::bigint[], %s::integer[], %s::integer[], %s::bigint[], %s::bigint[], %s::text[])"
)


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of one posting: `new`, standing already (not `new`), or refused."""

    reference: str
    transaction_id: int | None
    new: bool
    refused: PostingRefused | None = None


def post_many(postings: Sequence[Posting], *, at: datetime, refuse: Literal["set", "each"] = "set") -> list[Posted]:
    """Step: record `postings` in one round trip, in their order, each account locked once in order of id.

    Each is all or nothing. A bad one refuses the set and raises PostingRefused; or, with ``refuse="each"``, itself alone: its
    result carries the error. What is refused leaves no trace, and the caller's transaction goes on. Idempotent by reference.
    """
    require_transaction()
    if not postings:
        return []
    if len(postings) > SET_LIMIT or len({p.reference for p in postings}) != len(postings):
        raise ValueError(f"at most {SET_LIMIT} postings at once, each under a reference of its own")
    with connection.cursor() as cursor:
        cursor.execute(POST, [at, request_id.get(), refuse == "each", *_arrays(postings)])
        rows = sorted(cursor.fetchall())
    results = [
        Posted(postings[n - 1].reference, transaction_id, new, refusal(code, message, about) if code else None)
        for n, transaction_id, new, code, about, message in rows
    ]
    if refuse == "set" and results[0].refused:
        raise results[0].refused
    return results


def _arrays(postings: Sequence[Posting]) -> list[str]:
    """One array for each column of the transactions, then of the legs."""
    owners: list[int] = []
    numbers: list[int] = []
    accounts: list[int] = []
    amounts: list[int] = []
    items: list[str | None] = []
    for n, posting in enumerate(postings, 1):
        for number, leg in enumerate(posting.legs, 1):
            owners.append(n)
            numbers.append(number)
            accounts.append(leg.account_id)
            amounts.append(leg.signed_minor)
            items.append(leg.item)
    if amounts and not -LARGEST_MINOR <= min(amounts) <= max(amounts) <= LARGEST_MINOR:
        raise PostingRefused("an amount beyond 64 bits", code="amount_too_large")
    return [
        texts(p.reference for p in postings),
        texts(public_id("txn") for _ in postings),
        texts(p.kind for p in postings),
        moments(p.effective_on for p in postings),
        integers(p.reverses_id for p in postings),
        integers(owners),
        integers(numbers),
        integers(accounts),
        integers(amounts),
        texts(items),
    ]
