"""What stands ahead on a lease and could go back, before anybody presses anything; and what went back, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from directpay.kernel.row_scope import every_row
from leases.contracts.models import Lease, Party
from leases.overpayments.models import OverpaymentRefund
from leases.overpayments.queries import account_to_refund, ahead_of, waits_for, with_parts
from leases.portal.queries.by_hand import SHOWN


@dataclass(frozen=True, slots=True)
class Part:
    """Of one payment. `to`: the bank of the account to which it goes, empty where there is none; its number is nobody's business."""

    minor: int
    payer: str
    to: str
    paid_on: date


@dataclass(frozen=True, slots=True)
class StandsAhead:
    """On one party's account. `waits`: the code of what has to come first; `why_not`: of what stays of it."""

    party: Party
    names: Sequence[str]
    minor: int
    refundable_minor: int
    parts: Sequence[Part]
    why_not: str
    waits: str

    @property
    def stays_minor(self) -> int:
        return self.minor - self.refundable_minor


def standing_ahead(lease: Lease, today: date) -> list[StandsAhead]:
    """Of a lease whose landlord asks: which credits there are and whether autopay is announced, not who pays how."""
    names = {party.id: [r.user.name for r in lease.renters.all() if r.party_id == party.id] for party in lease.parties.all()}
    with every_row():
        return [_of(party, names[party.id], today) for party in lease.parties.all() if party.account.balance_minor < 0]


def _of(party: Party, names: Sequence[str], today: date) -> StandsAhead:
    ahead = ahead_of(party)
    parts = [
        Part(minor, payment.payer.name, account.bank_name if (account := account_to_refund(payment, today)) else "", payment.tendered_on)
        for payment, minor in ahead.taken(ahead.refundable_minor)
    ]
    return StandsAhead(party, names, ahead.minor, ahead.refundable_minor, parts, ahead.why_not, waits_for(party))


@dataclass(frozen=True, slots=True)
class RefundRow:
    refund: OverpaymentRefund

    @property
    def state(self) -> str:
        words = {"pending": _("On its way"), "paid": _("Arrived"), "partly_paid": _("Partly came back"), "failed": _("Came back")}
        return words[self.refund.status]


def refunds_of(lease: Lease) -> list[RefundRow]:
    return [RefundRow(row) for row in with_parts().filter(lease=lease).order_by("-id")[:SHOWN]]
