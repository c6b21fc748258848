"""What late rent and money that came back must cost (BOOKS.md A2, A3, A9, F5; section 5, "overdue on day d"), reckoned day by day."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.simulation.auditor import refunds
from tests.simulation.auditor.arrears import by_plan
from tests.simulation.auditor.books import Leg
from tests.simulation.auditor.overpayments import given_back
from tests.simulation.auditor.rent import Charge, Lease, split
from tests.simulation.auditor.transfers import given_to, owed_by

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
    gone_at: dict[str, int] = field(default_factory=dict)  # payment, or what was given back → the event after which it counts no more
    back_at: dict[str, datetime] = field(default_factory=dict)  # payment or receipt → when it came back
    refused_at: dict[str, datetime] = field(default_factory=dict)  # payment → when its bank said that it does not pay
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


def goes_along(books: "Auditor", old: Lease, new: Lease, at: datetime) -> None:
    """To another unit: what holds on its first day, and what was agreed for later ones."""
    first = books.late.of(old, new.start_on)
    later = [one for one in books.late.agreed[old.id] if one.from_on > new.start_on]
    for one in [replace(first, from_on=new.start_on), *later] if first else later:
        agreed(books, new, replace(one, said_at=at))


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
    debts += [[1, on, name, minor] for name, on, told, minor in owed_by(books, lease, label) if on <= until and told <= by]
    for name, on, told, minor in (*given_back(books, lease, label), *refunds.given_back(books, lease, label)):
        if on <= until and told <= by and books.late.gone_at.get(name, event + 1) > event:
            debts.append([1, on, name, minor])
    # What was forgiven of a debt that is not looked at, for it was recorded later, is not looked at either. What was deducted for one that
    # falls due later stands ahead until then (decision 24).
    names = {
        "",
        *(d[2] for d in debts),
        *(one.id for one in lease.charges.values() if books.late.known_at.get(one.id, lease.opened_at) <= by),
    }
    given = [one for one in _given(books, lease, label, event) if one[0] <= until and one[2] in names]
    debts = by_plan(books.arrears.held(lease, label, until), debts, charge.id, until)
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
    for one in books.trust.movements.values():
        if one.kind == "deduction" and one.deposit.lease.account(one.deposit.label) in accounts:
            yield one.on, one.amount, one.charge or ""
    for credit in books.hand.credits.values():
        if credit.account in accounts and credit.kind != "reinstatement":
            yield credit.on, credit.amount, credit.charge or ""
    for on, minor in given_to(books, lease, label):
        yield on, minor, ""
    for fee in books.late.fees.values():
        if fee.waived and fee.lease is lease:
            for name, part in parts(lease, fee.label, fee.waived, charged_on(fee)).items():
                if lease.account(name) in accounts:
                    yield books.late.waived_on[fee.id], part, fee.own_charge or ""


def parts(lease: Lease, label: str | None, amount: int, on: date) -> dict[str, int]:
    shares = {label: amount} if label else split(amount, lease.weights_on(on))
    return {name: part for name, part in shares.items() if part}


def charged_on(fee: Fee) -> date:
    """Whose it is goes by the shares of the day that it is for."""
    return fee.lease.charges[fee.own_charge or ""].shared_on


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
            if not open_then and books.arrears.held(lease, scope, ends):
                continue
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
    shares: list[Leg] = [
        (fee.lease.account(name), -part, None) for name, part in parts(fee.lease, fee.label, amount, charged_on(fee)).items()
    ]
    books.must_post(f"late_fee.waived:{fee.id}", "late_fee.waived", day, [(home, amount, None), *shares])
