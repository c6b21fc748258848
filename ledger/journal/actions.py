"""Opening accounts, posting, holding: steps inside the action that changes the state the money belongs to."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, connection

from directpay.events.unit import require_transaction
from directpay.kernel.errors import Conflict
from directpay.kernel.ids import public_id
from directpay.kernel.request_context import request_id
from ledger.journal.kinds import KINDS
from ledger.journal.models import Account, Book, Hold
from ledger.journal.queries import available

SET_LIMIT = 2_000  # transactions in one posting


class BelowFloor(Conflict):
    """A posting would take an account below what it may hold."""

    code = "balance_insufficient"


class ReferenceReused(Conflict):
    """The reference stands already with other content."""

    code = "reference_reused"


@dataclass(frozen=True, slots=True)
class Leg:
    """One entry to be: a positive amount in minor units on one side of an account. Build it with `debit` or `credit`."""

    account_id: int
    signed_minor: int
    item: str | None = None


def debit(account: Account, amount_minor: int, item: str | None = None) -> Leg:
    return Leg(account.id, _positive(amount_minor), item if account.by_item else None)


def credit(account: Account, amount_minor: int, item: str | None = None) -> Leg:
    return Leg(account.id, -_positive(amount_minor), item if account.by_item else None)


def _positive(amount_minor: int) -> int:
    if type(amount_minor) is not int or amount_minor <= 0:
        raise ValueError("a leg takes a positive whole number of minor units and a side")
    return amount_minor


@dataclass(frozen=True, slots=True)
class Posting:
    """A transaction to be: `reference` is ``<kind>:<object id>[:<part>]``, unique for ever; legs of zero are left out."""

    reference: str
    kind: str
    effective_on: date
    legs: Sequence[Leg]


@dataclass(frozen=True, slots=True)
class Posted:
    reference: str
    transaction_id: int
    new: bool  # False: it stood already, nothing was added


def post_many(postings: Sequence[Posting], *, at: datetime) -> list[Posted]:
    """Step: record all `postings` or none, in one round trip, each account locked once in order of id.

    Idempotent by reference. Raises ReferenceReused, BelowFloor; an unbalanced posting is a bug and rises as IntegrityError.
    """
    require_transaction()
    if not postings:
        return []
    if len(postings) > SET_LIMIT or len({p.reference for p in postings}) != len(postings):
        raise ValueError(f"at most {SET_LIMIT} postings at once, each under a reference of its own")
    items = [_item(posting, at) for posting in postings]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reference, transaction_id, posted FROM ledger_post(%s::jsonb)", [json.dumps(items)])
            return [Posted(*row) for row in cursor.fetchall()]
    except IntegrityError as error:
        raise _as_refusal(error) from error


def _item(posting: Posting, at: datetime) -> dict:
    legs = [[leg.account_id, leg.signed_minor, leg.item] for leg in posting.legs]
    content = json.dumps([posting.kind, posting.effective_on.isoformat(), legs], separators=(",", ":"))
    return {
        "reference": posting.reference,
        "public_id": public_id("txn"),
        "kind": posting.kind,
        "effective_on": posting.effective_on.isoformat(),
        "at": at.isoformat(),
        "hash": hashlib.sha256(content.encode()).hexdigest(),
        "request_id": request_id.get(),
        "entries": legs,
    }


def _as_refusal(error: IntegrityError) -> Exception:
    told = getattr(error.__cause__, "diag", None)
    if told is None or told.message_hint not in ("below_floor", "reference_reused"):
        return error
    if told.message_hint == "below_floor":
        return BelowFloor(told.message_primary or "", account=told.message_detail)
    return ReferenceReused(told.message_primary or "", reference=told.message_detail)


def open_book(kind: str, subject: str, *, at: datetime) -> Book:
    """Step: the book of `subject` (empty for the platform's), opened if it is not there."""
    require_transaction()
    return Book.objects.get_or_create(kind=kind, subject=subject, defaults={"created_at": at})[0]


def open_account(
    book: Book,
    number: str,
    *,
    currency: str,
    at: datetime,
    subject: str = "",
    mirror_subject: str | None = None,
    accepts_payments: bool = False,
    payable_limit: str = "closed",
    pays_into: str = "",
    cost_account: Account | None = None,
) -> Account:
    """Step: the account of this kind, subject and currency, opened at zero if it is not there.

    `mirror_subject` is the payee whose books it ties together; by default the account's own subject.
    """
    require_transaction()
    kind = KINDS[number]
    if kind.book_kind != book.kind:
        raise ValueError(f"{number} does not stand in a book of kind {book.kind}")
    mirror = f"{kind.mirror}:{subject if mirror_subject is None else mirror_subject}" if kind.mirror else ""
    return Account.objects.get_or_create(
        book=book,
        number=number,
        subject=subject,
        currency=currency,
        defaults={
            "public_id": public_id("acct"),
            "normal": kind.normal,
            "fund": kind.fund,
            "floor": kind.floor,
            "mirror": mirror,
            "by_item": kind.by_item,
            "created_at": at,
            "accepts_payments": accepts_payments,
            "payable_limit": payable_limit,
            "pays_into": pays_into,
            "cost_account": cost_account,
        },
    )[0]


def lock_accounts(ids: Sequence[int]) -> dict[int, Account]:
    """Step: the accounts by id, their rows locked in order of id (the last lock in the written order)."""
    require_transaction()
    locked = Account.objects.filter(id__in=list(ids)).order_by("id").select_for_update(no_key=True, of=("self",))
    return {account.id: account for account in locked}


def place_hold(account: Account, leg: Leg, *, reference: str, at: datetime, expires_at: datetime | None = None) -> Hold:
    """Step: promise `leg` beside the balance. One that lowers the account needs the amount available.

    Raises BelowFloor. Idempotent by reference; ReferenceReused with other content.
    """
    account = lock_accounts([account.id])[account.id]
    standing = Hold.objects.filter(reference=reference).first()
    if standing:
        if (standing.account_id, standing.amount_minor) != (account.id, leg.signed_minor):
            raise ReferenceReused(f"hold {reference} stands already with other content", reference=reference)
        return standing
    lowers = account.normal * leg.signed_minor < 0
    if lowers and account.floor != "any" and available(account) < abs(leg.signed_minor):
        raise BelowFloor(f"{account.code} has not that much available", account=account.code)
    return Hold.objects.create(
        public_id=public_id("hold"),
        reference=reference,
        account=account,
        amount_minor=leg.signed_minor,
        expires_at=expires_at,
        created_at=at,
    )


class HoldResolved(Conflict):
    """A hold is resolved once."""

    code = "hold_resolved"


def resolve_hold(hold: Hold, state: str, *, at: datetime, posted_minor: int = 0) -> Hold:
    """Step: end a pending hold as posted (the rest is released), released or expired. Raises HoldResolved."""
    require_transaction()
    row = Hold.objects.select_for_update().get(id=hold.id)
    if row.state != "pending":
        raise HoldResolved(f"this hold is {row.state} already")
    if not 0 <= posted_minor <= abs(row.amount_minor) or (state == "posted") != (posted_minor > 0):
        raise ValueError("a hold is posted up to its amount, or not at all")
    row.state, row.posted_minor, row.resolved_at = state, posted_minor, at
    row.save(update_fields=["state", "posted_minor", "resolved_at"])
    return row
