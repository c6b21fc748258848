"""Who is overdue since when (BOOKS.md section 5), which steps that must have come to, and how the parts of a plan stand."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulation.auditor import policies, refunds
from tests.simulation.auditor.errors import demand, same
from tests.simulation.auditor.payments import LIVE
from tests.simulation.auditor.rent import Lease
from tests.simulation.auditor.transfers import owed_by

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor

EXISTS, EXCEEDS, NOT_PROPOSED, ENDED, WRONG = (
    "payment_plan_exists",
    "plan_exceeds_arrears",
    "payment_plan_not_proposed",
    "payment_plan_ended",
    "parameter_invalid",
)
# The house's ladder: level → kind and days; the late fee's day is the lease's.
LADDER = {1: ("reminder", 3), 2: ("late_fee", None), 3: ("notice", 10), 4: ("staff", 15)}
FIRST = 3


@dataclass(frozen=True)
class Debt:
    counts_from: date
    due_on: date
    name: str
    minor: int


@dataclass
class Plan:
    id: str
    lease: Lease
    label: str
    parts: list[tuple[date, int]]
    grace: int
    fees_go_on: bool
    state: str = "proposed"
    accepted_on: date | None = None
    ended_on: date | None = None
    covered: dict[str, int] = field(default_factory=dict)

    @property
    def amount(self) -> int:
        return sum(minor for _, minor in self.parts)

    @property
    def live(self) -> bool:
        return self.state in ("proposed", "active")

    def held_on(self, day: date) -> bool:
        return self.accepted_on is not None and self.accepted_on <= day and (self.ended_on is None or day < self.ended_on)


@dataclass
class Arrears:
    plans: dict[str, Plan] = field(default_factory=dict)

    def live_of(self, lease: Lease, label: str, *states: str) -> Plan | None:
        wanted = states or ("proposed", "active")
        return next((p for p in self.plans.values() if p.lease is lease and p.label == label and p.state in wanted), None)

    def held(self, lease: Lease, label: str | None, day: date) -> list[Plan]:
        return [p for p in self.plans.values() if p.lease is lease and label in (None, p.label) and p.held_on(day)]


# --- what is open ---


def owed(books: "Auditor", lease: Lease, label: str) -> int:
    return books.books.balances[lease.account(label)]


def on_its_way(books: "Auditor", lease: Lease, label: str) -> int:
    account = lease.account(label)
    return sum(p.amount for p in books.payments.values() if p.account == account and p.state in LIVE)


def debts(books: "Auditor", lease: Lease, label: str) -> list[Debt]:
    """All that ever fell due, the oldest first."""
    found = []
    for charge in sorted(lease.charges.values(), key=lambda c: c.due_on):
        minor = lease.share(charge, label)
        if (minor and charge.posted) or (minor and charge.category == "fee"):
            told = lease.today(books.late.known_at.get(charge.id, lease.opened_at))
            found.append(Debt(max(charge.due_on, told), charge.due_on, charge.id, minor))
    for name, credit in books.hand.credits.items():
        if credit.kind == "reinstatement" and credit.lease is lease and credit.label == label:
            found.append(Debt(credit.on, credit.on, name, credit.amount))
    found += [Debt(on, on, name, minor) for name, on, _, minor in owed_by(books, lease, label)]
    found += [Debt(on, on, name, minor) for name, on, minor in refunds.owed_again(books, lease.account(label))]
    return sorted(found, key=lambda debt: (debt.counts_from, debt.due_on))


def open_debts(books: "Auditor", lease: Lease, label: str) -> list[Debt]:
    """Money has served the oldest: what is open are the newest."""
    left = max(0, owed(books, lease, label) - on_its_way(books, lease, label))
    found: list[Debt] = []
    for debt in reversed(debts(books, lease, label)):
        if left:
            minor = min(left, debt.minor)
            found.insert(0, Debt(debt.counts_from, debt.due_on, debt.name, minor))
            left -= minor
    return found


def open_parts(books: "Auditor", plan: Plan, owed_now: int) -> list[int]:
    """Of each part, what is open of it when money counts for what is to be paid first by its day."""
    assert plan.accepted_on is not None
    line = [(on, 0, n, minor) for n, (on, minor) in enumerate(plan.parts)]
    later = (d for d in debts(books, plan.lease, plan.label) if d.counts_from > plan.accepted_on)
    line += [(d.counts_from, 1, n, d.minor) for n, d in enumerate(later)]
    line.sort()
    paid = sum(minor for *_, minor in line) - max(0, owed_now)
    found = [0] * len(plan.parts)
    for _, other, n, minor in line:
        used = max(0, min(paid, minor))
        paid -= used
        if not other:
            found[n] = minor - used
    return found


def judge_plan(books: "Auditor", plan: Plan, at: datetime) -> str:
    """The state that it must have when it has been looked at."""
    whole, today = owed(books, plan.lease, plan.label), plan.lease.today(at)
    if not any(open_parts(books, plan, whole)):
        return "completed"
    left = open_parts(books, plan, whole - on_its_way(books, plan.lease, plan.label))
    late = [minor for (on, _), minor in zip(plan.parts, left, strict=True) if on + timedelta(days=plan.grace) < today]
    return "broken" if any(late) else "active"


def deferred(books: "Auditor", lease: Lease, label: str, until: date) -> int:
    """What a kept plan leaves for later days."""
    plan = books.arrears.live_of(lease, label, "active")
    return sum(minor for on, minor in plan.parts if on > until) if plan else 0


def by_plan(plans: Sequence[Plan], line: list[list[Any]], judged: str, until: date) -> list[list[Any]]:
    """`line`: [order, day, name, left] of debts, as late fees look at them: what plans cover is moved to their days."""
    for plan in plans:
        if plan.fees_go_on and judged in plan.covered:
            continue
        moved = 0
        for debt in line:
            part = min(debt[3], plan.covered.get(debt[2], 0))
            debt[3] -= part
            moved += part
        for n, (on, minor) in enumerate(sorted(plan.parts)):
            part = min(moved, minor)
            moved -= part
            if part and on <= until:
                line.append([0, on, f"/{plan.id}/{n}", part])  # of older debts: before what falls due that day itself
    return line


# --- what must be answered ---


def split(amount: int, count: int, first: date, interval: str) -> list[tuple[date, int]]:
    """Equal parts, the odd cents first."""
    found = []
    for n in range(count):
        if interval == "month":
            months = first.year * 12 + first.month - 1 + n
            year, month = divmod(months, 12)
            day = date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))
        else:
            day = first + timedelta(weeks=n * (1 if interval == "week" else 2))
        found.append((day, amount // count + (n < amount % count)))
    return found


def judge_proposal(books: "Auditor", lease: Lease, label: str, parts: list[tuple[date, int]], today: date) -> str:
    if books.arrears.live_of(lease, label):
        return EXISTS
    open_now = max(0, owed(books, lease, label) - on_its_way(books, lease, label))
    if not open_now:
        return EXCEEDS
    if parts[0][0] <= today:
        return WRONG
    if sum(minor for _, minor in parts) > open_now:
        return EXCEEDS
    return policies.judge_parts(books, lease.id, [minor for _, minor in parts])


def judge_acceptance(books: "Auditor", plan: Plan, today: date) -> str:
    if plan.state != "proposed":
        return NOT_PROPOSED
    if plan.parts[0][0] <= today:
        return WRONG
    open_now = max(0, owed(books, plan.lease, plan.label) - on_its_way(books, plan.lease, plan.label))
    return EXCEEDS if plan.amount > open_now else ""


def accepted(books: "Auditor", plan: Plan, today: date) -> None:
    left = plan.amount
    for debt in open_debts(books, plan.lease, plan.label):
        part = min(left, debt.minor)
        left -= part
        if part and debt.name in books.lease_of_charge:
            plan.covered[debt.name] = part
    moved(books, plan, "active", today)


def moved(books: "Auditor", plan: Plan, state: str, today: date) -> None:
    books.edges[f"payment_plan: {plan.state} → {state}"] += 1
    plan.state = state
    if state == "active":
        plan.accepted_on = today
    else:
        plan.ended_on = today


# --- what the database says ---


def check_plans(books: "Auditor", rows: Sequence[Sequence[Any]]) -> None:
    same("number of payment plans", len(books.arrears.plans), len(rows))
    for name, state, parts, covered, accepted_on, ended_on in rows:
        plan = books.arrears.plans[name]
        found = [state, [(date.fromisoformat(on), minor) for on, minor in parts], dict(covered or []), accepted_on, ended_on]
        days = [day.isoformat() if day else None for day in (plan.accepted_on, plan.ended_on)]
        same(f"payment plan {name}", [plan.state, plan.parts, plan.covered, *days], found)


def check_cases(books: "Auditor", rows: Sequence[Sequence[Any]], told: Sequence[Sequence[Any]], now: datetime) -> None:
    """At rest: who is overdue has one case, about the oldest debt, with the steps whose days have come; nobody else has an open one."""
    cases: dict[tuple[str, str], list[list[Any]]] = {}
    for row in rows:
        cases.setdefault((row[1], row[2]), []).append(list(row))
    for lease in books.leases.values():
        for label in lease.weights:
            mine = cases.pop((lease.id, label), [])
            for row in mine:
                _check_steps(books, lease, row, lease.today(now))
            _check_open(books, lease, label, [row for row in mine if not row[5]], lease.today(now))
    demand(not cases, f"cases of nobody: {list(cases)}")
    counted = dict(told)
    same("steps told", {row[0]: n for row in rows if (n := sum(step[4] for step in row[6] or []))}, counted)


def _check_steps(books: "Auditor", lease: Lease, row: list[Any], today: date) -> None:
    name, _, _, since, counts, _, steps = row
    for level, kind, days, _, _, reached_on in steps or []:
        same(f"step {level} of {name}", (kind, _days(books, lease, level, since, counts)), (LADDER[level][0], days))
        demand(date.fromisoformat(counts) + timedelta(days=days) <= date.fromisoformat(reached_on) <= today, f"{kind} of {name} too early")


def _days(books: "Auditor", lease: Lease, level: int, since: str, counts: str) -> int | None:
    if LADDER[level][0] != "late_fee":
        return LADDER[level][1]
    one = books.late.of(lease, date.fromisoformat(since))
    return one.grace + 1 if one and one.asks and since == counts else None


def _check_open(books: "Auditor", lease: Lease, label: str, cases: list[list[Any]], today: date) -> None:
    late = [debt for debt in open_debts(books, lease, label) if debt.counts_from < today]
    demand(len(cases) <= 1, f"{lease.id}:{label} has two open cases")
    if on_its_way(books, lease, label):
        return  # what flies may come back: a case is looked at when it has arrived
    if not late:
        demand(not cases, f"{lease.id}:{label} has an open case and is not overdue")
        return
    if books.arrears.live_of(lease, label, "active"):
        return  # the ladder stands still
    oldest = late[0].counts_from
    if oldest + timedelta(days=FIRST) > today:
        demand(not cases, f"{lease.id}:{label} has a case before its first step")
        return
    demand(cases, f"{lease.id}:{label} is overdue since {oldest} and has no open case")
    row = cases[0]
    same(f"since when {row[0]} counts", oldest.isoformat(), row[4])
    wanted = {
        level
        for level in LADDER
        if (days := _days(books, lease, level, row[3], row[4])) is not None and oldest + timedelta(days=days) <= today
    }
    same(f"steps of {row[0]}", wanted, {step[0] for step in row[6] or []})


def check_new_step(books: "Auditor", lease_id: str, label: str, overdue_minor: int, at: datetime) -> None:
    lease = books.leases[lease_id]
    late = sum(debt.minor for debt in open_debts(books, lease, label) if debt.counts_from < lease.today(at))
    same(f"overdue of {lease_id}:{label} at a step", late, overdue_minor)
    demand(not books.arrears.live_of(lease, label, "active"), f"a step of {lease_id}:{label} while its plan is kept")
