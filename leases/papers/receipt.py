"""What a receipt says, from the books alone: the entries of the payment's own transactions, and what they were allocated to."""

from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Q

from directpay.kernel.arrays import integers
from directpay.kernel.clock import today
from directpay.kernel.errors import Conflict
from leases.contracts.models import Lease
from leases.rent.models import Charge
from leases.rent.postings import due_reference
from ledger.journal.models import Entry
from payments.payins.models import Payment, Status
from payments.payins.queries import completed_reference
from payments.payouts.queries import refunds_of

CLEARING, IN_TRANSIT = "P1210", "P2310"
GIVEN_BACK: Final = "refund.submitted"  # by a refund, and of what was paid too much
NOT_DELIVERED: Final = ("refund.failed", "refund.returned")


class ReceiptNotReady(Conflict):
    """A receipt is for money that has arrived for good as far as is known; `status` says where it is."""

    code = "receipt_not_ready"


@dataclass(frozen=True, slots=True)
class Paid:
    """So much of one charge; or of a debt without one, of its transaction's `kind`; without either, money that waits for what comes."""

    charge: Charge | None
    amount_minor: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Back:
    """A part that went back to its payer (below zero), or did not reach them (above); the fee that goes back beside it included."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """Minor units. `charged_minor` is what the payer's bank was asked for, `returned_minor` what it took back.

    `lines` say what was paid; where some of it went `back` since, `stays` says what is paid after that.

    Days are those of the property on which the books were written: a bank holiday moves the day that counts, not the day that one sees.
    """

    payment: Payment
    lease: Lease | None
    currency: str
    transaction: str  # public id in the books
    received_on: date
    lines: list[Paid]
    paid_minor: int
    charged_minor: int
    returned_on: date | None = None
    returned_minor: int = 0
    back: list[Back] = field(default_factory=list)
    stays: list[Paid] = field(default_factory=list)

    @property
    def stays_minor(self) -> int:
        return self.charged_minor - self.returned_minor + sum(part.amount_minor for part in self.back)

    @property
    def fee_minor(self) -> int:
        """What the payer paid besides, for the way that it was sent."""
        return self.charged_minor - self.paid_minor

    @property
    def into_trust(self) -> bool:
        return self.payment.applies_to.pays_into == "trust"


# What credits were paired with, in the order of the debits. What a return or a refund undid again stays, unless it is asked what holds now:
# it says what was paid, and then came back.
PAIRED: Final = """
SELECT t.kind, t.reference, sum(a.amount_minor)::bigint FROM ledger_allocation a
JOIN ledger_entry d ON d.id = a.debit_entry_id JOIN ledger_transaction t ON t.id = d.transaction_id
WHERE a.credit_entry_id = ANY(%s::bigint[]) AND (a.rule <> 'return' OR %s) AND t.kind <> %s
GROUP BY t.kind, t.reference, d.effective_on, d.id HAVING sum(a.amount_minor) > 0
ORDER BY d.effective_on, d.id
"""


def receipt_of(payment: Payment) -> Receipt:
    """Raises ReceiptNotReady before the payment has settled (a deposit: before it has cleared). Ask it with every row in sight."""
    if not _is_ready(payment):
        said = (
            "There is a receipt once the payment has settled." if payment.status not in _NEVER else "Nothing was paid: there is no receipt."
        )
        raise ReceiptNotReady(said, payment=payment.public_id, status=str(payment.status))
    entries = list(_entries(completed_reference(payment)))
    credit = next(e for e in entries if e.account_id == payment.applies_to_id and e.amount_minor < 0)
    returned = list(_entries(f"payment.returned:{payment.public_id}"))
    given_back = _given_back(payment)
    lease = Lease.objects.select_related("unit__property").filter(public_id=payment.origin).first()
    zone = ZoneInfo(lease.unit.property.timezone if lease else settings.TIME_ZONE)
    return Receipt(
        payment=payment,
        lease=lease,
        currency=credit.currency,
        transaction=credit.transaction.public_id,
        received_on=today(zone, credit.at),
        lines=_lines([credit]),
        paid_minor=-credit.amount_minor,
        charged_minor=_through_clearing(entries),
        returned_on=today(zone, returned[0].at) if returned else None,
        returned_minor=-_through_clearing(returned),
        back=_back(given_back, zone),
        stays=_lines([credit, *(e for e in given_back if e.account_id == credit.account_id)], now=True)
        if given_back and not returned
        else [],
    )


_NEVER: Final = (Status.FAILED, Status.CANCELED)


def _is_ready(payment: Payment) -> bool:
    if payment.status in (Status.SETTLED, Status.RETURNED):
        return True
    return payment.status == Status.COMPLETED and payment.applies_to.pays_into == "trust"


def _entries(reference: str) -> list[Entry]:
    return list(Entry.objects.filter(transaction__reference=reference).select_related("account", "transaction").order_by("leg"))


def _through_clearing(entries: list[Entry]) -> int:
    return sum(e.amount_minor for e in entries if e.account.number == CLEARING)


def _given_back(payment: Payment) -> list[Entry]:
    """The entries by which parts of it went back, and did not arrive, in their order."""
    ids = [*payment.refunds.values_list("public_id", flat=True), *refunds_of([payment.public_id]).values_list("public_id", flat=True)]
    references = [f"{kind}:{name}" for name in ids for kind in (GIVEN_BACK, *NOT_DELIVERED)]
    found = Entry.objects.filter(transaction__reference__in=references) if ids else Entry.objects.none()
    return list(found.select_related("account", "transaction").order_by("at", "transaction_id", "leg"))


def _back(entries: list[Entry], zone: ZoneInfo) -> list[Back]:
    """Per transaction what of it is its payer's."""
    found = []
    for _transaction, legs in groupby(entries, key=lambda e: e.transaction_id):
        of_payer = [e for e in legs if e.account.number in (CLEARING, IN_TRANSIT)]
        found.append(Back(today(zone, of_payer[0].at), sum(e.amount_minor for e in of_payer)))
    return found


def _lines(entries: list[Entry], *, now: bool = False) -> list[Paid]:
    """What the credits among these paid. `now`: what of it still holds; the debits among these took the rest."""
    credits = [e for e in entries if e.amount_minor < 0]
    with connection.cursor() as cursor:
        cursor.execute(PAIRED, [integers(e.id for e in credits), now, GIVEN_BACK])
        paired = cursor.fetchall()
    charges = _charges([(kind, reference.rpartition(":")[2]) for kind, reference, _minor in paired])
    lines = [Paid(charges.get(reference), minor, kind) for kind, reference, minor in paired]
    rest = -sum(e.amount_minor for e in entries) - sum(line.amount_minor for line in lines)
    return [*lines, Paid(None, rest)] if rest > 0 else lines


def _charges(named: list[tuple[str, str]]) -> dict[str, Charge]:
    """By the reference of what posts them: a charge's own id, or that of what it is owed for."""
    kinds, names = {kind for kind, _name in named}, [name for _kind, name in named]
    found = Charge.objects.filter(Q(public_id__in=names) | Q(posted_for__in=names), posted_as__in=kinds)
    return {due_reference(charge): charge for charge in found}
