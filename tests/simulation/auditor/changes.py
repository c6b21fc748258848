"""A lease that changes while it runs: reckoned from its terms of before and of after, month by month, day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulation.auditor.by_hand import WRONG, Credit, open_of
from tests.simulation.auditor.errors import demand, same
from tests.simulation.auditor.rent import Charge, Lease, a_year_on, split

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor

ENDED, LIMIT = "lease_ended", 12 * 40


@dataclass
class Changes:
    """What a change in this step must bring, one thing after the other: nothing of it is told by name."""

    charged: list[tuple[str, date, int]] = field(default_factory=list)  # lease, due on, amount
    credited: list[tuple[Lease, str, str, int]] = field(default_factory=list)  # lease, party, charge, amount
    in_turn: bool = False  # what this step posts is paired one by one, as it was posted


# --- what must be answered ---


def judge_end(lease: Lease, end_on: date) -> str:
    return WRONG if end_on < lease.start_on or (lease.end_on is not None and end_on >= lease.end_on) else ""


def judge_renewal(lease: Lease, end_on: date | None, at: datetime) -> str:
    if lease.end_on is None or (end_on is not None and end_on <= lease.end_on):
        return WRONG
    last = end_on or _horizon(lease, at)
    return WRONG if (last.year - lease.start_on.year) * 12 + last.month - lease.start_on.month >= LIMIT else ""


def judge_step(lease: Lease, from_on: date, at: datetime) -> str:
    outside = _outside(lease, from_on, at)
    charged = [_last_day_of(lease, c) for c in lease.charges.values() if c.scheduled and c.posted]
    return outside or (WRONG if from_on == lease.start_on or any(from_on <= last for last in charged) else "")


def judge_shares(lease: Lease, from_on: date, at: datetime) -> str:
    shared = any(c.posted and c.label is None and c.due_on >= from_on for c in lease.charges.values())
    return _outside(lease, from_on, at) or (WRONG if "joint" in lease.weights or shared else "")


def _outside(lease: Lease, day: date, at: datetime) -> str:
    if lease.end_on is not None and lease.end_on < lease.today(at):
        return ENDED
    return WRONG if day < lease.start_on or (lease.end_on is not None and day > lease.end_on) else ""


# --- what was done ---


def terms_changed(books: "Auditor", lease: Lease, kind: str, at: datetime, end_on: date | None, step: tuple[date, int] | None) -> None:
    furthest = max((c.period_start for c in lease.charges.values() if c.scheduled), default=date.min)  # it may have had an end once
    until = max(_horizon(lease, at), lease.end_on or date.min, furthest)
    before = lease.reckon(until)
    charged = {c.id: _last_day_of(lease, c) for c in lease.charges.values() if c.posted and c.scheduled}
    if kind == "lease.renewed":
        lease.renewed(step)
    lease.change(end_on, step)
    after = lease.reckon(until)
    lease.covered |= charged
    for month in sorted(_months(before) | _months(after)):
        _month(books, lease, month, _of(after, month), _of(after, month)[1] - _of(before, month)[1], at)
    lease.version += 1
    books.hand.facts.append((kind, lease.id, lease.version))
    books.changes.in_turn = True


def shares_changed(books: "Auditor", lease: Lease, from_on: date, weights: Mapping[str, int]) -> None:
    lease.share_changes = [(day, found) for day, found in lease.share_changes if day < from_on] + [(from_on, dict(weights))]
    lease.version += 1
    books.hand.facts.append(("lease.shares_changed", lease.id, lease.version))


def _month(books: "Auditor", lease: Lease, month: tuple[int, int], will: tuple[date, int], difference: int, at: datetime) -> None:
    """Who owes nothing of it yet owes that much more or less; who does is charged or credited; who never did is as by the new terms."""
    standing = [c for c in lease.charges.values() if c.scheduled and (c.period_start.year, c.period_start.month) == month]
    waiting = next((c for c in standing if not c.posted), None)
    if waiting is not None:
        waiting.amount += difference
        if not will[1]:
            del lease.charges[waiting.id]
        return
    if not standing or not difference:
        return
    if difference > 0:
        books.changes.charged.append((lease.id, max(will[0], lease.today(at)), difference))
        return
    charge = standing[-1]
    for label, amount in split(-difference, lease.weights_on(charge.due_on)).items():
        if amount:
            books.changes.credited.append((lease, label, charge.id, amount))


def same_schedule(lease: Lease, found: Sequence[tuple[str, date, int]]) -> None:
    """Right after a change: what is not owed yet, as the database has it. Rows that the change brought are judged when they are seen."""
    ours = {c.id: (c.due_on, c.amount) for c in lease.charges.values() if c.scheduled and not c.posted}
    theirs = {name: (due_on, amount) for name, due_on, amount in found}
    same(f"what {lease.id} will owe", ours, {name: terms for name, terms in theirs.items() if name in ours})


# --- what the database says ---


def take_charge(books: "Auditor", identity: str, lease_id: str, due_on: date, amount: int) -> bool:
    """Rent that a change charges on top of a month that is owed already."""
    wanted = (lease_id, due_on, amount)
    if wanted not in books.changes.charged:
        return False
    books.changes.charged.remove(wanted)
    lease = books.leases[lease_id]
    lease.charges[identity] = Charge(identity, due_on, due_on, amount, scheduled=False)
    books.lease_of_charge[identity] = lease
    books.hand.facts.append(("charge.added", identity, 1))
    return True


def take_credit(books: "Auditor", name: str, lease_id: str, label: str, kind: str, charge: str | None, amount: int, on: str) -> bool:
    """Rent of days after the end. Whether it is for the charge is judged when it is posted: then it is known what is open of it."""
    for one in books.changes.credited:
        lease, whose, of_charge, minor = one
        if (lease.id, whose, "credit", minor) == (lease_id, label, kind, amount) and charge in (None, of_charge):
            books.changes.credited.remove(one)
            credit = Credit(lease, whose, "credit", minor, date.fromisoformat(on), charge)
            books.hand.credits[name] = credit
            books.hand.facts.append((credit.posted_as, name, 1))
            books.must_post(f"{credit.posted_as}:{name}", credit.posted_as, credit.on, credit.legs())
            books.changes_for[name] = of_charge
            return True
    return False


def check_aim(books: "Auditor", reference: str) -> None:
    """A credit for days after the end is for the charge of that month as long as that much of it is open."""
    name = reference.partition(":")[2]
    of_charge = books.changes_for.pop(name, None)
    if of_charge is not None:
        credit = books.hand.credits[name]
        aimed = of_charge if open_of(books, credit.account, of_charge) >= credit.amount else None
        same(f"what the credit {name} is for", aimed, credit.charge)


def check_brought(books: "Auditor") -> None:
    demand(not books.changes.charged, f"never charged, though the lease goes on: {books.changes.charged}")
    left = [(lease.id, label, amount) for lease, label, _, amount in books.changes.credited]
    demand(not left, f"never credited, though the lease has ended: {left}")
    books.changes.in_turn = False


def _months(rows: Mapping[date, tuple[date, int]]) -> set[tuple[int, int]]:
    return {(day.year, day.month) for day in rows}


def _of(rows: Mapping[date, tuple[date, int]], month: tuple[int, int]) -> tuple[date, int]:
    return next((row for day, row in rows.items() if (day.year, day.month) == month), (date.min, 0))


def _horizon(lease: Lease, at: datetime) -> date:
    return a_year_on(max(lease.today(at), lease.start_on))


def _last_day_of(lease: Lease, charge: Charge) -> date:
    """Of what a posted month was charged for, by the terms of then."""
    if charge.id in lease.covered:
        return lease.covered[charge.id]
    start = charge.period_start
    last = (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return min(last, lease.end_on) if lease.end_on else last
