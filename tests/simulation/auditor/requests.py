"""What must be answered to somebody who wants to pay, in the order in which it is judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulation.auditor import policies
from tests.simulation.auditor.payments import GONE, LIVE, house_fee

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor

MOST = 100_000_000
DUPLICATE_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True)
class Request:
    """`account`: paid directly, without anybody knowing of a lease; `behalf`: the renter whose share is paid, if not the payer's own."""

    payer: str
    lease: str
    rail: str
    bank_account: str
    amount: int | None = None
    charges: Sequence[tuple[str, int | None]] = ()
    allow_duplicate: bool = False
    account: str = ""
    behalf: str = ""
    later: bool = False  # by card: promised first


@dataclass(frozen=True)
class Verdict:
    """`code`: the refusal, or nothing; otherwise what is accepted."""

    code: str = ""
    account: str = ""
    amount: int = 0
    fee: int = 0
    fee_payer: str = "payee"
    claims: tuple[tuple[str, int], ...] = ()


@dataclass
class Row:
    reference: str
    charge: str
    open: int
    free: int
    category: str
    owed: bool


class Refused(Exception):
    pass


def judge(books: "Auditor", request: Request, at: datetime) -> Verdict:
    try:
        return _judge(books, request, at)
    except Refused as refusal:
        return Verdict(code=str(refusal))


def _judge(books: "Auditor", request: Request, at: datetime) -> Verdict:
    lease = books.leases[request.lease]
    if request.account:
        account, ahead, claims, amount = request.account, 0, [], request.amount or 0
    else:
        label = lease.party_of.get(request.behalf or request.payer)
        if label is None or request.payer not in lease.party_of:
            raise Refused("parameter_invalid")
        account = lease.account(label)
        ahead = sum(lease.share(charge, label) for charge in lease.ahead(label))
        rows = open_rows(books, request.lease, label)
        if request.charges:
            claims = _named(rows, request)
            amount = sum(part for _, part in claims)
        else:
            amount = _all_due(books, account, ahead) if request.amount is None else request.amount
            claims = _oldest(policies.in_turn(books, lease.id, rows), amount)
    due = books.books.balances[account] - flying(books, account)
    refused = policies.refusal(books, lease.id, rail=request.rail, amount=amount, due=due, ahead=ahead, at=at)
    if refused:
        raise Refused(refused)
    if amount > MOST:
        raise Refused("amount_too_large")
    if request.bank_account not in books.cards and books.bank_accounts[request.bank_account].state != "verified":
        raise Refused("bank_account_not_verified")
    fee, fee_payer = books.fees.get((lease.payee, request.rail), (house_fee(request.rail, amount), "payee"))
    if fee_payer == "payee" and amount <= fee:
        raise Refused("amount_too_small")
    _fits(books, account, amount, ahead, amount)
    if not request.allow_duplicate and _paid_just_now(books, request, account, amount, at):
        raise Refused("duplicate_suspected")
    return Verdict("", account, amount, fee, fee_payer, tuple(claims))


def flying(books: "Auditor", account: str) -> int:
    return sum(p.amount for p in books.payments.values() if p.account == account and p.state in LIVE)


def _fits(books: "Auditor", account: str, amount: int, ahead: int, at_least: int) -> None:
    limit = max(0, books.books.balances[account] + ahead)
    if amount > limit:
        raise Refused("amount_exceeds_payable")
    if at_least > limit - flying(books, account):
        raise Refused("obligation_in_progress")


def _all_due(books: "Auditor", account: str, ahead: int) -> int:
    owed = books.books.balances[account]
    target, ahead = (owed, 0) if owed > 0 else (max(0, owed + ahead), ahead)
    _fits(books, account, target or 1, ahead, 1)
    return target - flying(books, account)


def open_rows(books: "Auditor", lease_id: str, label: str) -> list[Row]:
    lease = books.leases[lease_id]
    account = lease.account(label)
    receivable = books.receivables[account]
    ahead = lease.ahead(label)
    due = [(c.reference, lease.share(c, label), c.due_on) for c in ahead]
    waiting = receivable.would_pay(due, cleared_claims(books, account, {r for r, _, _ in due}))
    rows = []
    for charge in [c for c in lease.of(label) if c.posted] + ahead:
        done = receivable.paid_of(charge.reference) if charge.posted else waiting[charge.reference]
        left = lease.share(charge, label) - done
        free = max(0, left - claimed(books, account, charge.reference))
        if left > 0:
            rows.append(Row(charge.reference, charge.id, left, free, charge.category, charge.posted))
    return rows


def claimed(books: "Auditor", account: str, reference: str) -> int:
    """What payments on their way are for it."""
    live = [p for p in books.payments.values() if p.account == account and p.state in LIVE]
    return sum(part for p in live for name, part in p.claims if name == reference)


def cleared_claims(books: "Auditor", account: str, references: set[str]) -> dict[str, list[tuple[str, int]]]:
    """What payments that have cleared claim of these charges, by their credit."""
    found: dict[str, list[tuple[str, int]]] = {}
    for p in books.payments.values():
        wanted = [claim for claim in p.claims if claim[0] in references]
        if p.account == account and p.completed_at is not None and not p.returned and wanted:
            found[f"payment.completed:{p.id}"] = wanted
    return found


def _oldest(rows: list[Row], amount: int) -> list[tuple[str, int]]:
    claims = []
    for row in rows:
        part = min(amount, row.free)
        if part > 0:
            claims.append((row.reference, part))
            amount -= part
    return claims


def oldest_claims(books: "Auditor", lease_id: str, label: str, amount: int) -> list[tuple[str, int]]:
    """What a payment of this amount is for, where nobody names charges."""
    return _oldest(policies.in_turn(books, lease_id, open_rows(books, lease_id, label)), amount)


def _named(rows: list[Row], request: Request) -> list[tuple[str, int]]:
    by_id = {row.charge: row for row in rows}
    claims: list[tuple[str, int]] = []
    for charge, wanted in request.charges:
        row = by_id.get(charge)
        if row is None:
            raise Refused("amount_exceeds_payable")
        if any(reference == row.reference for reference, _ in claims):
            raise Refused("parameter_invalid")
        part = row.open if wanted is None else wanted
        if part <= 0:
            raise Refused("parameter_invalid")
        if part > row.open:
            raise Refused("amount_exceeds_payable")
        if part > row.free:
            raise Refused("obligation_in_progress")
        claims.append((row.reference, part))
    if request.amount is not None and request.amount != sum(part for _, part in claims):
        raise Refused("parameter_invalid")
    return claims


def _paid_just_now(books: "Auditor", request: Request, account: str, amount: int, at: datetime) -> bool:
    origin = "" if request.account else request.lease
    return any(
        (p.payer, p.account, p.origin, p.amount) == (request.payer, account, origin, amount)
        and p.created_at > at - DUPLICATE_WITHIN
        and p.state not in GONE
        for p in books.payments.values()
    )
