"""Receipts that an actor may see: roommates see what each has paid in the balance, never how."""

from datetime import datetime

from django.db.models import Q, QuerySet

from directpay.people.actor import Actor
from directpay.people.ways import Way, any_of
from leases.contracts.models import Renter
from leases.properties.models import Unit
from leases.receipts.models import Receipt


def with_lease() -> QuerySet[Receipt]:
    return Receipt.objects.select_related("lease__unit__property__payee", "lease__unit__property__landlord", "party__account")


def visible_receipts(actor: Actor) -> QuerySet[Receipt]:
    """Staff see all, landlords those on their leases, renters those of their own share."""
    ways = ways_to_receipts(actor)
    return with_lease() if ways is None else with_lease().filter(any_of(ways))


def ways_to_receipts(actor: Actor) -> list[Way] | None:
    if actor.may_see_all:
        return None
    lets = Way("lease__unit", through=Unit.objects.filter(property__landlord_id=actor.user_id))
    return [lets, Way("party", through=Renter.objects.filter(user_id=actor.user_id), column="party_id")]


def where_status(status: str, at: datetime) -> Q:
    """The rows whose `status` says this."""
    if status == Receipt.Status.BOUNCED:
        return Q(bounced_on__isnull=False)
    return Q(bounced_on=None, banked_on__isnull=status == Receipt.Status.RECORDED)
