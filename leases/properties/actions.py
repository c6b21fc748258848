"""Adding a property with its units."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from directpay.people.models import Payee, User
from leases.properties.models import Property, Unit

UNITS_LIMIT = 500
ADDRESS = ("line1", "line2", "city", "state", "postal_code", "country")


def add_property(landlord: User, payee: Payee, details: Mapping[str, Any], *, actor: Actor, at: datetime) -> Property:
    """A property of `landlord`, its rents paid to `payee`. Raises InvalidInput."""
    if details["timezone"] not in available_timezones():
        raise InvalidInput(f"{details['timezone']!r} is not a time zone, e.g. America/New_York is.", param="timezone")
    if payee.owner_id != landlord.id:
        raise InvalidInput("This payee does not belong to the landlord.", param="payee", code="resource_missing")
    names = [unit["name"] for unit in details["units"]]
    _check_names(names)
    with unit_of_work():
        row = Property.objects.create(
            public_id=public_id("prop"),
            landlord=landlord,
            payee=payee,
            name=details["name"],
            timezone=details["timezone"],
            currency=details["currency"],
            metadata=details.get("metadata") or {},
            created_at=at,
            **{field: details["address"].get(field) or ("US" if field == "country" else "") for field in ADDRESS},
        )
        _create_units(row, details["units"], at)
        record([_fact(row, actor, at)])
    return row


def _check_names(names: Sequence[str]) -> None:
    if len(names) > UNITS_LIMIT:
        raise InvalidInput(f"At most {UNITS_LIMIT} units at once.", param="units")
    seen: set[str] = set()
    for n, name in enumerate(names):
        if name in seen:
            raise InvalidInput(f"Two units are called {name!r}.", param=f"units[{n}][name]")
        seen.add(name)


def _create_units(row: Property, units: Sequence[Mapping[str, Any]], at: datetime) -> list[Unit]:
    return Unit.objects.bulk_create(
        Unit(public_id=public_id("unit"), property=row, name=u["name"], metadata=u.get("metadata") or {}, created_at=at) for u in units
    )


def add_unit(row: Property, details: Mapping[str, Any], *, actor: Actor, at: datetime) -> Unit:
    """One more unit. Raises InvalidInput if its name is taken."""
    with unit_of_work():
        locked = Property.objects.select_for_update().get(id=row.id)
        if locked.units.filter(name=details["name"]).exists():
            raise InvalidInput(f"A unit of this property is called {details['name']!r} already.", param="name")
        unit = _create_units(locked, [details], at)[0]
        data = {"id": unit.public_id, "property": row.public_id}
        record([NewEvent("unit.created", unit.public_id, 1, actor.label, at, data, [row.landlord.public_id])])
    return unit


def _fact(row: Property, actor: Actor, at: datetime) -> NewEvent:
    units = list(row.units.order_by("id").values_list("public_id", flat=True))
    data = {"id": row.public_id, "landlord": row.landlord.public_id, "payee": row.payee.public_id, "currency": row.currency, "units": units}
    return NewEvent("property.created", row.public_id, 1, actor.label, at, data, [row.landlord.public_id, row.payee.public_id])
