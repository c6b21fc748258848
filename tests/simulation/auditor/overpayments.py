"""What was paid too much and goes back to whoever paid it: rows E6 to E15, written from there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulation.auditor.bankdays import bank_day_of
from tests.simulation.auditor.books import Leg
from tests.simulation.auditor.errors import demand, same
from tests.simulation.auditor.payments import LIVE, Payment
from tests.simulation.auditor.payouts import AT_THE_BANK, CAME_TO_NOTHING, OVERPAYMENT, Payout, gives_back_what_is_gone
from tests.simulation.auditor.receivable import Item
from tests.simulation.auditor.rent import Lease

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor

RETURN_WINDOW = timedelta(days=60)
FINAL = ("instant", "wire", "card")  # rails of which a bank takes nothing back
KINDS = ("refund.submitted", "refund.completed", "refund.failed", "refund.returned")
NOTHING, TOO_MUCH, NOT_AVAILABLE = "nothing_ahead", "amount_exceeds_overpayment", "balance_insufficient"
FALLS_DUE, IN_FLIGHT, ANNOUNCED = "charge_falls_due", "payment_in_flight", "autopay_announced"
NOT_SETTLED, RETURNED, BY_HAND, GRANTED, ELSEWHERE = (
    "payment_not_settled",
    "payment_returned",
    "credit_given_by_hand",
    "credit_not_paid",
    "credit_paid_elsewhere",
)
MAY_RETURN, NO_ACCOUNT = "return_window_open", "bank_account_missing"
NOT_OURS = {"receipt.recorded": BY_HAND, "party.transferred": ELSEWHERE, "lease.transferred": ELSEWHERE}


@dataclass(frozen=True)
class Part:
    """Of one payment, to one bank account."""

    payment: str
    amount: int
    bank_account: str


def judge(books: "Auditor", lease: Lease, label: str, wished: int | None, now: datetime, *, announced: bool) -> tuple[str, list[Part]]:
    """The code with which it is refused, or what must go back: of the newest credit first. `announced`: autopay has said what it takes."""
    account, today = lease.account(label), lease.today(now)
    if any(not c.posted and c.due_on <= today for c in lease.charges.values()):
        return FALLS_DUE, []
    if any(p.account == account and p.state in LIVE for p in books.payments.values()):
        return IN_FLIGHT, []
    if announced:
        return ANNOUNCED, []
    unused = [item for item in books.receivables[account].credits.values() if item.open]
    found = [(item, *_whose(books, item)) for item in sorted(unused, key=lambda item: -item.order)]
    most = sum(item.open for item, _, kept in found if not kept)
    if not most:
        return next((kept for _, _, kept in found), NOTHING), []
    if wished is not None and wished > most:
        return TOO_MUCH, []
    sums: dict[str, int] = {}
    left = most if wished is None else wished
    for item, payment, kept in found:
        part = min(item.open, left) if payment and not kept else 0
        if payment and part:
            sums[payment.id] = sums.get(payment.id, 0) + part
            left -= part
    return _sent(books, lease, sums, today)


def _whose(books: "Auditor", item: Item) -> tuple[Payment | None, str]:
    """The payment whose money it is, and why it stays."""
    kind, _, subject = item.reference.partition(":")
    sent = books.sent.known.get(subject) if kind in KINDS else None
    refund = books.refunds.known.get(subject) if kind in KINDS else None
    payment = books.payments.get(sent.origin if sent else refund.payment if refund else subject)
    if payment is None or kind not in (*KINDS, "payment.completed"):
        return None, NOT_OURS.get(kind, GRANTED)
    return payment, RETURNED if payment.returned else "" if payment.settled else NOT_SETTLED


def _sent(books: "Auditor", lease: Lease, sums: dict[str, int], today: date) -> tuple[str, list[Part]]:
    available, parts = books.books.available(f"P2120/{lease.payee}"), list[Part]()
    for name, amount in sums.items():
        account, why_not = _account(books, books.payments[name], today)
        if account is None:
            return why_not, []
        if amount > available:
            return NOT_AVAILABLE, []
        available -= amount
        parts.append(Part(name, amount, account))
    return "", parts


def _account(books: "Auditor", p: Payment, today: date) -> tuple[str | None, str]:
    """Where it was paid from; once its bank can take nothing back, another proven one of its payer, the newest."""
    if not p.by_card and _takes(books, p.source):
        return p.source, ""
    completed_on = next(t.on for t in p.told if t.state == "completed")
    assert completed_on is not None
    if p.rail not in FINAL and today <= completed_on + RETURN_WINDOW:
        return None, MAY_RETURN
    others = [] if p.by_card else [name for name, a in books.bank_accounts.items() if a.owner == p.payer and _takes(books, name)]
    return (others[-1], "") if others else (None, NO_ACCOUNT)


def _takes(books: "Auditor", name: str) -> bool:
    return books.bank_accounts[name].state == "verified" and name not in books.trust.bank_accounts()


def made(books: "Auditor", parts: Sequence[Part], payouts: Sequence[str], at: datetime) -> None:
    """E9: one payout for each part, in their order."""
    same("how many payouts give it back", len(parts), len(payouts))
    for part, name in zip(parts, payouts, strict=True):
        books.sent.given_back[name] = part
        p = books.payments[part.payment]
        books.must_post(f"refund.submitted:{name}", "refund.submitted", bank_day_of(at), owed_to_payer(p, part.amount, name))
    books.edges["overpayment: given back"] += 1


def judge_created(books: "Auditor", payout: Payout) -> int:
    part = books.sent.given_back.get(payout.id)
    demand(part, f"{payout.id} gives back, and nobody asked for it")
    assert part is not None
    found = [payout.origin, payout.bank_account, payout.payee, payout.rail, payout.interest, payout.trust_bank, payout.party]
    payee = books.payments[part.payment].payee
    same(f"terms of {payout.id}", [part.payment, part.bank_account, payee, "payout", 0, "", ""], found)
    return part.amount


def owed_to_payer(p: Payment, amount: int, name: str) -> list[Leg]:
    """E9."""
    return [
        (f"P2120/{p.payee}", amount, None),
        (f"P2310/{p.rail}", -amount, name),
        (p.account, amount, None),
        (f"L1100/{p.payee}@{p.payee}", -amount, None),
    ]


def predicted(books: "Auditor", kind: str, name: str, at: datetime) -> tuple[date, list[Leg]] | None:
    """E10, E13, E15."""
    payout = books.sent.known.get(name)
    if payout is None or payout.purpose != OVERPAYMENT:
        return None
    demand(payout.judged and kind in KINDS[1:], f"{kind} of {name}, which gives back what was paid too much")
    p, before = books.payments[payout.origin], "paid" if kind == "refund.returned" else ""
    if kind == "refund.failed" and gives_back_what_is_gone(books, payout):
        before = "created"
    payout.must_be(kind, *AT_THE_BANK, before)
    if kind == "refund.completed":
        return payout.day_told("completed", "returned"), [
            (f"P2310/{p.rail}", payout.amount, payout.id),
            ("P1210/payout", -payout.amount, payout.id),
        ]
    back = [(account, -amount, item) for account, amount, item in owed_to_payer(p, payout.amount, payout.id)]
    if kind == "refund.failed":
        return (bank_day_of(at) if payout.state == "created" else payout.day_told("failed")), back
    demand(f"refund.completed:{payout.id}" in books.posted, f"{payout.id} is returned, and had never arrived")
    again = [leg for leg in back if not leg[0].startswith("P2310")]
    return payout.day_told("returned"), [*again, ("P1210/payout", payout.amount, payout.id)]


def allocate(books: "Auditor", references: Sequence[str]) -> tuple[set[str], dict[str, list[tuple[str, int]]]]:
    """Accounts on which something is paired by what was posted, and what its payment's own credits must pay of it."""
    accounts: set[str] = set()
    claims: dict[str, list[tuple[str, int]]] = {}
    for reference in references:
        kind, _, name = reference.partition(":")
        payout = books.sent.known.get(name)
        if kind not in KINDS or kind == "refund.completed" or payout is None:
            continue
        p = books.payments[payout.origin]
        accounts.add(p.account)
        if kind == "refund.submitted":
            for credit in credits_of(books, p):
                claims.setdefault(credit, []).append((reference, payout.amount))
        else:
            books.edges[f"overpayment: {kind.removeprefix('refund.')}"] += 1
    return accounts, claims


def credits_of(books: "Auditor", p: Payment) -> list[str]:
    """What it brought, and what of it could not be given back."""
    dead = [r for r in books.refunds.of(p.id) if r.state in ("failed", "canceled", "returned")]
    by_refunds = [f"refund.{'returned' if r.state == 'returned' else 'failed'}:{r.id}" for r in dead]
    back = [one for one in books.sent.about(p.id, OVERPAYMENT) if one.state in CAME_TO_NOTHING]
    return [f"payment.completed:{p.id}", *by_refunds, *(f"refund.{one.state}:{one.id}" for one in back)]


def given_back(books: "Auditor", lease: Lease, label: str | None) -> Iterator[tuple[str, date, datetime, int]]:
    """What is owed again for it: (payout, day, when it was made, amount)."""
    accounts = {lease.account(name) for name in ([label] if label else lease.weights)}
    for one in books.sent.known.values():
        if one.purpose == OVERPAYMENT and books.payments[one.origin].account in accounts:
            yield one.id, lease.today(one.created_at), one.created_at, one.amount
