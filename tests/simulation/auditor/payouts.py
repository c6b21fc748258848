"""Money that is sent: its orders, what the bank says of them, what that posts (rows B6 to B12, K5, K11 to K13, K17, K18)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tests.simulation.auditor.bankdays import bank_day_of
from tests.simulation.auditor.books import Hold, Leg
from tests.simulation.auditor.errors import AuditError, demand, same
from tests.simulation.auditor.payments import Script, Told

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor
    from tests.simulation.auditor.deposits import Deposit
    from tests.simulation.auditor.overpayments import Part
    from tests.simulation.auditor.payments import Payment

PAYOUT, FORWARDING, DRAW, REFUND = "payout", "deposit_forwarding", "deposit_draw", "deposit_refund"
OVERPAYMENT = "overpayment_refund"
CAME_TO_NOTHING = ("failed", "returned")
UNDER_WAY, AT_THE_BANK = {"created", "in_transit", "unknown"}, {"in_transit", "unknown"}
EDGES = {
    "created": {"in_transit", "failed"},
    "in_transit": {"unknown", "paid", "failed"},
    "unknown": {"in_transit", "paid", "failed"},
    "paid": {"returned"},
}
NOT_VERIFIED, WRONG, NOT_A_TRUST_BANK, TOO_MUCH = (
    "bank_account_not_verified",
    "parameter_invalid",
    "bank_account_purpose",
    "balance_insufficient",
)


@dataclass
class Payout:
    id: str
    purpose: str
    rail: str
    payee: str
    bank_account: str
    amount: int
    interest: int
    origin: str
    trust_bank: str
    party: str
    created_at: datetime
    state: str = "created"
    version: int = 1
    told: list[Told] = field(default_factory=list)
    fresh: list[Told] = field(default_factory=list)
    before: str = ""  # its state at the last audit
    changed_at: datetime | None = None
    judged: bool = False

    @property
    def terms(self) -> list[Any]:
        return [
            self.purpose,
            self.rail,
            self.payee,
            self.bank_account,
            self.amount,
            self.interest,
            self.origin,
            self.trust_bank,
            self.party,
        ]

    @property
    def promised(self) -> tuple[str, int]:
        """What is held until the bank confirms: (account, signed amount)."""
        if self.purpose == DRAW:
            return f"L1310/{self.trust_bank}@{self.payee}", -self.amount
        return f"P2210/{self.payee}", self.amount

    def must_be(self, kind: str, *states: str) -> None:
        demand(self.state in states, f"{kind} of {self.id}, which is {self.state}")

    def day_told(self, *states: str) -> date:
        found = [t.on for t in self.told if t.state in states and t.on]
        demand(found, f"{self.id} is posted, and the bank never said {states}")
        return found[0]


@dataclass(frozen=True)
class Handed:
    """An order as the bank got it."""

    amount: int
    number: str
    placed_at: datetime
    script: Script
    found_late: bool


@dataclass
class Outgoing:
    """Orders of one kind by which money leaves, as the bank sees them, and what it said of them."""

    handed: dict[str, Handed] = field(default_factory=dict)
    told: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))  # not yet taken to the order
    last_heard_at: dict[str, datetime] = field(default_factory=dict)
    silent_at: dict[str, datetime] = field(default_factory=dict)
    statement_silent_at: dict[str, datetime] = field(default_factory=dict)

    def take(self, name: str, order: Handed) -> None:
        demand(name not in self.handed, f"the bank has {name} twice")
        self.handed[name] = order

    def said(self, name: str, told: Told, at: datetime) -> None:
        self.told[name].append(told)
        self.last_heard_at[name] = at
        if told.state == "silence":
            self.silent_at[name] = at


@dataclass
class Payouts(Outgoing):
    known: dict[str, Payout] = field(default_factory=dict)
    by_hand: set[str] = field(default_factory=set)  # that somebody asked for
    given_back: dict[str, "Part"] = field(default_factory=dict)  # the same of what was paid too much
    starved: set[tuple[str, int]] = field(default_factory=set)  # lines that waited for money in the client bank

    def about(self, origin: str, purpose: str) -> list[Payout]:
        """Oldest first, of those that were made by now."""
        return [p for p in self.known.values() if p.origin == origin and p.purpose == purpose and p.judged]

    def forwarded(self, payment: str) -> str:
        """The trust bank to which a payment has gone or is going, or nothing."""
        return next((p.trust_bank for p in self.about(payment, FORWARDING) if p.state not in CAME_TO_NOTHING), "")


def is_payout(name: str) -> bool:
    return name.startswith("po_")


# --- what must be answered ---


def judge_payout(books: "Auditor", payee: str, owner: str, bank_account: str, amount: int) -> str:
    """Of what is available, to a proven account of the owner that keeps no deposits."""
    account = books.bank_accounts[bank_account]
    if account.state != "verified":
        return NOT_VERIFIED
    if amount <= 0:
        return WRONG
    if bank_account in books.trust.bank_accounts():
        return NOT_A_TRUST_BANK
    if account.owner != owner:
        return WRONG
    return TOO_MUCH if books.books.available(f"P2120/{payee}") < amount else ""


def payout_made(books: "Auditor", name: str, payee: str, amount: int, at: datetime) -> None:
    """B6."""
    books.sent.by_hand.add(name)
    legs: list[Leg] = [(f"P2120/{payee}", amount, None), (f"P2160/{payee}", -amount, name)]
    books.must_post(f"payout.created:{name}", "payout.created", bank_day_of(at), legs)


# --- what the database says, in its order ---


def take_rows(books: "Auditor", rows: Sequence[Sequence[Any]]) -> None:
    """New rows are known by name, and judged when their turn comes; what the bank said is taken to them."""
    for name, _, _, *terms, created_at in rows:
        if name not in books.sent.known:
            books.sent.known[name] = Payout(name, *terms, created_at=datetime.fromisoformat(created_at))
    for payout in books.sent.known.values():
        payout.before = payout.state
        payout.fresh = books.sent.told.pop(payout.id, [])
        payout.told += payout.fresh
    demand(not books.sent.told, f"the bank was asked about orders that nobody made: {sorted(books.sent.told)}")
    for name, order in books.sent.handed.items():
        demand(name in books.sent.known, f"the bank was handed {name}, which nobody asked for")
        payout = books.sent.known[name]
        same(f"the sum that the bank was told for {name}", payout.amount, order.amount)
        same(f"the account that the bank was told for {name}", books.bank_accounts[payout.bank_account].number, order.number)


def created(books: "Auditor", payout: Payout, held: int) -> None:
    """`held`: what it may be, as far as that is limited beside what is available."""
    demand(not payout.judged, f"{payout.id} is made twice")
    payout.judged = True
    books.edges["payout: ∅ → created"] += 1
    books.edges[f"{payout.purpose}: ∅ → created"] += 1
    same(f"the sum of {payout.id} ({payout.purpose})", held, payout.amount)
    if payout.purpose in (PAYOUT, OVERPAYMENT):
        return
    account, amount = payout.promised
    available = books.books.available(account)
    demand(available >= payout.amount, f"{payout.id} takes {payout.amount} of {account}, where {available} is available")
    books.books.holds[f"payout:{payout.id}"] = Hold(account, amount)
    books.edges["hold: ∅ → pending"] += 1


def moved(books: "Auditor", payout: Payout, version: int, left: str, state: str, at: datetime) -> None:
    """One edge, as it is told."""
    edge = f"{left} → {state}"
    same(f"the state that {payout.id} leaves", payout.state, left)
    same(f"version of {payout.id}", payout.version + 1, version)
    demand(state in EDGES.get(left, ()), f"{payout.id}: no edge {edge}")
    fresh, ever = {t.state for t in payout.fresh}, {t.state for t in payout.told}
    reason = {
        "in_transit": left == "created" or "processing" in fresh,
        "unknown": "silence" in fresh,
        "paid": bool(ever & {"completed", "returned"}),
        "failed": "failed" in ever or (left == "created" and gives_back_what_is_gone(books, payout)),
        "returned": "returned" in ever,
    }[state]
    demand(reason, f"{payout.id}: {edge}, and nothing happened that leads there (told: {[t.state for t in payout.told]})")
    taken_back = (
        payout.purpose == OVERPAYMENT and books.leaving.states.get(payout.origin, books.payments[payout.origin].state) == "returned"
    )
    demand(edge != "created → in_transit" or not taken_back, f"{payout.id} leaves, and the bank had taken {payout.origin} back before")
    posted = {"paid": _paid_as(payout), "failed": FAILED.get(payout.purpose), "returned": RETURNED[payout.purpose]}.get(state)
    if posted:
        demand(f"{posted}:{payout.id}" in books.posted, f"{payout.id} is {state}, and {posted} is not posted")
    hold = books.books.holds.get(f"payout:{payout.id}")
    if hold and state in ("paid", "failed"):
        books.hold_resolved(f"payout:{payout.id}", "posted" if state == "paid" else "released", payout.amount if state == "paid" else 0)
    payout.state, payout.version, payout.changed_at = state, version, at
    books.edges[f"payout: {edge}"] += 1
    if state in ("paid", "failed", "returned"):
        books.edges[f"{payout.purpose}: {'at the bank' if left in AT_THE_BANK else left} → {state}"] += 1


def gives_back_what_is_gone(books: "Auditor", payout: Payout) -> bool:
    """The bank has taken back the payment of which it gives back a part."""
    return payout.purpose == OVERPAYMENT and books.payments[payout.origin].returned


def check_rows(books: "Auditor", rows: Sequence[Sequence[Any]]) -> None:
    same("number of payouts", len(books.sent.known), len(rows))
    for name, state, version, *terms, _ in rows:
        payout = books.sent.known[name]
        demand(payout.judged, f"{name} ({payout.purpose}) stands, and nobody told of it")
        same(f"state of {name}", (payout.state, payout.version), (state, version))
        same(f"terms of {name}", payout.terms, terms)
        must = _after(payout.before, payout.fresh)
        demand(
            books.crashed or must in (payout.state, "created") or (must == "returned" and has_gone_on(books, payout)),
            f"the bank's answers about {name} ({payout.before}) were {[t.state for t in payout.fresh]}: must be {must}, is {payout.state}",
        )


def _after(state: str, told: Sequence[Told]) -> str:
    for one in told:
        if state in UNDER_WAY:
            state = {"silence": "unknown", "processing": "in_transit", "completed": "paid"}.get(one.state, one.state)
        elif state == "paid" and one.state == "returned":
            state = "returned"
    return state


# --- what it posts ---


RETURNED = {
    PAYOUT: "payout.returned",
    FORWARDING: "deposit.forwarding_returned",
    DRAW: "deposit.draw_returned",
    REFUND: "deposit.refund_returned",
    OVERPAYMENT: "refund.returned",
}
FAILED = {PAYOUT: "payout.failed", OVERPAYMENT: "refund.failed"}
PAID = {
    PAYOUT: "payout.paid",
    FORWARDING: "deposit.forwarded",
    DRAW: "deposit.drawn",
    REFUND: "deposit.refunded",
    OVERPAYMENT: "refund.completed",
}


def _paid_as(p: Payout) -> str:
    return PAID[p.purpose]


def predicted(books: "Auditor", kind: str, name: str) -> tuple[date, list[Leg]] | None:
    p = books.sent.known.get(name)
    if p is None:
        return None
    demand(p.judged, f"{kind} of {name} before it was made")
    back = kind in RETURNED.values()
    if kind == "payout.failed" and p.purpose == PAYOUT:  # B10
        legs: list[Leg] = [(f"P2160/{p.payee}", p.amount, p.id), (f"P2120/{p.payee}", -p.amount, None)]
        p.must_be(kind, *AT_THE_BANK)
        return p.day_told("failed"), legs
    if kind not in (_paid_as(p), RETURNED[p.purpose]):
        raise AuditError(f"{kind} of {name}, which is a {p.purpose}")
    # Back before anybody had heard that it was there: both in one.
    p.must_be(kind, *(("paid", *AT_THE_BANK) if back else AT_THE_BANK))
    if back:
        demand(f"{_paid_as(p)}:{p.id}" in books.posted, f"{name} is returned, and was never paid")
        demand(p.purpose not in (FORWARDING, DRAW) or _left(books, p) >= p.amount, f"{name} is returned out of what is not there")
        return p.day_told("returned"), _returned(p)
    return p.day_told("completed", "returned"), _paid(p)


def _paid(p: Payout) -> list[Leg]:
    """B7, K5, K11, K12."""
    payee, amount = p.payee, p.amount
    sent: Leg = (f"P1210/{p.rail}", -amount, p.id)
    trust, here = f"L1310/{p.trust_bank}@{payee}", f"L1320/{payee}@{payee}"
    if p.purpose == PAYOUT:
        return [(f"P2160/{payee}", amount, p.id), sent, (f"L1200/{payee}@{payee}", amount, None), (f"L1100/{payee}@{payee}", -amount, None)]
    if p.purpose == FORWARDING:
        return [(f"P2210/{payee}", amount, None), sent, (trust, amount, None), (here, -amount, None)]
    if p.purpose == DRAW:
        return [(f"P1210/{p.rail}", amount, p.id), (f"P2210/{payee}", -amount, None), (here, amount, None), (trust, -amount, None)]
    parts: list[Leg] = [(f"L2200/{p.party}@{payee}", amount - p.interest, None), (f"L2210/{p.party}@{payee}", p.interest, None)]
    return [(f"P2210/{payee}", amount, None), sent, *(leg for leg in parts if leg[1]), (here, -amount, None)]


def _returned(p: Payout) -> list[Leg]:
    """B11, K13, K17, K18."""
    if p.purpose != PAYOUT:
        return [(account, -amount, item) for account, amount, item in _paid(p)]
    payee = p.payee
    return [
        (f"P1210/{p.rail}", p.amount, p.id),
        (f"P2120/{payee}", -p.amount, None),
        (f"L1100/{payee}@{payee}", p.amount, None),
        (f"L1200/{payee}@{payee}", -p.amount, None),
    ]


def _left(books: "Auditor", p: Payout) -> int:
    """Of a deposit, what is still where a forwarding or a draw brought it: in the trust bank, or here and given to nobody."""
    if p.purpose == DRAW:
        others = [o for o in books.sent.about(p.origin, DRAW) if o.state == "paid" and o.id != p.id]
        sent = [o for o in books.sent.about(p.origin, REFUND) if o.state not in CAME_TO_NOTHING]
        given = [o for o in sent if f"{RETURNED[REFUND]}:{o.id}" not in books.posted]  # one may come back in the same moment
        return p.amount + sum(o.amount for o in others) - sum(o.amount for o in given) - books.trust.back_from_here[p.origin]
    paid = books.payments[p.origin]
    d = books.trust.paid_by(paid.account)
    if paid.returned:
        return min(books.trust.kept.get(paid.id, 0), _owners_there(books, d, but=paid))
    here = not_forwarded(books, paid.account, but=paid)
    leaving = sum(o.amount for o in books.sent.about(d.id, DRAW) if o.state in UNDER_WAY)
    return books.books.shown(d.account("L2200")) + books.books.shown(d.account("L2210")) - here - drawn(books, d) - leaving


def has_gone_on(books: "Auditor", p: Payout) -> bool:
    """Something of it was deducted, drawn or given back, or may have been: what the bank says of it then is for a person to see to."""
    if p.purpose == DRAW:
        return bool(books.sent.about(p.origin, REFUND)) or p.origin in books.trust.back_from_here
    if p.purpose != FORWARDING:
        return False
    paid = books.payments[p.origin]
    return paid.returned or books.leaving.of(books.trust.paid_by(paid.account).lease) is not None


# --- where the money of deposits is ---


def drawn(books: "Auditor", d: "Deposit") -> int:
    """Of a deposit: drawn, and neither given back nor gone to the bank that took its payment back. All else here is other renters'."""
    paid, refunded = (sum(p.amount for p in books.sent.about(d.id, kind) if p.state == "paid") for kind in (DRAW, REFUND))
    return paid - refunded - books.trust.back_from_here[d.id]


def earned(books: "Auditor", deposit: "Deposit") -> int:
    """What the owner may take out of the trust bank."""
    return max(0, _owners_there(books, deposit))


def _owners_there(books: "Auditor", deposit: "Deposit", but: "Payment | None" = None) -> int:
    """What is the owner's of the trust bank, and there: not what came back on a way that has not ended yet (but for one of them), nor
    what was deducted of money that the trust bank has sent back."""
    mine = [p for name in books.trust.kept if books.trust.paid_by((p := books.payments[name]).account).bank == deposit.bank]
    away = sum(books.trust.kept[p.id] for p in mine if p is not but and not _has_arrived(books, p))
    for d in books.trust.asked.values():
        if d.bank == deposit.bank:
            away += max(0, not_forwarded(books, d.account("L1510")) - books.books.shown(d.account("L2200")))
    return books.books.shown(deposit.account("L2230")) - away


def not_forwarded(books: "Auditor", account: str, but: "Payment | None" = None) -> int:
    """What has cleared of a deposit's payments, but for one of them, and has not reached the trust bank."""
    mine = [p for p in books.payments.values() if p.account == account and p.completed_at and not p.returned and p is not but]
    return sum(p.amount for p in mine if not _has_arrived(books, p))


def _has_arrived(books: "Auditor", payment: "Payment") -> bool:
    return any(one.state == "paid" for one in books.sent.about(payment.id, FORWARDING))
