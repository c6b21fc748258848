"""What stands ahead on an account, where it came from, and what of it can go back; and who may see what did."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Prefetch, QuerySet

from directpay.people.actor import Actor
from directpay.people.ways import seen_by
from leases.autopay.models import Autopay, AutopayRun
from leases.contracts.models import Party
from leases.contracts.queries import ways_by_share
from leases.overpayments.models import OverpaymentPart, OverpaymentRefund
from ledger.allocation.queries import open_entries
from payments.methods.models import BankAccount
from payments.payins.models import LIVE, Payment, Status
from payments.payouts.models import Payout
from payments.rails.registry import rail
from payments.refunds.models import Refund

RETURN_WINDOW: Final = timedelta(days=60)  # Nacha: how long a person's bank may take back a debit that was not allowed
# Why money that stands ahead stays. The code of a refusal, and what page and API say of it.
NOT_SETTLED, RETURNED, BY_HAND, GRANTED, ELSEWHERE = (
    "payment_not_settled",
    "payment_returned",
    "credit_given_by_hand",
    "credit_not_paid",
    "credit_paid_elsewhere",
)
IN_FLIGHT, ANNOUNCED = "payment_in_flight", "autopay_announced"
OF_KIND: Final = {"receipt.recorded": BY_HAND, "party.transferred": ELSEWHERE, "lease.transferred": ELSEWHERE}


@dataclass(frozen=True, slots=True)
class Unused:
    """What of one credit no debt has taken. `kept`: why it stays, empty where it can go back; then `payment` is whose money it is."""

    minor: int
    payment: Payment | None
    kept: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """What stands ahead on one party's account, the newest credit first."""

    unused: Sequence[Unused]

    @property
    def minor(self) -> int:
        return sum(one.minor for one in self.unused)

    @property
    def refundable_minor(self) -> int:
        return sum(one.minor for one in self.unused if not one.kept)

    @property
    def why_not(self) -> str:
        """Of what stays, the first reason; empty where nothing stands ahead, or all of it can go back."""
        return next((one.kept for one in self.unused if one.kept), "")

    def taken(self, amount_minor: int) -> list[tuple[Payment, int]]:
        """Of which payments that much goes back: of the newest first, each once."""
        parts: dict[int, tuple[Payment, int]] = {}
        for one in self.unused:
            part = min(one.minor, amount_minor) if one.payment is not None and not one.kept else 0
            if one.payment is not None and part:
                before = parts.get(one.payment.id, (one.payment, 0))[1]
                parts[one.payment.id] = one.payment, before + part
                amount_minor -= part
        return list(parts.values())


def ahead_of(party: Party) -> Ahead:
    """Ask it with the lease, `payments_ahead` and the account locked before acting on it."""
    credits = [entry for entry in open_entries([party.account_id]).get(party.account_id, []) if entry.amount_minor < 0]
    payments = _payments_of([entry.reference for entry in credits])
    newest_first = sorted(credits, key=lambda entry: -entry.entry_id)
    return Ahead([_unused(entry.reference, entry.open_minor, payments) for entry in newest_first])


def payments_ahead(party: Party) -> QuerySet[Payment]:
    """Those of which something may stand ahead."""
    return Payment.objects.filter(applies_to_id=party.account_id, status=Status.SETTLED).order_by("id")


def _payments_of(references: Sequence[str]) -> dict[str, Payment]:
    """Reference of a credit → the payment whose money it is: its own, or what could not be given back of it."""
    ids = {reference: reference.partition(":")[2] for reference in references}
    origins = dict(Payout.objects.filter(public_id__in=list(ids.values())).values_list("public_id", "origin"))
    origins |= dict(Refund.objects.filter(public_id__in=list(ids.values())).values_list("public_id", "payment__public_id"))
    named = {reference: origins.get(one, one) for reference, one in ids.items()}
    rows = Payment.objects.filter(public_id__in=list(named.values())).select_related("bank_account", "payer")
    found = {payment.public_id: payment for payment in rows}
    return {reference: found[one] for reference, one in named.items() if one in found}


def _unused(reference: str, minor: int, payments: Mapping[str, Payment]) -> Unused:
    payment = payments.get(reference)
    if payment is None:
        return Unused(minor, None, OF_KIND.get(reference.partition(":")[0], GRANTED))
    kept = {Status.SETTLED: "", Status.RETURNED: RETURNED}.get(Status(payment.status), NOT_SETTLED)
    return Unused(minor, payment, kept)


def waits_for(party: Party) -> str:
    """What has to come first, for it counts on what stands ahead; empty where nothing does."""
    return IN_FLIGHT if newest_in_flight(party) else ANNOUNCED if awaits_autopay(party) else ""


def newest_in_flight(party: Party) -> str:
    """Public id of a payment on its way to the party's account; empty without one."""
    live = Payment.objects.filter(applies_to_id=party.account_id, status__in=LIVE)
    return live.order_by("-id").values_list("public_id", flat=True).first() or ""


def awaits_autopay(party: Party) -> bool:
    """Whether whoever pays for it was told already how much autopay will take, which counts on what stands ahead."""
    told = AutopayRun.objects.filter(status=AutopayRun.Status.PLANNED, told_days__isnull=False)
    return told.filter(autopay__party=party, autopay__status=Autopay.Status.ACTIVE).exists()


def may_still_return_until(payment: Payment) -> date | None:
    """Until when its bank may take it back; None where it never may."""
    if payment.completed_on is None or not rail(payment.rail).can_be_returned:
        return None
    return payment.completed_on + RETURN_WINDOW


def account_to_refund(payment: Payment, day: date) -> BankAccount | None:
    """The bank account from which it was paid; when its bank cannot take it back any more, another verified one of its payer.

    None where there is none: while the bank may take the payment back, no other account gets money of it.
    """
    paid_from = payment.bank_account
    if paid_from is None:  # what was paid by card goes back to the card, and never into a bank account
        return None
    if paid_from.status == BankAccount.Status.VERIFIED and paid_from.purpose == "own":
        return paid_from
    until = may_still_return_until(payment)
    if until is not None and day <= until:
        return None
    others = BankAccount.objects.filter(user_id=payment.payer_id, status=BankAccount.Status.VERIFIED, purpose="own")
    return others.filter(currency=payment.currency).order_by("-id").first()


def with_parts() -> QuerySet[OverpaymentRefund]:
    parts = Prefetch("parts", OverpaymentPart.objects.select_related("payout").order_by("number"))
    return OverpaymentRefund.objects.select_related("lease", "party").prefetch_related(parts)


def visible_overpayment_refunds(actor: Actor) -> QuerySet[OverpaymentRefund]:
    """Staff see all, landlords those on their leases, renters those of their own share."""
    return seen_by(with_parts(), ways_by_share(actor))


def given_back(lease_ids: Collection[int]) -> list[tuple[OverpaymentRefund, Payout]]:
    """What has left accounts of these leases and is not back on them; `lease`, `party` of the refund are not fetched."""
    parts = OverpaymentPart.objects.filter(refund__lease_id__in=list(lease_ids)).select_related("refund", "payout")
    gone = parts.exclude(payout__status__in=Payout.CAME_BACK).order_by("id")
    return [(part.refund, part.payout) for part in gone]
