"""What a landlord does without a rail: charges besides the rent, credits, write-offs, receipts (BOOKS.md A1, A4 to A7, A10 to A12)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulation.auditor import periods, requests
from tests.simulation.auditor.books import Leg
from tests.simulation.auditor.errors import demand, same
from tests.simulation.auditor.rent import Charge, Lease

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor

FARTHEST = timedelta(days=366)
WRONG, TOO_MUCH, NOT_BANKABLE, NOT_BOUNCEABLE = (
    "parameter_invalid",
    "credit_too_large",
    "receipt_not_bankable",
    "receipt_not_bounceable",
)


@dataclass
class Receipt:
    """`label`: the party that gave it."""

    id: str
    lease: Lease
    label: str
    method: str
    amount: int
    received_on: date
    banked_on: date | None = None
    slip: str = ""
    bounced_on: date | None = None
    version: int = 1

    @property
    def account(self) -> str:
        return self.lease.account(self.label)

    @property
    def state(self) -> str:
        return "bounced" if self.bounced_on else "banked" if self.banked_on else "recorded"

    def row(self) -> list[Any]:
        days = [day and day.isoformat() for day in (self.received_on, self.banked_on, self.bounced_on)]
        return [self.lease.id, self.label, self.method, self.amount, *days, self.slip, self.version]


@dataclass(frozen=True)
class Credit:
    """`charge`: what it is for, or nothing."""

    lease: Lease
    label: str
    kind: str  # credit | write_off | reinstatement
    amount: int
    on: date
    charge: str | None = None

    @property
    def account(self) -> str:
        return self.lease.account(self.label)

    @property
    def posted_as(self) -> str:
        return {"credit": "credit.granted", "write_off": "charge.written_off", "reinstatement": "write_off.reinstated"}[self.kind]

    def legs(self) -> list[Leg]:
        """A4, A10, A11: what the property loses by it, and has again."""
        against = f"{'L4900' if self.kind == 'credit' else 'L6900'}/{self.lease.home}@{self.lease.payee}"
        amount = -self.amount if self.kind == "reinstatement" else self.amount
        return [(against, amount, None), (self.account, -amount, None)]

    def row(self) -> list[Any]:
        return [self.lease.id, self.label, self.kind, self.charge, self.amount, self.on.isoformat()]


@dataclass
class ByHand:
    receipts: dict[str, Receipt] = field(default_factory=dict)
    credits: dict[str, Credit] = field(default_factory=dict)
    given_up: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # account → written off and not owed again
    again: list[Credit] = field(default_factory=list)  # reinstatements that this step must bring; their ids are the product's
    fresh: set[str] = field(default_factory=set)  # charges and credits that this step must bring
    facts: list[tuple[str, str, int]] = field(default_factory=list)  # events of this step: type, object, version


# --- what must be answered ---


def judge_charge(books: "Auditor", lease: Lease, due_on: date, at: datetime) -> str:
    if abs(due_on - lease.today(at)) > FARTHEST:
        return WRONG
    return periods.judge_day(books, lease.payee, due_on) if due_on <= lease.today(at) else ""


def judge_credit(books: "Auditor", wished: Credit) -> str:
    """No more is given up than is owed and not on its way; no more is granted for a charge than is open of it."""
    if wished.kind == "write_off" and wished.amount > may_give_up(books, wished.account):
        return TOO_MUCH
    if wished.charge is not None:
        left = open_of(books, wished.account, wished.charge)
        if wished.kind == "write_off":
            left -= requests.claimed(books, wished.account, wished.lease.charges[wished.charge].reference)
        if wished.amount > left:
            return TOO_MUCH
    return ""


def may_give_up(books: "Auditor", account: str) -> int:
    return max(0, books.books.balances[account] - requests.flying(books, account))


def open_of(books: "Auditor", account: str, charge: str) -> int:
    """What this party still owes of a charge: nothing before it fell due."""
    item = books.receivables[account].debits.get(books.lease_of_charge[charge].charges[charge].reference)
    return item.open if item else 0


def judge_receipt(books: "Auditor", lease: Lease, received_on: date, at: datetime) -> str:
    return WRONG if received_on > lease.today(at) else periods.judge_day(books, lease.payee, received_on)


def judge_slip(books: "Auditor", names: Sequence[str], banked_on: date, at: datetime) -> str:
    """One owner's; none twice; none that is in the bank or came back; none that was received later."""
    found = [receipt for name, receipt in books.hand.receipts.items() if name in names]
    if not found or len(found) != len(names) or len({r.lease.payee for r in found}) > 1 or banked_on > found[0].lease.today(at):
        return WRONG
    if periods.judge_day(books, found[0].lease.payee, banked_on):
        return periods.CLOSED
    for receipt in found:
        if receipt.state != "recorded":
            return NOT_BANKABLE
        if banked_on < receipt.received_on:
            return WRONG
    return ""


def judge_bounce(books: "Auditor", receipt: Receipt, bounced_on: date, at: datetime) -> str:
    """Once, never cash; not in the future, nor in a closed period, nor before the bank (or the landlord) had it."""
    if receipt.method == "cash" or receipt.state == "bounced":
        return NOT_BOUNCEABLE
    if bounced_on > receipt.lease.today(at):
        return WRONG
    early = bounced_on < (receipt.banked_on or receipt.received_on)
    return periods.judge_day(books, receipt.lease.payee, bounced_on) or (WRONG if early else "")


# --- what was done ---


def charge_added(books: "Auditor", charge: Charge, lease: Lease, at: datetime) -> None:
    """A1: due by now, it is owed in this step."""
    lease.charges[charge.id] = charge
    books.lease_of_charge[charge.id] = lease
    books.late.known_at[charge.id] = at
    books.hand.fresh.add(charge.id)
    books.hand.facts.append(("charge.added", charge.id, 1))
    if charge.due_on <= lease.today(at):
        books.must_post(charge.reference, "charge.due", charge.due_on, lease.legs(charge))


def credit_granted(books: "Auditor", name: str, credit: Credit) -> None:
    """A4, A10."""
    books.hand.credits[name] = credit
    books.hand.fresh.add(name)
    books.hand.facts.append((credit.posted_as, name, 1))
    if credit.kind == "write_off":
        books.hand.given_up[credit.account] += credit.amount
    books.must_post(f"{credit.posted_as}:{name}", credit.posted_as, credit.on, credit.legs())


def receipt_given(books: "Auditor", receipt: Receipt) -> None:
    """A5; before it A11: what it pays beyond the debt is owed again, as far as it had been given up."""
    beyond = receipt.amount - max(0, books.books.balances[receipt.account])
    again = min(books.hand.given_up[receipt.account], beyond)
    if again > 0:
        books.hand.again.append(Credit(receipt.lease, receipt.label, "reinstatement", again, receipt.received_on))
    books.hand.receipts[receipt.id] = receipt
    books.edges["receipt: ∅ → recorded"] += 1
    books.hand.facts.append(("receipt.recorded", receipt.id, 1))
    payee = receipt.lease.payee
    legs: list[Leg] = [(f"L1210/{payee}@{payee}", receipt.amount, None), (receipt.account, -receipt.amount, None)]
    books.must_post(f"receipt.recorded:{receipt.id}", "receipt.recorded", receipt.received_on, legs)


def receipts_banked(books: "Auditor", names: Sequence[str], slip: str, banked_on: date) -> None:
    """A6: the slip is one posting."""
    found = [books.hand.receipts[name] for name in names]
    for receipt in found:
        receipt.banked_on, receipt.slip, receipt.version = banked_on, slip, receipt.version + 1
        books.edges["receipt: recorded → banked"] += 1
        books.hand.facts.append(("receipt.banked", receipt.id, receipt.version))
    payee, total = found[0].lease.payee, sum(receipt.amount for receipt in found)
    legs: list[Leg] = [(f"L1200/{payee}@{payee}", total, None), (f"L1210/{payee}@{payee}", -total, None)]
    books.must_post(f"receipt.banked:{slip}", "receipt.banked", banked_on, legs)


def receipt_bounced(books: "Auditor", name: str, bounced_on: date) -> None:
    """A7: from the bank, or from the hand if it never came to the bank."""
    receipt = books.hand.receipts[name]
    payee, place = receipt.lease.payee, "L1200" if receipt.banked_on else "L1210"
    books.edges[f"receipt: {receipt.state} → bounced"] += 1
    receipt.bounced_on, receipt.version = bounced_on, receipt.version + 1
    books.hand.facts.append(("receipt.bounced", name, receipt.version))
    legs: list[Leg] = [(receipt.account, receipt.amount, None), (f"{place}/{payee}@{payee}", -receipt.amount, None)]
    books.must_post(f"receipt.bounced:{name}", "receipt.bounced", bounced_on, legs)


# --- what the database says ---


def check_added(books: "Auditor", identity: str, found: list[Any]) -> None:
    """A charge that no schedule wanted: [lease, due date, amount, category, party]."""
    lease = books.lease_of_charge.get(identity)
    demand(lease and identity in books.hand.fresh, f"charge {identity} was added, and nobody asked for it: {found}")
    assert lease is not None
    charge = lease.charges[identity]
    same(f"charge {identity}", [lease.id, charge.due_on.isoformat(), charge.amount, charge.category, charge.label], found)
    books.hand.fresh.remove(identity)


def check_credits(books: "Auditor", rows: Sequence[Sequence[Any]]) -> None:
    """Before the postings are judged: a reinstatement is known by its row."""
    for name, *found in rows:
        waiting = [credit for credit in books.hand.again if credit.row() == found]
        if waiting:
            books.hand.again.remove(waiting[0])
            books.hand.given_up[waiting[0].account] -= waiting[0].amount
            books.hand.credits[name] = waiting[0]
            books.hand.facts.append((waiting[0].posted_as, name, 1))
            books.must_post(f"{waiting[0].posted_as}:{name}", waiting[0].posted_as, waiting[0].on, waiting[0].legs())
            continue
        demand(name in books.hand.fresh, f"{name} is a credit that nobody asked for: {found}")
        same(f"credit {name}", books.hand.credits[name].row(), found)
        books.hand.fresh.remove(name)
    demand(not books.hand.again, f"never owed again, though it is paid after all: {[c.row() for c in books.hand.again]}")
    demand(not books.hand.fresh, f"never kept: {sorted(books.hand.fresh)}")


def check_facts(books: "Auditor", events: Sequence[Sequence[Any]]) -> None:
    """What is owed and what was given is told, each change once, in the versions of what it is about."""
    found = [(kind, name, version) for _, name, version, _, _, _, kind in events if not kind.startswith("payment.")]
    same("facts", sorted(books.hand.facts), sorted(found))
    books.hand.facts.clear()


def check_receipts(books: "Auditor", rows: Sequence[Sequence[Any]]) -> None:
    same("receipts", {name: receipt.row() for name, receipt in books.hand.receipts.items()}, {name: list(row) for name, *row in rows})


def allocate(books: "Auditor", references: Sequence[str]) -> tuple[set[str], dict[str, list[tuple[str, int]]]]:
    """Of what was posted together: accounts to pair, and what a credit is for. A bounced receipt's money is taken back first."""
    accounts: set[str] = set()
    claims: dict[str, list[tuple[str, int]]] = {}
    for reference in references:
        kind, _, name = reference.partition(":")
        if kind in ("receipt.recorded", "receipt.bounced"):
            accounts.add(books.hand.receipts[name].account)
        if kind == "receipt.bounced":
            books.receivables[books.hand.receipts[name].account].take_back(f"receipt.recorded:{name}", reference)
        if name in books.hand.credits:
            credit = books.hand.credits[name]
            accounts.add(credit.account)
            if credit.charge:
                claims[reference] = [(credit.lease.charges[credit.charge].reference, credit.amount)]
    return accounts, claims
