"""What goes back of a payment, by whoever was paid: rows E9, E10, E13, E15, G5 to G8, G11, N3 and N5, written from there.

Of payments from bank accounts; our fee is kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tests.simulation.auditor.bankdays import bank_day_of
from tests.simulation.auditor.books import Leg
from tests.simulation.auditor.errors import demand, same
from tests.simulation.auditor.overpayments import credits_of, owed_to_payer
from tests.simulation.auditor.payments import CLEARED, Payment, Told
from tests.simulation.auditor.payouts import CAME_TO_NOTHING, OVERPAYMENT, Outgoing
from tests.simulation.auditor.rent import Lease

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor

EDGES = {
    "pending": {"submitted", "canceled"},
    "submitted": {"unknown", "succeeded", "failed"},
    "unknown": {"submitted", "succeeded", "failed"},
    "succeeded": {"returned"},
}
DEAD = ("failed", "canceled", "returned")
POSTED_AS = {"succeeded": "refund.completed", "failed": "refund.failed", "canceled": "refund.failed", "returned": "refund.returned"}
WRONG, TOO_MUCH, ALL_GONE, NOT_AVAILABLE = (
    "parameter_invalid",
    "amount_exceeds_refundable",
    "charge_already_refunded",
    "balance_insufficient",
)
NOT_CLEARED, NOT_CAPTURED, RETURNED, DEPOSIT = "payment_not_cleared", "payment_not_captured", "payment_returned", "deposit_not_refundable"


@dataclass
class Refund:
    id: str
    payment: str
    amount: int
    from_pending: bool
    created_at: datetime
    state: str = "pending"
    version: int = 1
    told: list[Told] = field(default_factory=list)
    fresh: list[Told] = field(default_factory=list)
    in_pending: bool = False  # it still lowers what will settle

    def day_told(self, *states: str) -> date:
        found = [t.on for t in self.told if t.state in states and t.on]
        demand(found, f"{self.id} is posted, and the bank never said {states}")
        return found[0]


@dataclass
class Refunds(Outgoing):
    known: dict[str, Refund] = field(default_factory=dict)

    def of(self, payment: str) -> list[Refund]:
        return [r for r in self.known.values() if r.payment == payment]


def is_refund(name: str) -> bool:
    return name.startswith("re_")


# --- what must be answered, and what was done ---


def judge(books: "Auditor", p: Payment, amount: int) -> str:
    if p.account[:5] == "L1510":
        return DEPOSIT
    if p.state not in CLEARED:
        return {"authorized": NOT_CAPTURED, "returned": RETURNED}.get(p.state, NOT_CLEARED)
    left = refundable(books, p)
    if not left:
        return ALL_GONE
    if amount <= 0:
        return WRONG
    if amount > left:
        return TOO_MUCH
    if p.settled:
        return NOT_AVAILABLE if amount > books.books.available(f"P2120/{p.payee}") else ""
    most = min(p.net - out_of_pending(books, p), books.books.available(f"P2110/{p.payee}"))
    return NOT_AVAILABLE if amount > most else ""


def refundable(books: "Auditor", p: Payment) -> int:
    return p.amount - went_back(books, p)


def went_back(books: "Auditor", p: Payment) -> int:
    """What its payer has had of it, or is about to have."""
    too_much = sum(one.amount for one in books.sent.about(p.id, OVERPAYMENT) if one.state not in CAME_TO_NOTHING)
    return too_much + sum(r.amount for r in books.refunds.of(p.id) if r.state not in DEAD)


def out_of_pending(books: "Auditor", p: Payment) -> int:
    """What of it will not settle, for it went back before."""
    return sum(r.amount for r in books.refunds.of(p.id) if r.in_pending)


def settled_for_nothing(books: "Auditor", p: Payment) -> bool:
    """Its settlement was of nothing, which no posting tells."""
    return any(p.id in dict(lines) and not any(net for _, net in lines) for lines in books.lines_of.values())


def made(books: "Auditor", name: str, p: Payment, amount: int, at: datetime) -> None:
    """G5 and E9 out of available, N3 out of pending."""
    pending = not p.settled
    refund = books.refunds.known[name] = Refund(name, p.id, amount, pending, at, in_pending=pending)
    books.must_post(f"refund.submitted:{name}", "refund.submitted", bank_day_of(at), _owed(p, refund, pending=pending))
    books.edges["refund: ∅ → pending"] += 1


def _owed(p: Payment, refund: Refund, *, pending: bool) -> list[Leg]:
    legs = owed_to_payer(p, refund.amount, refund.id)
    return [(f"P2110/{p.payee}" if pending and account[:5] == "P2120" else account, minor, item) for account, minor, item in legs]


# --- what the database says, in its order ---


def take_rows(books: "Auditor") -> None:
    """What the bank said is taken to them."""
    for refund in books.refunds.known.values():
        refund.fresh = books.refunds.told.pop(refund.id, [])
        refund.told += refund.fresh
    demand(not books.refunds.told, f"the bank was asked about orders that nobody made: {sorted(books.refunds.told)}")
    for name, order in books.refunds.handed.items():
        refund = books.refunds.known[name]
        p = books.payments[refund.payment]
        same(f"what the bank was told for {name}", (refund.amount, p.number), (order.amount, order.number))


def moved(books: "Auditor", name: str, version: int, left: str | None, state: str) -> None:
    """One edge, as it is told."""
    refund = books.refunds.known[name]
    if left is None:
        return
    edge = f"{left} → {state}"
    same(f"the state that {name} leaves", (refund.state, refund.version + 1), (left, version))
    demand(state in EDGES.get(left, ()), f"{name}: no edge {edge}")
    fresh, ever = {t.state for t in refund.fresh}, {t.state for t in refund.told}
    reason = {
        "submitted": left == "pending" or "processing" in fresh,
        "unknown": "silence" in fresh,
        "succeeded": bool(ever & {"completed", "returned"}),
        "failed": "failed" in ever,
        "returned": "returned" in ever,
        "canceled": books.payments[refund.payment].returned,
    }[state]
    demand(reason, f"{name}: {edge}, and nothing happened that leads there (told: {[t.state for t in refund.told]})")
    p = books.payments[refund.payment]
    taken_back = books.leaving.states.get(p.id, p.state) == "returned"
    demand(left != "pending" or state != "submitted" or not taken_back, f"{name} leaves, and the bank had taken {p.id} back before")
    posted = POSTED_AS.get(state)
    demand(not posted or f"{posted}:{name}" in books.posted, f"{name} is {state}, and {posted} is not posted")
    refund.state, refund.version = state, version
    books.edges[f"refund: {edge}"] += 1


def check_rows(books: "Auditor", rows: Sequence[Sequence[Any]]) -> None:
    found = {name: found for name, *found in rows}
    wanted = {r.id: [r.state, r.version, r.payment, "payout", r.amount, 0, 0, r.from_pending] for r in books.refunds.known.values()}
    same("refunds", wanted, found)
    for refund in books.refunds.known.values():
        ended = next((t.state for t in refund.fresh if t.state in ("completed", "failed", "returned")), None)
        early = ("succeeded",) if ended == "returned" else ("pending", "submitted", "unknown")
        demand(
            books.crashed or ended is None or refund.state not in early,
            f"the bank said of {refund.id} that it is {ended}, and it is {refund.state}",
        )


# --- what it posts, and pays ---


def predicted(books: "Auditor", kind: str, name: str, at: datetime) -> tuple[date, list[Leg]] | None:
    refund = books.refunds.known.get(name)
    if refund is None:
        return None
    p = books.payments[refund.payment]
    if kind == "refund.completed":
        return refund.day_told("completed", "returned"), [
            (f"P2310/{p.rail}", refund.amount, name),
            ("P1210/payout", -refund.amount, name),
        ]
    if kind == "refund.failed":
        demand("failed" in {t.state for t in refund.told} or p.returned, f"{kind} of {name}, and the bank never said so")
        settled = p.settled or settled_for_nothing(books, p)
        pending = p.completed_at is not None and not settled and not p.returned
        refund.in_pending = refund.in_pending and not pending
        return bank_day_of(at), [(account, -minor, item) for account, minor, item in _owed(p, refund, pending=pending)]
    demand(kind == "refund.returned" and f"refund.completed:{name}" in books.posted, f"{kind} of {name}, which had never arrived")
    back = [(account, -minor, item) for account, minor, item in _owed(p, refund, pending=False)]
    return refund.day_told("returned"), [*(leg for leg in back if leg[0][:5] != "P2310"), ("P1210/payout", refund.amount, name)]


def allocate(books: "Auditor", references: Sequence[str]) -> set[str]:
    """Accounts on which something is paired by what was posted. What goes back is paired at once with what brought it."""
    accounts: set[str] = set()
    for reference in references:
        kind, _, name = reference.partition(":")
        refund = books.refunds.known.get(name)
        if refund is None or kind == "refund.completed":
            continue
        p = books.payments[refund.payment]
        accounts.add(p.account)
        if kind == "refund.submitted":
            books.receivables[p.account].give_back(credits_of(books, p), reference, keep=_gone(books, p))
    return accounts


def _gone(books: "Auditor", p: Payment) -> set[str]:
    """By what it went back, whatever became of that."""
    sent = [*(r.id for r in books.refunds.of(p.id)), *(one.id for one in books.sent.about(p.id, OVERPAYMENT))]
    return {f"refund.submitted:{name}" for name in sent}


# --- what is owed again ---


def owed_again(books: "Auditor", account: str) -> list[tuple[str, date, int]]:
    """Of payments that stand: from the day on which it went back. Of one that the bank took back: what its payer had twice, from then."""
    found = []
    for p in books.payments.values():
        if p.account != account:
            continue
        if p.returned_at is not None:
            found.append((p.id, bank_day_of(p.returned_at), went_back(books, p)))
        else:
            found += [(r.id, bank_day_of(r.created_at), r.amount) for r in books.refunds.of(p.id) if r.state not in DEAD]
    return [one for one in found if one[-1]]


def given_back(books: "Auditor", lease: Lease, label: str | None) -> Iterator[tuple[str, date, datetime, int]]:
    """(refund, day, when it was made, amount): for late fees."""
    accounts = {lease.account(name) for name in ([label] if label else lease.weights)}
    for r in books.refunds.known.values():
        if books.payments[r.payment].account in accounts:
            yield r.id, bank_day_of(r.created_at), r.created_at, r.amount
