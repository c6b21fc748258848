"""The look-up that a payment begins with follows the rule of every other look at leases."""

import pytest
from django.db.models import QuerySet

from directpay.kernel.errors import InvalidInput
from directpay.people.actor import SYSTEM, Actor
from directpay.people.lookup import Lookup
from leases.contracts.models import Lease
from leases.contracts.queries import lease_to_pay, visible_leases
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return World()


def may_pay(lease: Lease, actor: Actor) -> bool:
    try:
        found = lease_to_pay(lease.public_id, actor)
    except InvalidInput as refused:
        return refused.param != "lease" or refused.code != "resource_missing"
    return found == lease


def test_finds_what_the_actor_sees_and_nothing_else(w):
    mine, foreign = w.lease(), w.lease()
    stranger = w.person("zoe", "landlord")
    actors = [SYSTEM, w.actor(w.alice), w.actor(w.bob), w.actor(stranger), w.actor(w.person("mallory", "renter"))]
    for actor in [*actors, *reversed(actors)]:
        for lease in (mine, foreign):
            assert may_pay(lease, actor) == visible_leases(actor).filter(id=lease.id).exists()
    assert not may_pay(mine, w.actor(stranger))


def test_asks_the_orm_once_for_each_kind_of_actor(w, django_assert_num_queries):
    asked = []

    def rule(actor: Actor) -> QuerySet[Lease]:
        asked.append(actor.role)
        return visible_leases(actor)

    lookup, lease = Lookup(rule, ("id", "public_id")), w.lease()
    for actor in (w.actor(w.alice), w.actor(w.bob), w.actor(w.alice), w.actor(w.bob)):
        with django_assert_num_queries(0):  # it goes with whatever is asked next
            assert lookup.find(lease.public_id, actor) == (lease.id, lease.public_id)
    assert asked == ["landlord", "renter"]


def test_finds_nothing_where_the_rule_shows_nothing(w):
    assert Lookup(lambda actor: Lease.objects.none(), ("id",)).find(w.lease().public_id, SYSTEM) is None
