"""Payments as pages list and tell them: what each is for, where, and what happened."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from directpay.events.models import Event
from directpay.people.actor import Actor
from leases.contracts.models import Lease
from leases.rent.models import Charge
from payments.payins.models import Payment
from payments.payins.queries import visible_payments

PAGE = 20


@dataclass(frozen=True, slots=True)
class Told:
    """A payment with what it is for. `lease` is None where it was not made for one of ours."""

    payment: Payment
    charges: list[Charge]
    lease: Lease | None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.lease.unit.property.timezone if self.lease else settings.TIME_ZONE)

    @property
    def sent_on(self) -> date:
        return self.payment.created_at.astimezone(self.zone).date()

    @property
    def home(self) -> str:
        return home_of(self.lease) if self.lease else ""


def home_of(lease: Lease) -> str:
    return f"{lease.unit.property.line1}, {lease.unit.name}"


def payments_of(actor: Actor) -> QuerySet[Payment]:
    """What this person may see, newest first, with what a page prints beside it."""
    return visible_payments(actor).select_related("payee__owner").prefetch_related("claims").order_by("-id")


def told(payments: Sequence[Payment]) -> list[Told]:
    """Two queries for any number of payments."""
    wanted = {claim.item for payment in payments for claim in payment.claims.all()}
    charges = {c.public_id: c for c in Charge.objects.filter(public_id__in=wanted)}
    origins = {payment.origin for payment in payments if payment.origin}
    leases = {lease.public_id: lease for lease in Lease.objects.select_related("unit__property").filter(public_id__in=origins)}
    return [
        Told(
            payment,
            [charges[c.item] for c in sorted(payment.claims.all(), key=lambda c: c.id) if c.item in charges],
            leases.get(payment.origin),
        )
        for payment in payments
    ]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `older` is where the next one begins."""

    rows: list[Told]
    older: str | None


def page_of(payments: QuerySet[Payment], before: str | None, size: int = PAGE) -> Page:
    """`size` payments before the one named; an unknown name begins at the newest."""
    known = before and before.replace("_", "").isalnum()
    mark = payments.filter(public_id=before).values_list("id", flat=True).first() if known else None
    found = list((payments.filter(id__lt=mark) if mark else payments)[: size + 1])
    return Page(told(found[:size]), found[size - 1].public_id if len(found) > size else None)


def events_of(payments: Sequence[Payment]) -> dict[str, list[Event]]:
    """Payment → its events, oldest first, in one query."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(object_id__in=[p.public_id for p in payments]).order_by("version", "id"):
        found[event.object_id].append(event)
    return found


def paid_by_attempt(user_id: int, lease: Lease, attempt: str) -> Payment | None:
    """The payment that a page's hidden attempt has made already."""
    return Payment.objects.filter(payer_id=user_id, origin=lease.public_id, metadata__page_attempt=attempt).first()
