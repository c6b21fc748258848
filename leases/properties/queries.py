"""Properties and units that an actor may see."""

from django.db.models import Q, QuerySet

from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from leases.properties.models import Property, Unit


def visible_properties(actor: Actor) -> QuerySet[Property]:
    """Staff see all, landlords their own; renters see their home through the lease."""
    rows = Property.objects.select_related("landlord", "payee").prefetch_related("units")
    return rows if actor.may_see_all else rows.filter(landlord_id=actor.user_id)


def visible_units(actor: Actor) -> QuerySet[Unit]:
    rows = Unit.objects.select_related("property__landlord", "property__payee")
    return rows if actor.may_see_all else rows.filter(Q(property__landlord_id=actor.user_id))


def unit_named(actor: Actor, public_id: str) -> Unit:
    """The unit that a caller names, as far as it may see it. Raises InvalidInput."""
    found = visible_units(actor).filter(public_id=public_id).first()
    if found is None:
        raise InvalidInput(f"No such unit: {public_id}.", param="unit", code="resource_missing")
    return found


def property_named(actor: Actor, public_id: str) -> Property:
    """The same of a property."""
    found = visible_properties(actor).filter(public_id=public_id).first()
    if found is None:
        raise InvalidInput(f"No such property: {public_id}.", param="property", code="resource_missing")
    return found
