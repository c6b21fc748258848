"""Receipts that an actor may see: roommates see what each has paid in the balance, never how."""

from datetime import datetime

from django.db.models import Q, QuerySet

from directpay.people.actor import Actor
from directpay.people.ways import seen_by
from leases.contracts.queries import ways_by_share
from leases.receipts.models import Receipt


def with_lease() -> QuerySet[Receipt]:
    return Receipt.objects.select_related("lease__unit__property__payee", "lease__unit__property__landlord", "party__account")


def visible_receipts(actor: Actor) -> QuerySet[Receipt]:
    """Staff see all, landlords those on their leases, renters those of their own share."""
    return seen_by(with_lease(), ways_by_share(actor))


def where_status(status: str, at: datetime) -> Q:
    """The rows whose `status` says this."""
    if status == Receipt.Status.BOUNCED:
        return Q(bounced_on__isnull=False)
    return Q(bounced_on=None, banked_on__isnull=status == Receipt.Status.RECORDED)
