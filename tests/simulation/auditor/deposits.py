"""Deposits in trust, reckoned from BOOKS.md K1 to K16: asked, paid, forwarded, earning, deducted from, taken out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tests.simulation.auditor import payouts, periods, taken_back
from tests.simulation.auditor.books import Leg
from tests.simulation.auditor.errors import demand, same
from tests.simulation.auditor.payments import GONE, HOUSE_FEES, Payment
from tests.simulation.auditor.postings import Expected, legs_of_return_fee
from tests.simulation.auditor.rent import Charge, Lease, split
from tests.simulation.auditor.requests import DUPLICATE_WITHIN, MOST, Request, Verdict, flying

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor

WRONG, NOT_VERIFIED, NAMED, NOT_ASKED, NO_TRUST_BANK, TOO_MUCH, NOTHING_HELD = (
    "parameter_invalid",
    "bank_account_not_verified",
    "trust_account_named",
    "deposit_not_asked",
    "trust_account_missing",
    "amount_exceeds_deposit",
    "deposit_not_held",
)
POSTED_AS = {
    "cheque": "receipt.recorded",
    "interest": "deposit.interest",
    "deduction": "deposit.deducted",
    "withdrawal": "trust.withdrawn",
}


@dataclass
class Bank:
    id: str
    payee: str
    bank_account: str
    state: str


@dataclass
class Deposit:
    """What one party was asked to leave, and the accounts on which it stands."""

    id: str
    lease: Lease
    label: str
    bank: str
    amount: int
    due_on: date

    @property
    def party(self) -> str:
        return f"{self.lease.id}:{self.label}"

    def account(self, number: str) -> str:
        """L1510, L2200 and L2210 are the party's, L1310, L1330 and L2230 the trust bank's, L1320 and L2250 the payee's."""
        payee = self.lease.payee
        subject = {"L1510": self.party, "L2200": self.party, "L2210": self.party, "L1320": payee, "L2250": payee, "L1200": payee}
        return f"{number}/{subject.get(number, self.bank)}@{payee}"


@dataclass
class Movement:
    """`owners`: of interest, what is not the renter's. `charge`: what a deduction is for."""

    deposit: Deposit
    kind: str
    amount: int
    on: date
    owners: int = 0
    charge: str | None = None

    def row(self) -> list[Any]:
        return [self.deposit.id, self.kind, self.amount, self.owners, self.charge, self.on.isoformat()]


@dataclass
class Trust:
    banks: dict[str, Bank] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)  # bank accounts in which deposits were kept before: they take nothing else
    wanted: dict[str, int] = field(default_factory=dict)  # lease → what its terms ask for
    states: dict[str, str] = field(default_factory=dict)  # home → the state in which it stands
    asked: dict[str, Deposit] = field(default_factory=dict)
    movements: dict[str, Movement] = field(default_factory=dict)
    by_itself: set[str] = field(default_factory=set)  # movements of this step that nobody asked for: a move-out must have made them
    kept: dict[str, int] = field(default_factory=dict)  # came back when they were forwarded or on the way: still sent there, the owner's
    reclaimed: dict[str, Charge] = field(default_factory=dict)  # payment → what it made a debt when it came back
    back_from_here: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # deposit → of what was drawn, what went to the bank
    excused: set[str] = field(default_factory=set)  # leases that had ended before anybody asked for their deposit

    def bank_accounts(self) -> set[str]:
        """In which deposits are or were kept: nothing else is paid from them, or to them."""
        return self.left | {bank.bank_account for bank in self.banks.values()}

    def bank_of(self, lease: Lease) -> Bank | None:
        wanted = (lease.payee, self.states.get(lease.home, ""))
        return next((bank for bank in self.banks.values() if (bank.payee, bank.state) == wanted), None)

    def of(self, lease: Lease, label: str = "") -> list[Deposit]:
        return [d for d in self.asked.values() if d.lease is lease and label in ("", d.label)]

    def paid_by(self, account: str) -> Deposit:
        """The deposit of a payment's account (L1510)."""
        return next(d for d in self.asked.values() if d.account("L1510") == account)


def into_trust(p: Payment) -> bool:
    return p.account.startswith("L1510")


def held(books: "Auditor", deposit: Deposit) -> int:
    return books.books.shown(deposit.account("L2200"))


def interest(books: "Auditor", deposit: Deposit) -> int:
    return books.books.shown(deposit.account("L2210"))


# --- what must be answered ---


def judge_payment(books: "Auditor", request: Request, at: datetime) -> Verdict:
    """Whoever stands on the lease pays its party's deposit, all that is open without an amount."""
    lease = books.leases[request.lease]
    label = lease.party_of.get(request.payer)
    if label is None:
        return Verdict(WRONG)
    wanted = books.trust.wanted.get(lease.id, 0)
    if not wanted:
        return Verdict(NOT_ASKED)
    asked = books.trust.of(lease)
    if asked:
        account, left = asked[0].account("L1510").replace(asked[0].party, f"{lease.id}:{label}"), None
        left = books.books.balances[account]
    else:
        if books.trust.bank_of(lease) is None or _ended(lease, at):
            return Verdict(NO_TRUST_BANK)
        account, left = f"L1510/{lease.id}:{label}@{lease.payee}", split(wanted, lease.weights)[label]
    if not left:
        return Verdict("amount_exceeds_payable")
    free = left - flying(books, account)
    amount = request.amount or (free if free > 0 else left)
    fee, fee_payer = books.fees.get((lease.payee, request.rail), (HOUSE_FEES[request.rail], "payee"))
    code = _refused(books, request, amount, fee if fee_payer == "payee" else -1, left, free)
    if not code and not request.allow_duplicate and _just_now(books, request, account, amount, at):
        code = "duplicate_suspected"
    return Verdict(code) if code else Verdict("", account, amount, fee, fee_payer)


def _refused(books: "Auditor", request: Request, amount: int, fee: int, left: int, free: int) -> str:
    if amount > MOST:
        return "amount_too_large"
    if books.bank_accounts[request.bank_account].state != "verified":
        return NOT_VERIFIED
    if amount <= fee:
        return "amount_too_small"
    if amount > left:
        return "amount_exceeds_payable"
    return "obligation_in_progress" if amount > free else ""


def _just_now(books: "Auditor", request: Request, account: str, amount: int, at: datetime) -> bool:
    return any(
        (p.payer, p.account, p.amount) == (request.payer, account, amount) and p.created_at > at - DUPLICATE_WITHIN and p.state not in GONE
        for p in books.payments.values()
    )


def judge_cheque(books: "Auditor", deposit: Deposit, amount: int, on: date, at: datetime) -> str:
    if refused := _judge_day(books, deposit, on, at):
        return refused
    account = deposit.account("L1510")
    return TOO_MUCH if amount > books.books.balances[account] - flying(books, account) else ""


def judge_interest(books: "Auditor", deposit: Deposit, renters: int, owners: int, on: date, at: datetime) -> str:
    if renters + owners <= 0:
        return WRONG
    if refused := _judge_day(books, deposit, on, at):
        return refused
    return "" if held(books, deposit) else NOTHING_HELD


def judge_withdrawal(books: "Auditor", deposit: Deposit, amount: int) -> str:
    """What is earned may not be there yet: a deposit that came back while it was on its way to the trust bank."""
    return "" if 0 < amount <= payouts.earned(books, deposit) else TOO_MUCH


def _judge_day(books: "Auditor", deposit: Deposit, on: date, at: datetime) -> str:
    """Of what is recorded by hand."""
    return WRONG if on > deposit.lease.today(at) else periods.judge_day(books, deposit.lease.payee, on)


def _ended(lease: Lease, at: datetime) -> bool:
    return lease.end_on is not None and lease.end_on < lease.today(at)


# --- what was done ---


def moved(books: "Auditor", name: str, one: Movement) -> None:
    books.trust.movements[name] = one
    books.edges[f"deposit: {one.kind}"] += 1
    books.must_post(f"{POSTED_AS[one.kind]}:{name}", POSTED_AS[one.kind], one.on, _legs_of_movement(one))


def _legs_of_movement(one: Movement) -> list[Leg]:
    """K16, K7, K9, K10."""
    d, amount = one.deposit, one.amount
    if one.kind == "cheque":
        sides = {"L1310": amount, "L2200": -amount, "L2250": amount, "L1510": -amount}
    elif one.kind == "interest":
        sides = {"L1310": amount + one.owners, "L2210": -amount, "L2230": -one.owners, "L1330": one.owners}
    elif one.kind == "deduction":
        sides = {"L2200": amount, "L2230": -amount, "L1330": amount}
    else:
        sides = {"L1200": amount, "L1330": -amount, "L2230": amount, "L1310": -amount}
    legs: list[Leg] = [(d.account(number), minor, None) for number, minor in sides.items() if minor]
    if one.kind == "deduction":
        legs.append((d.lease.account(d.label), -amount, None))
    if one.kind == "interest" and one.owners:
        legs.append((f"L4800/{d.lease.home}@{d.lease.payee}", -one.owners, None))
    return legs


# --- what the database says ---


def take_rows(books: "Auditor", seen: dict[str, Any], now: datetime) -> None:
    """New deposits and movements are known by name before what they post is judged."""
    same("trust banks", {b.id: (b.payee, b.bank_account, b.state) for b in books.trust.banks.values()}, _named(seen["banks"]))
    for name, lease_id, label, bank, amount, due_on in seen["deposits"]:
        if name not in books.trust.asked:
            _asked(books, Deposit(name, books.leases[lease_id], label, bank, amount, date.fromisoformat(due_on)))
    for name, deposit, *found in seen["movements"]:
        if name in books.trust.movements:
            same(f"{name}", books.trust.movements[name].row(), [deposit, *found])
            continue
        books.trust.movements[name] = _unknown(books, deposit, found)
        books.trust.by_itself.add(name)
    same("number of movements", len(books.trust.movements), len(seen["movements"]))
    for name in books.trust.wanted:
        if not books.trust.of(books.leases[name]) and _ended(books.leases[name], now):
            books.trust.excused.add(name)


def _unknown(books: "Auditor", deposit: str, found: Sequence[Any]) -> Movement:
    """Of a move-out: whether it had to be is judged when it is posted."""
    kind, amount, owners, charge, on = found
    demand(kind in ("deduction", "withdrawal"), f"a {kind} of {amount} on {deposit}, and nobody asked for it")
    return Movement(books.trust.asked[deposit], kind, amount, date.fromisoformat(on), owners, charge)


def _named(rows: Sequence[Sequence[str]]) -> dict[str, tuple[str, str, str]]:
    return {name: (payee, account, state) for name, payee, account, state in rows}


def _asked(books: "Auditor", one: Deposit) -> None:
    """K1: each party its share, by the shares of the beginning, where there is a trust bank in the state."""
    wanted, bank = books.trust.wanted.get(one.lease.id, 0), books.trust.bank_of(one.lease)
    demand(wanted and bank and bank.id == one.bank, f"{one.id} is asked for on {one.lease.id}, where nothing is to be asked")
    demand(not books.trust.of(one.lease, one.label), f"the deposit of {one.party} is asked twice")
    same(f"{one.id} of {one.party}", [split(wanted, one.lease.weights)[one.label], one.lease.start_on], [one.amount, one.due_on])
    books.trust.asked[one.id] = one
    books.edges["deposit: asked"] += 1


def predicted(books: "Auditor", kind: str, subject: str, at: datetime) -> Expected | None:
    """What a posting about deposits, or about money that is sent, must say; None for all others."""
    if kind == "charge.due" and subject in books.trust.asked:
        d = books.trust.asked[subject]
        demand(not _ended(d.lease, at), f"{subject} is asked after the end of its lease")
        return min(d.lease.start_on, d.lease.today(at)), [(d.account("L1510"), d.amount, None), (d.account("L2250"), -d.amount, None)]
    if subject in books.trust.movements and kind == POSTED_AS[books.trust.movements[subject].kind]:
        one = books.trust.movements[subject]
        return one.on, _legs_of_movement(one)
    if payouts.is_payout(subject):
        return payouts.predicted(books, kind, subject)
    p = books.payments.get(subject)
    return None if p is None or not into_trust(p) else _of_payment(books, p, kind)


def _of_payment(books: "Auditor", p: Payment, kind: str) -> Expected:
    """K2, K3, K14, K15, F3: on the bank's day."""
    completed = kind in ("payment.completed", "payment.fee")
    days = [t.on for t in p.told if t.state == ("completed" if completed else "returned") and t.on]
    demand(days, f"{kind} of {p.id}, and the bank never said so")
    if kind == "payment.completed":
        demand(p.completed_at is None, f"{p.id} is completed twice")
        return days[0], _received(books, p)
    demand(p.completed_at, f"{kind} of {p.id}, which never completed")
    if kind == "payment.fee":
        demand(p.fee and p.fee_payer == "payee", f"{p.id} costs a fee that it does not")
        legs: list[Leg] = [(f"P2120/{p.payee}", p.fee, None), (f"L1100/{p.payee}@{p.payee}", -p.fee, None)]
        return days[0], [*legs, (f"P4110/{p.rail}", -p.fee, None), (f"L6100/{p.home}@{p.payee}", p.fee, None)]
    if kind == "return.fee":
        return days[0], legs_of_return_fee(p)
    demand(kind == "payment.returned" and not p.returned, f"{kind} of {p.id}")
    return days[0], taken_back.given_back(books, p, days[0])


def _received(books: "Auditor", p: Payment) -> list[Leg]:
    d = books.trust.paid_by(p.account)
    legs: list[Leg] = [(f"P1210/{p.rail}", p.charged, p.id), (f"P2210/{p.payee}", -p.amount, None)]
    if p.charged != p.amount:
        legs.append((f"P4110/{p.rail}", p.amount - p.charged, None))
    sides = {"L1320": 1, "L2200": -1, "L2250": 1, "L1510": -1}
    return legs + [(d.account(number), side * p.amount, None) for number, side in sides.items()]


def allocate(books: "Auditor", references: Sequence[str]) -> tuple[list[str], set[str]]:
    """What was posted of deposits is paired, each on its own account; the rest is given back, and the accounts on which a debt came that
    is paired with it."""
    others: list[str] = []
    owing: set[str] = set()
    deducted: dict[str, dict[str, list[tuple[str, int]]]] = {}  # account → what each deduction is for: each is served what it names
    for reference in references:
        kind, _, subject = reference.partition(":")
        p, one = books.payments.get(subject), books.trust.movements.get(subject)
        if subject in books.trust.asked:
            _pair(books, books.trust.asked[subject].account("L1510"), reference, "")
        elif one is not None:
            if one.kind == "cheque":
                _pair(books, one.deposit.account("L1510"), reference, f"charge.due:{one.deposit.id}")
            if one.kind == "deduction":
                claim = [(one.deposit.lease.charges[one.charge].reference, one.amount)] if one.charge else []
                deducted.setdefault(one.deposit.lease.account(one.deposit.label), {})[reference] = claim
        elif p is not None and into_trust(p):
            if kind == "payment.completed":
                _pair(books, p.account, reference, f"charge.due:{books.trust.paid_by(p.account).id}")
            if kind == "payment.returned":
                if reference in books.receivables[p.account].debits:
                    books.receivables[p.account].take_back(f"payment.completed:{subject}", reference)
                    books.receivables[p.account].pair({})
                if subject in books.trust.reclaimed:
                    d = books.trust.paid_by(p.account)
                    owing.add(d.lease.account(d.label))
        else:
            others.append(reference)
    for account, claims in deducted.items():
        books.receivables[account].pair(claims)
    return others, owing


def _pair(books: "Auditor", account: str, credit: str, debit: str) -> None:
    books.receivables[account].pair({credit: [(debit, 1 << 62)]} if debit else {})


def note(books: "Auditor", kind: str, subject: str, at: datetime) -> bool:
    """What such a posting means for what it is about. Whether there was something to note."""
    p = books.payments.get(subject)
    if p is None or not into_trust(p):
        return subject in books.trust.asked
    if kind == "payment.completed":
        p.completed_at = at
    p.returned, p.return_fee = p.returned or kind == "payment.returned", p.return_fee or kind == "return.fee"
    return True


def judge_forwarding(books: "Auditor", payout: payouts.Payout) -> int:
    """Once it has completed and its cash is here; once, or again where that failed or came back. What it must be of."""
    p = books.payments[payout.origin]
    d = books.trust.paid_by(p.account)
    before = books.sent.about(p.id, payouts.FORWARDING)
    demand(
        into_trust(p) and p.completed_at and (not p.returned or p.id in books.trust.kept),
        f"{payout.id} forwards {p.id}, which is not there",
    )
    demand(books.books.items[f"P1210/{p.rail}", p.id] == 0, f"{payout.id} forwards {p.id} before its cash is there")
    demand(all(one.state in payouts.CAME_TO_NOTHING for one in before), f"{p.id} is forwarded twice")
    found = [payout.trust_bank, payout.bank_account, payout.party, payout.rail, payout.interest]
    same(f"where {payout.id} goes", [d.bank, books.trust.banks[d.bank].bank_account, d.party, "payout", 0], found)
    return p.amount
