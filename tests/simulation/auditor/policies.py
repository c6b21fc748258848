"""What a landlord takes on a lease, and which charges money pays first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tests.simulation.auditor.errors import same

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor

WRONG, MISSING = "parameter_invalid", "parameter_missing"
BLOCKED, CERTIFIED, NOT_AHEAD, TOO_LITTLE = "payments_blocked", "certified_funds_required", "prepayment_refused", "partial_payment_refused"
REFUSALS = (BLOCKED, CERTIFIED, NOT_AHEAD, TOO_LITTLE)
FINAL = {"instant", "wire"}  # rails that bring nothing back
WATCHED = timedelta(days=180)  # for so long one that had something come back pays by these alone
CATEGORIES = {"rent", "utilities", "damages", "fee", "other"}


@dataclass(frozen=True)
class Takes:
    """`least` belongs to the partial payments of a minimum, `first` to the order by categories."""

    partial: str = "any"
    least: int | None = None
    blocked: bool = False
    certified: str = "never"
    ahead: str = "next"
    order: str = "oldest_first"
    first: tuple[str, ...] = ()

    def row(self, lease: str, version: int) -> list[Any]:
        return [lease, version, self.partial, self.least, self.blocked, self.certified, self.ahead, self.order, list(self.first)]


@dataclass
class Policies:
    said: dict[str, list[Takes]] = field(default_factory=dict)  # by lease, each version as it was said

    def of(self, lease: str) -> Takes:
        return self.said[lease][-1] if self.said.get(lease) else Takes()


class Row(Protocol):
    category: str
    owed: bool


R = TypeVar("R", bound=Row)


def judge_setting(wished: Takes) -> str:
    """A minimum has its sum, categories have their names, each a known one and once; nothing else has either."""
    if (wished.partial == "minimum") != (wished.least is not None):
        return MISSING if wished.partial == "minimum" else WRONG
    if (wished.order == "categories") != bool(wished.first):
        return MISSING if wished.order == "categories" else WRONG
    return "" if set(wished.first) <= CATEGORIES and len(set(wished.first)) == len(wished.first) else WRONG


def said(books: "Auditor", lease: str, takes: Takes) -> None:
    """The same again is no new version."""
    versions = books.policies.said.setdefault(lease, [])
    if versions and versions[-1] == takes:
        return
    blocked = books.policies.of(lease).blocked
    versions.append(takes)
    books.edges["policy: ∅ → set" if len(versions) == 1 else "policy: set → changed"] += 1
    if blocked != takes.blocked:
        books.edges["lease: blocked → open" if blocked else "lease: open → blocked"] += 1
    books.hand.facts.append(("payment_policy.set", f"policy:{lease}", len(versions)))


def turn(books: "Auditor", lease: str, reference: str) -> int:
    """Of what stands on an account of the lease: which is paid before which, where no claim says so. What is no charge comes last."""
    first = books.policies.of(lease).first
    found = [charge.category for charge in books.leases[lease].charges.values() if charge.reference == reference]
    return first.index(found[0]) if found and found[0] in first else len(first)


def goes_along(books: "Auditor", old: str, new: str) -> None:
    """To another unit: the newest, as the first there."""
    if books.policies.said.get(old):
        said(books, new, books.policies.of(old))


def refusal(books: "Auditor", lease: str, *, rail: str, amount: int, due: int, ahead: int, at: datetime) -> str:
    """`due`: owed and not on its way, which may be below zero; `ahead`: what the next charge adds."""
    takes = books.policies.of(lease)
    if takes.blocked:
        return BLOCKED
    if rail not in FINAL and (takes.certified == "always" or (takes.certified == "after_return" and _came_back(books, lease, at))):
        return CERTIFIED
    if takes.ahead == "none" and amount > max(0, due):
        return NOT_AHEAD
    whole = due if due > 0 else max(0, due + ahead)
    least = {"none": whole, "minimum": min(takes.least or 0, whole), "any": 0}[takes.partial]
    return TOO_LITTLE if amount < least else ""


def judge_parts(books: "Auditor", lease: str, parts: Sequence[int]) -> str:
    """Of a payment plan: what is not taken could not be kept."""
    takes = books.policies.of(lease)
    if takes.blocked:
        return BLOCKED
    return TOO_LITTLE if min(parts) < (takes.least or 0) or (takes.partial == "none" and len(parts) > 1) else ""


def _came_back(books: "Auditor", lease: str, at: datetime) -> bool:
    """Of anybody on the lease, and whatever the payer called it. What comes back of a deposit is not asked."""
    one = books.leases[lease]
    accounts = {one.account(label) for label in one.weights}
    own = [p for p in books.payments.values() if p.account in accounts]
    came = [books.late.back_at[p.id] for p in own if p.state == "returned"]
    came += [books.late.refused_at[p.id] for p in own if p.id in books.late.refused_at]
    days = [r.bounced_on for r in books.hand.receipts.values() if r.lease is one and r.bounced_on]
    came += [datetime.combine(day, time(), UTC) for day in days]
    return bool(came) and at - max(came) <= WATCHED


def in_turn(books: "Auditor", lease: str, rows: Sequence[R]) -> list[R]:
    """As money pays them: what is owed before what is not yet, by the categories of the lease, and of one the oldest first."""
    first = books.policies.of(lease).first

    def among(owed: bool, category: str) -> list[R]:
        fit = [row for row in rows if row.owed == owed]
        return [row for row in fit if (row.category == category if category else row.category not in first)]

    return [row for owed in (True, False) for category in (*first, "") for row in among(owed, category)]


def check_rows(books: "Auditor", rows: Sequence[Sequence[Any]]) -> None:
    ours = [takes.row(lease, n) for lease, versions in books.policies.said.items() for n, takes in enumerate(versions, start=1)]
    same("payment policies", sorted(ours, key=repr), sorted(map(list, rows), key=repr))
