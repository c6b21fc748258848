"""Properties and units that an actor may see."""

from django.db.models import Q, QuerySet

from directpay.people.actor import Actor
from leases.properties.models import Property, Unit


def visible_properties(actor: Actor) -> QuerySet[Property]:
    """Staff see all, landlords their own; renters see their home through the lease."""
    rows = Property.objects.select_related("landlord", "payee").prefetch_related("units")
    return rows if actor.may_see_all else rows.filter(landlord_id=actor.user_id)


def visible_units(actor: Actor) -> QuerySet[Unit]:
    rows = Unit.objects.select_related("property__landlord", "property__payee")
    return rows if actor.may_see_all else rows.filter(Q(property__landlord_id=actor.user_id))
