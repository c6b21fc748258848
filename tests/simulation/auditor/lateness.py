"""What late rent and money that came back must cost (BOOKS.md A2, A3, A9, F5; section 5, "overdue on day d"), reckoned day by day."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.simulation.auditor.books import Leg
from tests.simulation.auditor.errors import demand, same
from tests.simulation.auditor.payments import GONE
from tests.simulation.auditor.rent import Charge, Lease, split

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor

WRONG, NOT_PROPOSED, NOT_WAIVABLE, TOO_MUCH, NOT_DUE = (
    "parameter_invalid",
    "late_fee_not_proposed",
    "late_fee_not_waivable",
    "waiver_too_large",
    "late_fee_not_due",
)
A_DAY = timedelta(days=1)
LONGEST = 365


@dataclass(frozen=True)
class Agreed:
    """Of one lease, for what falls due from a day on. Amounts in cents, percentages in hundredths of a percent; 0: no such part."""

    from_on: date
    grace: int
    flat: int = 0
    percent: int = 0
    daily: int = 0
    cap: int = 0
    cap_percent: int = 0
    of_all_rent: bool = False
    mode: str = "automatic"
    apart: bool = False  # each party is judged by itself
    returned: int = 0
    said_at: datetime | None = None

    @property
    def asks(self) -> bool:
        return self.mode != "off" and bool(self.flat or self.percent or self.daily)

    def wanted(self, day: int, overdue: int, whole: int) -> int:
        if day:
            return self.daily
        if not self.flat and not self.percent:
            return self.daily
        return self.flat + round(Fraction((whole if self.of_all_rent else overdue) * self.percent, 10_000))

    def most(self, whole: int) -> int | None:
        if self.cap_percent:
            return round(Fraction(whole * self.cap_percent, 10_000))
        return self.cap or None


@dataclass
class Fee:
    id: str
    lease: Lease
    label: str | None
    kind: str
    charge: str | None
    day: int
    cause: str
    amount: int
    agreed: Agreed
    status: str
    own_charge: str | None = None
    waived: int = 0
    version: int = 1


@dataclass
class Lateness:
    agreed: dict[str, list[Agreed]] = field(default_factory=lambda: defaultdict(list))  # by lease, as it was said
    fees: dict[str, Fee] = field(default_factory=dict)
    waived_on: dict[str, date] = field(default_factory=dict)
    known_at: dict[str, datetime] = field(default_factory=dict)  # charges added by hand and debts owed again
    gone_at: dict[str, int] = field(default_factory=dict)  # payment → the event after which it pays nothing
    back_at: dict[str, datetime] = field(default_factory=dict)  # payment or receipt → when it came back
    came: dict[str, list[Any]] = field(default_factory=dict)  # fee charges of this step
    by_hand: list[str] = field(default_factory=list)  # charges whose fees were asked for in this step

    def of(self, lease: Lease, day: date) -> Agreed | None:
        """The version for what falls due that day: of the latest day, and of one day the last said."""
        fit = [one for one in self.agreed[lease.id] if one.from_on <= day]
        return max(reversed(fit), key=lambda one: one.from_on) if fit else None

    def about(self, charge: str) -> list[Fee]:
        return [fee for fee in self.fees.values() if fee.charge == charge]


def agreed(books: "Auditor", lease: Lease, one: Agreed) -> None:
    books.late.agreed[lease.id].append(one)


def judge_agreement(lease: Lease, one: Agreed, at: datetime) -> str:
    today = lease.today(at)
    return WRONG if one.from_on < today or one.from_on - max(today, lease.start_on) > timedelta(days=366) else ""


# --- what is overdue ---


def overdue(books: "Auditor", lease: Lease, label: str | None, charge: Charge, until: date, event: int, asked_at: datetime | None) -> int:
    """Of a charge of rent at the end of a day; `label`: of one party's share. By what stood when `event` was recorded."""
    by = asked_at or over(lease, charge, books.late.of(lease, charge.due_on))
    debts: list[list[Any]] = []  # [order, day, name, left]
    for one in lease.charges.values():
        minor = lease.share(one, label) if label else one.amount
        told = books.late.known_at.get(one.id, lease.opened_at)
        if minor and one.due_on <= until and (told <= by or one is charge):
            debts.append([{"rent": 0, "fee": 2}.get(one.category, 1), one.due_on, one.id, minor])
    for name, credit in books.hand.credits.items():
        again = credit.kind == "reinstatement" and credit.lease is lease and label in (None, credit.label)
        if again and credit.on <= until and books.late.known_at[name] <= by:
            debts.append([1, credit.on, name, credit.amount])
    given = [one for one in _given(books, lease, label, event) if one[0] <= until]
    days = sorted({d[1] for d in debts} | {on for on, *_ in given})
    purse = 0
    for day in days:
        due = sorted(d for d in debts if d[1] <= day)
        for on, amount, towards in given:
            if on != day:
                continue
            meant = next((d for d in due if d[2] == towards), None)
            used = min(amount, meant[3]) if meant else 0
            if meant:
                meant[3] -= used
            purse += amount - used
        for debt in due:
            used = min(purse, debt[3])
            debt[3] -= used
            purse -= used
    return next((d[3] for d in debts if d[2] == charge.id), 0)


def _given(books: "Auditor", lease: Lease, label: str | None, event: int) -> Iterator[tuple[date, int, str]]:
    accounts = {lease.account(name): name for name in ([label] if label else lease.weights)}
    for p in books.payments.values():
        if p.account in accounts and books.late.gone_at.get(p.id, event + 1) > event:
            yield p.tendered_on, p.amount, ""
    for receipt in books.hand.receipts.values():
        if receipt.account in accounts and not receipt.bounced_on:
            yield receipt.received_on, receipt.amount, ""
    for credit in books.hand.credits.values():
        if credit.account in accounts and credit.kind != "reinstatement":
            yield credit.on, credit.amount, credit.charge or ""
    for fee in books.late.fees.values():
        if fee.waived and fee.lease is lease:
            for name, part in parts(lease, fee.label, fee.waived).items():
                if lease.account(name) in accounts:
                    yield books.late.waived_on[fee.id], part, fee.own_charge or ""


def parts(lease: Lease, label: str | None, amount: int) -> dict[str, int]:
    shares = {label: amount} if label else split(amount, lease.weights)
    return {name: part for name, part in shares.items() if part}


def over(lease: Lease, charge: Charge, one: Agreed | None) -> datetime:
    """When the day after grace begins."""
    return datetime.combine(charge.due_on + (one.grace if one else 0) * A_DAY + A_DAY, time(), tzinfo=lease.zone)


def is_judged(books: "Auditor", lease: Lease, charge: Charge) -> bool:
    """Rent that fell due, with something agreed for it, and recorded before its grace was over."""
    one = books.late.of(lease, charge.due_on)
    told = books.late.known_at.get(charge.id, lease.opened_at)
    return bool(charge.category == "rent" and one and one.asks and told < over(lease, charge, one))


def whose(lease: Lease, charge: Charge, one: Agreed) -> list[tuple[str | None, str | None]]:
    """(whose debts are looked at, who is charged)"""
    if one.apart:
        return [(label, label) for label in lease.weights if lease.share(charge, label)]
    return [(None, charge.label)]


def lacking(books: "Auditor", lease: Lease, charge: Charge, now: datetime, asked_at: datetime | None = None) -> list[tuple[Any, ...]]:
    """The fees that a charge lacks by all that is known: (who, day, amount)."""
    one = books.late.of(lease, charge.due_on)
    if one is None or not one.asks:
        return []
    found: list[tuple[Any, ...]] = []
    yesterday = lease.today(now) - A_DAY
    for scope, owner in whose(lease, charge, one):
        taken = [fee for fee in books.late.about(charge.id) if fee.label == owner]
        if any(fee.status == "dismissed" for fee in taken):
            continue
        whole = lease.share(charge, scope) if scope else charge.amount
        most, total, known = one.most(whole), sum(fee.amount for fee in taken), {fee.day for fee in taken}
        for day in range(LONGEST + 1 if one.daily else 1):
            ends = charge.due_on + (one.grace + day) * A_DAY
            if ends > yesterday:
                break
            if day in known:
                continue
            open_then = overdue(books, lease, scope, charge, ends, LATEST, asked_at)
            if not open_then:
                break
            wanted = one.wanted(day, open_then, whole)
            amount = wanted if most is None else min(wanted, most - total)
            if wanted and amount <= 0:
                break
            if wanted:
                found.append((owner, day, amount))
                total += amount
    return found


LATEST = 1 << 62  # after every event


# --- what must be answered, and what was done ---


def judge_by_hand(books: "Auditor", lease: Lease, charge: Charge, at: datetime) -> str:
    one = books.late.of(lease, charge.due_on)
    if charge.category != "rent" or not charge.posted or one is None or not one.asks:
        return WRONG
    return "" if lacking(books, lease, charge, at, at) else NOT_DUE


def judge_decision(fee: Fee) -> str:
    return "" if fee.status == "proposed" else NOT_PROPOSED


def judge_waiver(fee: Fee, amount: int) -> str:
    if fee.kind == "returned_payment" or fee.status != "assessed" or fee.waived:
        return NOT_WAIVABLE
    return TOO_MUCH if amount > fee.amount else ""


def approved(books: "Auditor", fee: Fee) -> None:
    """Its posting is known by its row."""
    fee.status, fee.version = "approved", fee.version + 1
    books.edges["late_fee: proposed → assessed"] += 1


def dismissed(books: "Auditor", fee: Fee) -> None:
    alike = [one for one in books.late.fees.values() if one.charge and (one.charge, one.label) == (fee.charge, fee.label)]
    for one in [fee, *(one for one in alike if one is not fee and one.status == "proposed")]:
        one.status, one.version = "dismissed", one.version + 1
        books.edges["late_fee: proposed → dismissed"] += 1
        books.hand.facts.append(("late_fee.dismissed", one.id, one.version))


def waived(books: "Auditor", fee: Fee, amount: int, at: datetime) -> None:
    """A3."""
    day = fee.lease.today(at)
    fee.waived, fee.version = amount, fee.version + 1
    books.late.waived_on[fee.id] = day
    books.hand.facts.append(("late_fee.waived", fee.id, fee.version))
    home = f"L4300/{fee.lease.home}@{fee.lease.payee}"
    shares: list[Leg] = [(fee.lease.account(name), -part, None) for name, part in parts(fee.lease, fee.label, amount).items()]
    books.must_post(f"late_fee.waived:{fee.id}", "late_fee.waived", day, [(home, amount, None), *shares])


# --- what the database says ---


def note_gone(books: "Auditor", events: Sequence[Sequence[Any]]) -> None:
    """From which event on a payment pays nothing."""
    for event, name, _, _, state, at, kind in events:
        if kind.startswith("payment.") and state in GONE:
            books.late.gone_at.setdefault(name, event)
        if kind in ("payment.returned", "receipt.bounced"):
            books.late.back_at[name] = datetime.fromisoformat(at)


def charge_came(books: "Auditor", identity: str, lease: Lease, found: list[Any]) -> None:
    """A fee's own charge; the fee that it is of is judged when all rows are known."""
    due_on, period_start, amount, label = found
    lease.charges[identity] = Charge(
        identity, date.fromisoformat(due_on), date.fromisoformat(period_start), amount, True, "fee", label, False, "late_fee.assessed"
    )
    books.lease_of_charge[identity] = lease
    books.late.came[identity] = found


def check_fees(books: "Auditor", rows: Sequence[Sequence[Any]], events: Sequence[Sequence[Any]]) -> None:
    """Before the postings are judged: each new fee is due, for this sum, by what stood when it was recorded."""
    told = {(name, version): (event, datetime.fromisoformat(at)) for event, name, version, _, _, at, _ in events}
    for name, lease_id, label, kind, charge, day, cause, reason, minor, amount, status, own, on, waived_minor, version in rows:
        fee = books.late.fees.get(name)
        if fee is None:
            event, at = told[name, 1]
            fee = _new(books, [name, lease_id, label, kind, charge, day, cause, amount], reason, minor, event, at)
            books.hand.facts.append((f"late_fee.{'proposed' if fee.status == 'proposed' else 'assessed'}", name, 1))
        if fee.own_charge is None and fee.status in ("assessed", "approved"):
            _charged(books, fee, own, on, reason, told[name, fee.version][1])
        found = [status, own, waived_minor, version]
        same(f"late fee {name}", [fee.status, fee.own_charge, fee.waived, fee.version], found)
    same("number of late fees", len(books.late.fees), len(rows))
    demand(not books.late.came, f"charges of fees that nobody owes: {books.late.came}")
    books.late.by_hand.clear()


def _new(books: "Auditor", row: list[Any], reason: str, minor: int, event: int, at: datetime) -> Fee:
    name, lease_id, label, kind, charge_id, day, cause, amount = row
    lease = books.leases[lease_id]
    if kind == "returned_payment":
        one, on, account = _came_back(books, lease, cause, at)
        same(f"{name} for {cause}", [lease.account(label), on.isoformat(), one.returned, 0], [account, reason, amount, minor])
        demand(all(fee.cause != cause for fee in books.late.fees.values()), f"{cause} costs twice")
    else:
        charge = lease.charges[charge_id]
        one = _judge_new(books, lease, charge, label, day, amount, minor, event, at)
        same(f"reason of {name}", charge.due_on.isoformat(), reason)
        same(f"kind of {name}", "daily" if day else "first", kind)
    status = "proposed" if one.mode == "proposed" else "assessed"
    books.edges[f"late_fee: ∅ → {status}"] += 1
    books.late.fees[name] = Fee(name, lease, label, kind, charge_id, day, cause, amount, one, status)
    return books.late.fees[name]


def _judge_new(
    books: "Auditor", lease: Lease, charge: Charge, label: str | None, day: int, amount: int, minor: int, event: int, at: datetime
) -> Agreed:
    one = books.late.of(lease, charge.due_on)
    asked = charge.id in books.late.by_hand
    demand(one and one.asks and (asked or is_judged(books, lease, charge)), f"a late fee on {charge.id}, which is not judged")
    assert one is not None
    scope = next((scope for scope, owner in whose(lease, charge, one) if owner == label), "nobody")
    demand(scope != "nobody", f"{label} is charged for {charge.id} and owes none of it")
    taken = [fee for fee in books.late.about(charge.id) if fee.label == label]
    demand(day not in {fee.day for fee in taken}, f"day {day} of {charge.id} costs twice")
    demand(all(fee.status != "dismissed" for fee in taken), f"a fee on {charge.id}, which the landlord let go")
    ends = charge.due_on + (one.grace + day) * A_DAY
    demand(ends < lease.today(at), f"a fee on {charge.id} before its day {ends} is over")
    whole = lease.share(charge, scope) if scope else charge.amount
    same(f"overdue of {charge.id} on {ends}", overdue(books, lease, scope, charge, ends, event, at if asked else None), minor)
    demand(minor, f"a fee on {charge.id}, of which nothing was overdue on {ends}")
    wanted, most = one.wanted(day, minor, whole), one.most(whole)
    left = wanted if most is None else min(wanted, most - sum(fee.amount for fee in taken))
    same(f"fee of {charge.id} for day {day}", left, amount)
    return one


def _came_back(books: "Auditor", lease: Lease, cause: str, at: datetime) -> tuple[Agreed, date, str]:
    one = books.late.of(lease, lease.today(at))
    demand(one and one.mode != "off" and one.returned, f"{cause} costs a fee, and nothing is agreed for it")
    assert one is not None
    if cause in books.hand.receipts:
        receipt = books.hand.receipts[cause]
        demand(receipt.bounced_on, f"{cause} costs a fee, and never bounced")
        assert receipt.bounced_on is not None
        return one, receipt.bounced_on, receipt.account
    demand(cause in books.late.back_at, f"{cause} costs a fee, and was never returned")
    return one, lease.today(books.late.back_at[cause]), books.payments[cause].account


def _charged(books: "Auditor", fee: Fee, own: str, on: str, reason: str, at: datetime) -> None:
    """A2, A9: on the day of knowledge, in its own charge, for the day that it is for."""
    if fee.status == "approved":
        books.hand.facts.append(("late_fee.assessed", fee.id, fee.version))
    fee.status, fee.own_charge = "assessed", own
    day = fee.lease.today(at)
    same(f"charge of {fee.id}", [day.isoformat(), reason, fee.amount, fee.label], books.late.came.pop(own, None))
    same(f"day of {fee.id}", day.isoformat(), on)
    returned = fee.kind == "returned_payment"
    kind = "returned_fee.charged" if returned else "late_fee.assessed"
    fee.lease.charges[own].kind = kind
    income = f"{'L4310' if returned else 'L4300'}/{fee.lease.home}@{fee.lease.payee}"
    owed: list[Leg] = [(fee.lease.account(name), part, None) for name, part in parts(fee.lease, fee.label, fee.amount).items()]
    books.must_post(f"{kind}:{own}", kind, day, [*owed, (income, -fee.amount, None)])


def allocate(books: "Auditor", references: Sequence[str]) -> tuple[set[str], dict[str, list[tuple[str, int]]]]:
    """Of what was posted together: accounts to pair, and which fee a waiver is for."""
    accounts: set[str] = set()
    claims: dict[str, list[tuple[str, int]]] = {}
    for reference in references:
        kind, _, name = reference.partition(":")
        if kind in ("late_fee.assessed", "returned_fee.charged"):
            accounts |= {books.lease_of_charge[name].account(label) for label in books.lease_of_charge[name].weights}
        if kind == "late_fee.waived":
            fee = books.late.fees[name]
            accounts |= {fee.lease.account(label) for label in parts(fee.lease, fee.label, fee.waived)}
            claims[reference] = [(f"late_fee.assessed:{fee.own_charge}", fee.waived)]
    return accounts, claims


def check_all_charged(books: "Auditor", now: datetime) -> None:
    """Nothing due was left undone: no charge lacks a fee, and nothing came back that did not cost what was agreed."""
    for lease in books.leases.values():
        if not books.late.agreed[lease.id]:
            continue
        for charge in lease.charges.values():
            if charge.posted and is_judged(books, lease, charge):
                missing = lacking(books, lease, charge, now)
                demand(not missing, f"late, and never charged: {charge.id} of {lease.id}: {missing}")
    charged = {fee.cause for fee in books.late.fees.values()}
    for cause, at in books.late.back_at.items():
        lease = books.hand.receipts[cause].lease if cause in books.hand.receipts else _lease_of(books, books.payments[cause].account)
        then, today = (books.late.of(lease, lease.today(moment)) for moment in (at, now))
        said = then is today and then is not None and then.said_at is not None and then.said_at <= at
        asked = said and then is not None and then.mode != "off" and then.returned
        demand(not asked or cause in charged, f"{cause} came back and cost nothing")


def _lease_of(books: "Auditor", account: str) -> Lease:
    return next(lease for lease in books.leases.values() if account in {lease.account(label) for label in lease.weights})
