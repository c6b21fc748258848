"""`/api/v1/properties` and `/api/v1/units`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.examples import ALICE, COMMON, HOME, MATES_UNIT, NEXT_UNIT, OTHER_UNIT, PAYEE, UNIT, Ask
from directpay.api.expanding import by_id
from directpay.api.fields import CurrencyField, IdField, MetadataField, merged_metadata
from directpay.api.lists import related
from directpay.api.objects import rendered
from directpay.api.routes import resource, route
from directpay.api.search_views import SearchView
from directpay.api.searching import Choice, Reference, Text, Times
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ApiView, CollectionView, Context, ObjectView
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import LANDLORD, Actor
from directpay.people.models import Payee, User
from directpay.people.queries import first_payee, visible_payees, visible_users
from leases.properties.actions import ADDRESS, UNITS_LIMIT, add_property, add_unit
from leases.properties.models import Property, Unit
from leases.properties.queries import property_named, visible_properties, visible_units


class AddressInput(StrictSerializer):
    line1 = serializers.CharField(max_length=100)
    line2 = serializers.CharField(max_length=100, required=False)
    city = serializers.CharField(max_length=60)
    state = serializers.CharField(max_length=30)
    postal_code = serializers.CharField(max_length=12)
    country = serializers.RegexField(r"^[A-Z]{2}$", default="US")


class UnitInput(StrictSerializer):
    name = serializers.CharField(max_length=60)
    metadata = MetadataField()


class PropertyInput(StrictSerializer):
    landlord = IdField("usr", required=False)
    payee = IdField("pye", required=False)
    name = serializers.CharField(max_length=100)
    timezone = serializers.CharField(max_length=64)
    currency = CurrencyField(default="usd")
    address = AddressInput()
    units = serializers.ListField(child=UnitInput(), default=list, max_length=UNITS_LIMIT)
    metadata = MetadataField()


class UnitOutput(ObjectOutput):
    property = serializers.CharField()
    name = serializers.CharField()


class AddressOutput(serializers.Serializer[Any]):
    line1 = serializers.CharField()
    line2 = serializers.CharField(allow_null=True)
    city = serializers.CharField()
    state = serializers.CharField()
    postal_code = serializers.CharField()
    country = serializers.CharField()


class PropertyOutput(ObjectOutput):
    landlord = serializers.CharField()
    payee = serializers.CharField()
    name = serializers.CharField()
    timezone = serializers.CharField()
    currency = serializers.CharField()
    address = AddressOutput()
    units = UnitOutput(many=True)


UNIT_SHOWN: dict[str, Any] = {"id": UNIT, "object": "unit", "property": HOME, "name": "2B", **COMMON}
WHERE = {"line1": "114 Linden St", "city": "Columbus", "state": "OH", "postal_code": "43215"}
HOUSE = {"landlord": ALICE, "name": "Linden House", "timezone": "America/New_York"}


@by_id
class Properties(ApiView):
    object_name = "property"
    output_serializer = PropertyOutput
    expanders = {"landlord": "user", "payee": "payee"}
    example = {
        "id": HOME,
        "object": "property",
        **HOUSE,
        "payee": PAYEE,
        "currency": "usd",
        "address": {**WHERE, "line2": None, "country": "US"},
        "units": [UNIT_SHOWN],
        **COMMON,
    }

    def queryset_for(self, actor: Actor) -> QuerySet[Property]:
        return visible_properties(actor)

    def render(self, row: Property, context: Context) -> Mapping[str, Any]:
        return render_property(row)


class PropertiesView(Properties, CollectionView):
    """Buildings and what is let in them."""

    input_serializer = PropertyInput
    filters = {"landlord": related("landlord", User), "payee": related("payee", Payee)}
    asks = {"property": Ask({**HOUSE, "address": WHERE, "units": [{"name": "2B"}]})}
    refusals = (InvalidInput("No such landlord: usr_nobody.", param="landlord", code="resource_missing"),)

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> Property:
        landlord = _landlord(actor, data.pop("landlord", None))
        payee = _payee(actor, landlord, data.pop("payee", None))
        made = add_property(landlord, payee, {**data, "metadata": merged_metadata({}, data.get("metadata"))}, actor=actor, at=at)
        return visible_properties(actor).get(id=made.id)


class SearchPropertiesView(Properties, SearchView):
    """Properties, in Stripe's search language."""

    search_fields = {
        "city": Text("city"),
        "created": Times(),
        "currency": Choice("currency"),
        "landlord": Reference("landlord", User),
        "name": Text("name", substring=True),
        "payee": Reference("payee", Payee),
        "postal_code": Text("postal_code"),
        "state": Text("state"),
    }


class PropertyView(Properties, ObjectView):
    """One property."""


class UnitAdded(UnitInput):
    property = IdField("prop")


@by_id
class Units(ApiView):
    object_name = "unit"
    output_serializer = UnitOutput
    expanders = {"property": "property"}
    example = UNIT_SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[Unit]:
        return visible_units(actor)

    def render(self, row: Unit, context: Context) -> Mapping[str, Any]:
        return render_unit(row, row.property)


class UnitsView(Units, CollectionView):
    """Units by themselves."""

    input_serializer = UnitAdded
    filters = {"property": related("property", Property)}
    asks = {
        name: Ask({"property": HOME, "name": number}, answer={"id": unit, "name": number})
        for name, number, unit in (("another_unit", "3A", OTHER_UNIT), ("shared_unit", "4C", MATES_UNIT), ("next_unit", "5D", NEXT_UNIT))
    }
    refusals = (InvalidInput("No such property: prop_nowhere.", param="property", code="resource_missing"),)

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> Unit:
        home = property_named(actor, data.pop("property"))
        return add_unit(home, {**data, "metadata": merged_metadata({}, data.get("metadata"))}, actor=actor, at=at)


class SearchUnitsView(Units, SearchView):
    """Units, in Stripe's search language."""

    search_fields = {"created": Times(), "name": Text("name", substring=True), "property": Reference("property", Property)}


class UnitView(Units, ObjectView):
    """One unit."""


def _landlord(actor: Actor, public_id: str | None) -> User:
    """Named by staff; a landlord's own key means itself. Raises InvalidInput."""
    users = visible_users(actor).filter(role=LANDLORD)
    found = users.filter(public_id=public_id).first() if public_id else users.filter(id=actor.user_id).first()
    if found is None:
        code = "resource_missing" if public_id else "parameter_missing"
        raise InvalidInput(f"No such landlord: {public_id}." if public_id else "Say whose property this is.", param="landlord", code=code)
    return found


def _payee(actor: Actor, landlord: User, public_id: str | None) -> Payee:
    found = visible_payees(actor).filter(public_id=public_id).first() if public_id else first_payee(landlord)
    if found is None:
        raise InvalidInput(f"No such payee: {public_id}.", param="payee", code="resource_missing")
    return found


def render_unit(unit: Unit, home: Property) -> dict[str, Any]:
    return rendered("unit", unit, property=home.public_id, name=unit.name)


def render_property(row: Property) -> dict[str, Any]:
    """A property as the API shows it."""
    units = sorted(row.units.all(), key=lambda u: u.id)
    return rendered(
        "property",
        row,
        landlord=row.landlord.public_id,
        payee=row.payee.public_id,
        name=row.name,
        timezone=row.timezone,
        currency=row.currency,
        address={field: getattr(row, field) or None for field in ADDRESS},
        units=[render_unit(unit, row) for unit in units],
    )


urlpatterns = [
    route("properties/search", SearchPropertiesView),
    *resource("properties", PropertiesView, PropertyView),
    route("units/search", SearchUnitsView),
    *resource("units", UnitsView, UnitView),
]
