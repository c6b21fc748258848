"""A credit given to a roommate (BOOKS.md E3), and balances that go along to another unit (A13): whose, when, how much; no money moves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulation.auditor.books import Leg
from tests.simulation.auditor.errors import AuditError, demand, same
from tests.simulation.auditor.payments import LIVE
from tests.simulation.auditor.postings import Expected
from tests.simulation.auditor.rent import Charge, Lease

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor

WRONG, MISSING, TOO_MUCH, MOVED, OVERLAPS = (
    "parameter_invalid",
    "parameter_missing",
    "credit_too_large",
    "lease_moved",
    "lease_overlaps",
)
A_DAY = timedelta(days=1)
KIND = "lease.transferred"


@dataclass(frozen=True)
class Gift:
    """Of what one has paid ahead, to what a roommate owes."""

    id: str
    lease: Lease
    giver: str
    taker: str
    amount: int
    on: date
    at: datetime


@dataclass(frozen=True)
class Moved:
    id: str
    old: Lease
    new: Lease
    from_on: date

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.from_on, time(), tzinfo=self.old.zone)


@dataclass(frozen=True)
class Carried:
    """`owed`: + a debt, which stands on the new lease as a charge; − what was paid ahead."""

    id: str
    moved: Moved
    label: str
    owed: int
    charge: str | None
    on: date
    at: datetime

    @property
    def reference(self) -> str:
        return f"{KIND}:{self.charge or self.id}"


@dataclass
class Transfers:
    gifts: dict[str, Gift] = field(default_factory=dict)
    moves: dict[str, Moved] = field(default_factory=dict)
    carried: dict[str, Carried] = field(default_factory=dict)
    charges: dict[str, Carried] = field(default_factory=dict)  # of this step, by the charge as which a debt went along

    def of(self, old: Lease) -> Moved | None:
        return next((moved for moved in self.moves.values() if moved.old is old), None)

    def by_reference(self, reference: str) -> Carried | None:
        return next((one for one in self.carried.values() if one.reference == reference), None)


# --- what must be answered ---


def judge_gift(books: "Auditor", lease: Lease, giver: str, taker: str, amount: int) -> str:
    """No more than is ahead there, and no more than is owed here and not on its way."""
    if giver == taker:
        return WRONG
    ahead = -books.books.balances[lease.account(giver)]
    owed = books.books.balances[lease.account(taker)] - _flying(books, lease, taker)
    return TOO_MUCH if amount > max(0, ahead) or amount > max(0, owed) else ""


@dataclass(frozen=True)
class There:
    """Where they want to go. `let`: days of the leases of that unit, from and to."""

    same_unit: bool
    payee: str
    let: Sequence[tuple[date, date | None]]
    from_on: date
    end_on: date | None


def judge_move(books: "Auditor", lease: Lease, there: There) -> str:
    if books.transfers.of(lease):
        return MOVED
    if there.same_unit or there.payee != lease.payee or there.from_on <= lease.start_on:
        return WRONG
    if lease.end_on is not None and there.from_on > lease.end_on + A_DAY:
        return WRONG
    if there.end_on is None and lease.end_on is not None and lease.end_on < there.from_on:
        return MISSING
    end_on = there.end_on or lease.end_on
    if end_on is not None and end_on < there.from_on:
        return WRONG
    meets = [1 for first, last in there.let if (last is None or last >= there.from_on) and (end_on is None or first <= end_on)]
    return OVERLAPS if meets else ""


# --- what was done ---


def gave(books: "Auditor", gift: Gift) -> None:
    """E3."""
    books.transfers.gifts[gift.id] = gift
    books.edges["transfer: ∅ → given"] += 1
    books.hand.facts.append(("party.transferred", gift.id, 1))
    legs: list[Leg] = [(gift.lease.account(gift.giver), gift.amount, None), (gift.lease.account(gift.taker), -gift.amount, None)]
    books.must_post(f"party.transferred:{gift.id}", "party.transferred", gift.on, legs)


def moved(books: "Auditor", move: Moved) -> None:
    """What goes along is known by its rows, and judged when it is posted."""
    books.transfers.moves[move.id] = move
    books.edges["lease: ∅ → moved"] += 1
    books.hand.facts.append(("lease.moved", move.id, 1))
    books.changes.in_turn = True


# --- what the database says ---


def check_rows(books: "Auditor", moves: Sequence[Sequence[Any]], rows: Sequence[Sequence[Any]]) -> None:
    """Before charges and postings are judged."""
    ours = [[move.id, move.old.id, move.new.id, move.from_on.isoformat()] for move in books.transfers.moves.values()]
    same("moves", sorted(ours), sorted(map(list, moves)))
    for name, move, giver_lease, giver, taker_lease, taker, amount, charge, on, at in rows:
        if name in books.transfers.carried:
            continue
        found = [giver_lease, giver, taker_lease, taker, amount, charge, on]
        gift = books.transfers.gifts.get(name)
        if gift is not None:
            same(f"transfer {name}", [gift.lease.id, gift.giver, gift.lease.id, gift.taker, gift.amount, None, gift.on.isoformat()], found)
            continue
        demand(move in books.transfers.moves, f"{name} is a transfer that nobody asked for: {found}")
        gone = books.transfers.moves[move]
        owing, paid = (gone.new, gone.old) if charge else (gone.old, gone.new)
        same(f"transfer {name}", [owing.id, giver, paid.id, giver, amount, charge, on], found)
        owed = amount if charge else -amount
        one = Carried(name, gone, giver, owed, charge, date.fromisoformat(on), datetime.fromisoformat(at))
        _goes_along(books, one)
    same("number of transfers", len(books.transfers.gifts) + len(books.transfers.carried), len(rows))


def _goes_along(books: "Auditor", one: Carried) -> None:
    books.transfers.carried[one.id] = one
    books.edges["transfer: ∅ → debt carried" if one.charge else "transfer: ∅ → credit carried"] += 1
    books.hand.facts.append((KIND, one.id, 1))
    if one.charge:
        books.transfers.charges[one.charge] = one


def take_charge(books: "Auditor", identity: str, found: list[Any]) -> bool:
    """The charge as which a debt stands on the new lease: [lease, due date, amount, category, party]."""
    one = books.transfers.charges.pop(identity, None)
    if one is None:
        return False
    lease = one.moved.new
    same(f"charge {identity}", [lease.id, one.on.isoformat(), one.owed, "other", one.label], found)
    lease.charges[identity] = Charge(identity, one.on, one.on, one.owed, True, "other", one.label, False, KIND)
    books.lease_of_charge[identity] = lease
    books.late.known_at[identity] = one.at
    return True


def legs_of_carrying(books: "Auditor", reference: str, at: datetime) -> Expected:
    """A13: all that the party owes or has ahead, once the day has come, and nothing of it is on its way or to be paid by a plan."""
    one = books.transfers.by_reference(reference)
    if one is None:
        raise AuditError(f"{reference} was posted, and nothing went along")
    move, old = one.moved, one.moved.old.account(one.label)
    demand(at >= move.begins, f"{reference} went along at {at}, before {move.begins}")
    demand(not _waits(books, move, one.label), f"{reference} went along, though money of it is on its way or a plan is kept")
    same(f"what goes along by {reference}", books.books.balances[old], one.owed)
    day = max(move.new.today(at), move.from_on)
    same(f"day of {one.id}", day, one.on)
    return day, [(move.new.account(one.label), one.owed, None), (old, -one.owed, None)]


def allocate(books: "Auditor", references: Sequence[str]) -> set[str]:
    """Accounts to pair, of what was posted together."""
    found: set[str] = set()
    for reference in references:
        gift = books.transfers.gifts.get(reference.partition(":")[2])
        if gift is not None:
            found |= {gift.lease.account(gift.giver), gift.lease.account(gift.taker)}
        one = books.transfers.by_reference(reference) if reference.startswith(KIND) else None
        if one is not None:
            found |= {one.moved.old.account(one.label), one.moved.new.account(one.label)}
    return found


def check_carried(books: "Auditor", now: datetime, new: str = "") -> None:
    """At rest (or, to the lease `new`, at once): nothing that can go along has stayed behind."""
    for move in [move for move in books.transfers.moves.values() if new in ("", move.new.id)]:
        for label in move.old.weights:
            if now < move.begins or label not in move.new.weights or _waits(books, move, label) or _is_deducted(books, move):
                continue
            left = books.books.balances[move.old.account(label)]
            demand(not left, f"{left} of {move.old.id}:{label} stayed behind, though they moved on {move.from_on}")


def _is_deducted(books: "Auditor", move: Moved) -> bool:
    """A deposit is about to pay for what was left behind: what then remains goes along."""
    leaving = books.leaving.of(move.old)
    return leaving is not None and leaving.state == "running" and leaving.steps["deduct"] == "pending"


def _waits(books: "Auditor", move: Moved, label: str) -> bool:
    return bool(_flying(books, move.old, label)) or books.arrears.live_of(move.old, label, "active") is not None


def _flying(books: "Auditor", lease: Lease, label: str) -> int:
    """A payment that has cleared in this very step is not on its way any more, though its state is told later."""
    of_account = [p for p in books.payments.values() if p.account == lease.account(label)]
    return sum(p.amount for p in of_account if p.state in LIVE and p.completed_at is None)


# --- what it means for what is overdue ---


def owed_by(books: "Auditor", lease: Lease, label: str | None) -> Iterator[tuple[str, date, datetime, int]]:
    """What is no charge: (name, day, recorded at, amount). Among roommates the lease as a whole owes nothing by it."""
    for gift in books.transfers.gifts.values():
        if gift.lease is lease and gift.giver == label:
            yield gift.id, gift.on, gift.at, gift.amount
    for one in books.transfers.carried.values():
        if one.owed < 0 and one.moved.old is lease and label in (None, one.label):
            yield one.id, one.on, one.at, -one.owed


def given_to(books: "Auditor", lease: Lease, label: str | None) -> Iterator[tuple[date, int]]:
    for gift in books.transfers.gifts.values():
        if gift.lease is lease and gift.taker == label:
            yield gift.on, gift.amount
    for one in books.transfers.carried.values():
        if label in (None, one.label) and (one.moved.old if one.owed > 0 else one.moved.new) is lease:
            yield one.on, abs(one.owed)
