"""Late fees as the database tells them: each was due, for its sum, when it was recorded; none is missing."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tests.simulation.auditor.books import Leg
from tests.simulation.auditor.deposits import into_trust
from tests.simulation.auditor.errors import demand, same
from tests.simulation.auditor.lateness import A_DAY, Agreed, Fee, charged_on, is_judged, lacking, overdue, parts, whose
from tests.simulation.auditor.payments import GONE, Payment
from tests.simulation.auditor.rent import Charge, Lease

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor


AGAIN = ("overpayment_refund.failed", "overpayment_refund.returned", "refund.failed", "refund.canceled", "refund.returned")


def note_gone(books: "Auditor", events: Sequence[Sequence[Any]]) -> None:
    """From which event on a payment pays nothing, and what was given back is paid again."""
    for event, _, kind, name, *_ in books.leaving.stream:
        if kind in AGAIN:
            books.late.gone_at.setdefault(name, event)
    for event, name, _, _, state, at, kind in events:
        if kind.startswith("payment.") and state in GONE:
            books.late.gone_at.setdefault(name, event)
        deposit = name in books.payments and into_trust(books.payments[name])
        if kind in ("payment.returned", "receipt.bounced") and not deposit:
            books.late.back_at[name] = datetime.fromisoformat(at)
        if kind == "payment.failed" and name in books.payments and _by_its_bank(books.payments[name]):
            books.late.refused_at[name] = datetime.fromisoformat(at)


def _by_its_bank(p: Payment) -> bool:
    return not p.by_card and any(one.state in ("failed", "returned") for one in p.told)


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
    books.late.known_at[own] = at
    day = fee.lease.today(at)
    same(f"charge of {fee.id}", [day.isoformat(), reason, fee.amount, fee.label], books.late.came.pop(own, None))
    same(f"day of {fee.id}", day.isoformat(), on)
    returned = fee.kind == "returned_payment"
    kind = "returned_fee.charged" if returned else "late_fee.assessed"
    fee.lease.charges[own].kind = kind
    income = f"{'L4310' if returned else 'L4300'}/{fee.lease.home}@{fee.lease.payee}"
    owed: list[Leg] = [
        (fee.lease.account(name), part, None) for name, part in parts(fee.lease, fee.label, fee.amount, charged_on(fee)).items()
    ]
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
            accounts |= {fee.lease.account(label) for label in parts(fee.lease, fee.label, fee.waived, charged_on(fee))}
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
        said = then is today and then is not None and then.said_at is not None and then.said_at < at
        asked = said and then is not None and then.mode != "off" and then.returned
        demand(not asked or cause in charged, f"{cause} came back and cost nothing")


def _lease_of(books: "Auditor", account: str) -> Lease:
    return next(lease for lease in books.leases.values() if account in {lease.account(label) for label in lease.weights})
