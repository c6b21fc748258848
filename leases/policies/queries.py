"""What a lease's payment policy allows, and the order in which money pays charges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.money import words
from leases.contracts.models import Lease
from leases.policies.models import PaymentPolicy

CATEGORIES: Final = ("rent", "utilities", "damages", "fee", "other")
SURE: Final = ("instant", "wire")  # rails whose money does not come back
AFTER_RETURN: Final = timedelta(days=180)  # for so long only sure money is taken


class PaymentsBlocked(Conflict):
    """The landlord takes no payments on this lease, as before an eviction: taking a part could undo the notice."""

    code = "payments_blocked"


class CertifiedFundsRequired(InvalidInput):
    """Only by a rail whose money does not come back."""

    code = "certified_funds_required"


class PartialPaymentRefused(InvalidInput):
    """Less than this lease allows at once; `least` is what it does."""

    code = "partial_payment_refused"


@dataclass(frozen=True, slots=True)
class Policy:
    """The newest version. `version` 0: none was ever set, everything is taken."""

    version: int = 0
    partial: str = PaymentPolicy.Partial.ANY
    minimum_minor: int | None = None
    blocked: bool = False
    certified_funds: str = PaymentPolicy.Certified.NEVER
    prepayment: str = PaymentPolicy.Prepayment.NEXT
    order: str = PaymentPolicy.Order.OLDEST_FIRST
    categories: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Why a charge is paid before another, for the record."""
        first = f" ({', '.join(self.categories)})" if self.categories else ""
        return f"{self.order}{first}, payment policy {self.version}" if self.version else ""

    def turn(self, category: str | None) -> int:
        """Of a charge of this category (None: of no charge), the lowest first."""
        return self.categories.index(category) if category in self.categories else len(self.categories)


FIELDS: Final = ("version", "partial", "minimum_minor", "blocked", "certified_funds", "prepayment", "order", "categories")


def policy_of(lease: Lease) -> Policy:
    return policies_of([lease.id]).get(lease.id, Policy())


def policies_of(lease_ids: Sequence[int]) -> dict[int, Policy]:
    """Lease id → its newest policy, where one was ever set."""
    rows = PaymentPolicy.objects.filter(lease_id__in=list(lease_ids)).order_by("lease_id", "-version").distinct("lease_id")
    return {row.pop("lease_id"): policy_told(row) for row in rows.values("lease_id", *FIELDS)}


def policy_told(found: Mapping[str, Any] | None) -> Policy:
    """From the columns of a row, or None."""
    if found is None:
        return Policy()
    return Policy(**{**{name: found[name] for name in FIELDS}, "categories": tuple(found["categories"])})


@dataclass(frozen=True, slots=True)
class Intended:
    """A payment at the moment before it is accepted, in minor units. `due_minor`: owed and not on its way; `ahead_minor`: the next charge.

    `returned_at`: when money last came back, where the policy asks for it. `again`: a further try of what was taken once, and came to
    nothing: whether it is a part is not asked again, for what has fallen due since is another debt.
    """

    rail: str
    amount_minor: int
    due_minor: int
    ahead_minor: int
    returned_at: datetime | None
    at: datetime
    currency: str
    again: bool = False

    @property
    def payable_minor(self) -> int:
        return max(0, self.due_minor + self.ahead_minor)

    @property
    def returned_lately(self) -> bool:
        return self.returned_at is not None and self.at - self.returned_at <= AFTER_RETURN


def check_policy(policy: Policy, wish: Intended) -> None:
    """Raises PaymentsBlocked, CertifiedFundsRequired, PartialPaymentRefused, InvalidInput, each in words that the renter can act on."""
    if policy.blocked:
        raise PaymentsBlocked("The landlord takes no payments on this lease at present: speak with the landlord.")
    sure = policy.certified_funds
    if wish.rail not in SURE and (sure == "always" or (sure == "after_return" and wish.returned_lately)):
        since = " after a payment came back" if sure == "after_return" else ""
        said = f"This lease takes only money that cannot come back{since}: pay by instant transfer or wire."
        raise CertifiedFundsRequired(said, param="rail", rails=list(SURE))
    if policy.prepayment == "none" and wish.amount_minor > max(0, wish.due_minor):
        said = f"This lease takes no money ahead: {words(max(0, wish.due_minor), wish.currency)} is due."
        raise InvalidInput(said, param="amount", code="prepayment_refused", payable=max(0, wish.due_minor))
    least = least_of(policy, wish.due_minor, wish.payable_minor)
    if wish.amount_minor < least and not wish.again:
        said = f"This lease takes {words(least, wish.currency)} or more at once."
        raise PartialPaymentRefused(said, param="amount", least=least)


def least_of(policy: Policy, due_minor: int, payable_minor: int) -> int:
    """The smallest payment that is taken, in minor units: all that is due, or with nothing due all of the next charge; or the minimum."""
    whole = due_minor if due_minor > 0 else payable_minor
    if policy.partial == PaymentPolicy.Partial.NONE:
        return whole
    return min(policy.minimum_minor or 0, whole) if policy.partial == PaymentPolicy.Partial.MINIMUM else 0


class Ordered(Protocol):
    """A charge, as far as its turn is concerned."""

    @property
    def category(self) -> str: ...
    @property
    def posted_at(self) -> datetime | None: ...


R = TypeVar("R")


def in_turn(policy: Policy, rows: Sequence[tuple[Ordered, R]]) -> list[R]:
    """`rows` (oldest first) in the order in which money pays them: what is owed by the policy, then what is not owed yet."""
    if policy.order != PaymentPolicy.Order.CATEGORIES:
        return [row for _, row in rows]
    return [row for _, row in sorted(rows, key=lambda pair: (pair[0].posted_at is None, policy.turn(pair[0].category)))]
