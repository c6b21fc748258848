"""What a receipt says, from the books alone: the entries of the payment's own transactions, and what they were allocated to."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from directpay.kernel.clock import today
from directpay.kernel.errors import Conflict
from leases.contracts.models import Lease
from leases.rent.models import Charge
from ledger.journal.models import Entry
from payments.payins.models import Payment, Status
from payments.payins.queries import completed_reference

CLEARING: Final = "P1210"


class ReceiptNotReady(Conflict):
    """A receipt is for money that has arrived for good as far as is known; `status` says where it is."""

    code = "receipt_not_ready"


@dataclass(frozen=True, slots=True)
class Paid:
    """So much of one charge; `charge` is None for money that waits for what comes next."""

    charge: Charge | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """Minor units. `charged_minor` is what the payer's bank was asked for, `returned_minor` what it took back.

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

    @property
    def fee_minor(self) -> int:
        """What the payer paid besides, for the way that it was sent."""
        return self.charged_minor - self.paid_minor

    @property
    def into_trust(self) -> bool:
        return self.payment.applies_to.pays_into == "trust"


# What the credit was paired with, in the order of the debits; what a return undid again stays: it says what was paid, and then came back.
PAIRED: Final = """
SELECT t.reference, sum(a.amount_minor)::bigint FROM ledger_allocation a
JOIN ledger_entry d ON d.id = a.debit_entry_id JOIN ledger_transaction t ON t.id = d.transaction_id
WHERE a.credit_entry_id = %s AND a.rule <> 'return' GROUP BY t.reference, d.effective_on, d.id HAVING sum(a.amount_minor) > 0
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
    back = list(_entries(f"payment.returned:{payment.public_id}"))
    lease = Lease.objects.select_related("unit__property").filter(public_id=payment.origin).first()
    zone = ZoneInfo(lease.unit.property.timezone if lease else settings.TIME_ZONE)
    return Receipt(
        payment=payment,
        lease=lease,
        currency=credit.currency,
        transaction=credit.transaction.public_id,
        received_on=today(zone, credit.at),
        lines=_lines(credit),
        paid_minor=-credit.amount_minor,
        charged_minor=_through_clearing(entries),
        returned_on=today(zone, back[0].at) if back else None,
        returned_minor=-_through_clearing(back),
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


def _lines(credit: Entry) -> list[Paid]:
    with connection.cursor() as cursor:
        cursor.execute(PAIRED, [credit.id])
        paired = cursor.fetchall()
    names = [reference.rpartition(":")[2] for reference, _minor in paired]
    charges = {charge.public_id: charge for charge in Charge.objects.filter(public_id__in=names)}
    lines = [Paid(charges.get(name), minor) for name, (_reference, minor) in zip(names, paired, strict=True)]
    rest = -credit.amount_minor - sum(line.amount_minor for line in lines)
    return [*lines, Paid(None, rest)] if rest > 0 else lines
