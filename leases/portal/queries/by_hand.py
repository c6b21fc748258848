"""What was recorded on a lease by hand, in words."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from leases.contracts.models import Lease
from leases.credits.models import Credit
from leases.receipts.actions import MAY_BOUNCE
from leases.receipts.models import Receipt
from leases.transfers.models import Transfer

SHOWN = 50  # of each, the latest


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    receipt: Receipt

    @property
    def title(self) -> str:
        names = {"check": _("Check"), "cash": _("Cash"), "money_order": _("Money order"), "other": _("Given by hand")}
        name = names[self.receipt.method]
        return f"{name} {self.receipt.number}" if self.receipt.number else name

    @property
    def state(self) -> str:
        return {"recorded": _("In hand"), "banked": _("At your bank"), "bounced": _("Came back")}[self.receipt.status]

    @property
    def may_bank(self) -> bool:
        return self.receipt.status == Receipt.Status.RECORDED

    @property
    def may_bounce(self) -> bool:
        return not self.receipt.bounced_on and self.receipt.method in MAY_BOUNCE


@dataclass(frozen=True, slots=True)
class CreditRow:
    credit: Credit

    @property
    def title(self) -> str:
        return {"credit": _("Credit"), "write_off": _("Written off"), "reinstatement": _("Owed again")}[self.credit.kind]


def receipts_of(lease: Lease) -> list[ReceiptRow]:
    return [ReceiptRow(row) for row in Receipt.objects.filter(lease=lease).order_by("-received_on", "-id")[:SHOWN]]


def credits_of(lease: Lease) -> list[CreditRow]:
    return [CreditRow(row) for row in Credit.objects.filter(lease=lease).order_by("-granted_on", "-id")[:SHOWN]]


@dataclass(frozen=True, slots=True)
class TransferRow:
    """`given`: the renter's name whose share it paid; `unit`: from which a balance came along."""

    transfer: Transfer
    given: str

    @property
    def title(self) -> str:
        if self.transfer.move is None:
            return _("Given to %(name)s") % {"name": self.given}
        return _("Brought along from %(unit)s") % {"unit": self.transfer.move.old.unit.name}


def transfers_of(lease: Lease) -> list[TransferRow]:
    """Those that count on this lease: between roommates, or from the unit before."""
    names = {renter.party_id: renter.user.name for renter in lease.renters.all()}
    rows = Transfer.objects.select_related("move__old__unit").filter(
        Q(move=None, giver__lease=lease) | Q(move__new=lease),
    )
    return [TransferRow(row, names.get(row.taker_id, "")) for row in rows.order_by("-transferred_on", "-id")[:SHOWN]]
