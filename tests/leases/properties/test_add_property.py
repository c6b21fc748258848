from typing import Any

import pytest

from directpay.events.models import Event
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import SYSTEM
from leases.properties.actions import UNITS_LIMIT, add_property, add_unit
from leases.properties.models import Property, Unit
from leases.properties.queries import visible_properties, visible_units
from tests.world import ADDRESS, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return World()


def add(w: World, **changes: Any) -> Property:
    details = {"name": "Oak", "timezone": "America/Chicago", "currency": "usd", "address": ADDRESS, "units": [], **changes}
    return add_property(w.alice, w.payee, details, actor=SYSTEM, at=w.now)


class TestAddProperty:
    def test_keeps_where_it_stands_and_whose_it_is(self, w):
        made = add(w, units=[{"name": "1A", "metadata": {"floor": "1"}}, {"name": "1B"}], metadata={"a": "b"})
        assert (made.landlord, made.payee, made.timezone, made.city, made.line2, made.country) == (
            w.alice,
            w.payee,
            "America/Chicago",
            "Columbus",
            "",
            "US",
        )
        assert list(made.units.order_by("id").values_list("name", "metadata")) == [("1A", {"floor": "1"}), ("1B", {})]
        assert made.metadata == {"a": "b"}

    def test_tells_it_with_ids_and_no_address(self, w):
        made = add(w, units=[{"name": "Penthouse"}])
        event = Event.objects.get(object_id=made.public_id)
        assert (event.type, event.data["units"]) == ("property.created", [made.units.get().public_id])
        assert event.account_ids == [w.alice.public_id, w.payee.public_id]
        assert not [word for word in ("Columbus", "Linden", "43215", "Penthouse") if word in str(event.data)]

    def test_takes_another_country(self, w):
        assert add(w, address={**ADDRESS, "country": "CA", "line2": "Back"}).country == "CA"

    @pytest.mark.parametrize("zone", ["", "EST5", "America/Nowhere", "+05:00", "../etc/passwd"])
    def test_refuses_a_time_zone_that_is_none(self, w, zone):
        with pytest.raises(InvalidInput, match="not a time zone") as refusal:
            add(w, timezone=zone)
        assert refusal.value.param == "timezone"

    def test_refuses_the_payee_of_another_landlord(self, w):
        zoe = w.person("zoe", "landlord")
        details = {"name": "Oak", "timezone": "UTC", "currency": "usd", "address": ADDRESS, "units": []}
        with pytest.raises(InvalidInput, match="does not belong") as refusal:
            add_property(w.alice, zoe.payees.get(), details, actor=SYSTEM, at=w.now)
        assert (refusal.value.code, refusal.value.param) == ("resource_missing", "payee")

    def test_refuses_two_units_of_one_name(self, w):
        with pytest.raises(InvalidInput, match="Two units") as refusal:
            add(w, units=[{"name": "1A"}, {"name": "1B"}, {"name": "1A"}])
        assert refusal.value.param == "units[2][name]"
        assert not Property.objects.filter(name="Oak").exists()

    def test_refuses_too_many_units(self, w):
        with pytest.raises(InvalidInput, match="At most"):
            add(w, units=[{"name": str(n)} for n in range(UNITS_LIMIT + 1)])

    def test_takes_as_many_as_are_allowed_in_a_few_queries(self, w, django_assert_max_num_queries):
        with django_assert_max_num_queries(12):
            add(w, units=[{"name": str(n)} for n in range(UNITS_LIMIT)])
        assert Unit.objects.count() == UNITS_LIMIT


class TestAddUnit:
    def test_adds_one_and_tells(self, w):
        made = add_unit(w.home, {"name": "2C", "metadata": {"a": "b"}}, actor=SYSTEM, at=w.now)
        assert (made.property, made.name, made.metadata) == (w.home, "2C", {"a": "b"})
        assert Event.objects.get(object_id=made.public_id).data == {"id": made.public_id, "property": w.home.public_id}

    def test_refuses_a_name_that_is_taken(self, w):
        add_unit(w.home, {"name": "2C"}, actor=SYSTEM, at=w.now)
        with pytest.raises(InvalidInput, match="already") as refusal:
            add_unit(w.home, {"name": "2C"}, actor=SYSTEM, at=w.now)
        assert refusal.value.param == "name"

    def test_takes_the_name_in_another_property(self, w):
        other = add(w)
        add_unit(w.home, {"name": "2C"}, actor=SYSTEM, at=w.now)
        assert add_unit(other, {"name": "2C"}, actor=SYSTEM, at=w.now).property == other


def test_a_landlord_sees_its_own_and_staff_all(w):
    zoe = w.person("zoe", "landlord")
    mine, hers = w.unit(), add_unit(w.property(zoe), {"name": "z"}, actor=SYSTEM, at=w.now)
    assert list(visible_properties(w.actor(w.alice))) == [w.home]
    assert list(visible_units(w.actor(zoe))) == [hers]
    assert set(visible_units(SYSTEM)) == {mine, hers}
    assert not visible_properties(w.actor(w.bob)).exists()
