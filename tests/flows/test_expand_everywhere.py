"""`expand[]`: whole objects where ids stand, on every resource, and never one that the caller may not see."""

from collections.abc import Iterator
from typing import Any

import pytest

from directpay.api.expanding import KINDS
from tests.directpay.cast import Caller, error_of, key_of
from tests.flows.front_door import Resource, callers, kind_of, names_to_expand, object_view, resources, together

pytestmark = pytest.mark.django_db
PAYMENTS, LEASES = "/api/v1/payments", "/api/v1/leases"
OF_KIND = {one.view.object_name: one for one in resources()}
BAD_NAMES = [
    "nothing",
    "lease.nothing",
    "lease.renters",
    "status",
    "lease.unit.property.landlord.payee",
    "data.lease",
    ".",
    "payer.password",
]


def within(value: Any, path: list[str]) -> list[Any]:
    """What stands at the end of `path`, in each of the objects that it leads through."""
    if isinstance(value, list):
        return [found for item in value for found in within(item, path)]
    if not path or not isinstance(value, dict):
        return [value]
    return within(value.get(path[0]), path[1:])


def test_every_kind_that_is_named_has_an_address_of_its_own():
    named = {rule for one in resources() for rule in one.view.expanders.values() if isinstance(rule, str)}
    assert named <= set(KINDS)
    assert named <= set(OF_KIND)
    assert all(object_view(one).expanders == one.view.expanders for one in resources())
    assert not [kind for kind in KINDS if any(callable(rule) for rule in KINDS[kind].expanders.values())]


def test_shows_what_the_address_of_the_object_would_answer(w, subtests):
    """And where that would be a 404, the id stays an id."""
    for who, caller in callers(w).items():
        answers: dict[tuple[str, str], Any] = {}  # a customer has the id of its user
        for one, kinds in everything_by_id():
            for lot in together(kinds):
                page = caller.get(f"{one.address}?{'&'.join(f'expand[]=data.{name}' for name in lot)}").json()["data"]
                for name in lot:
                    with subtests.test(who=who, of=str(one), expands=name):
                        for found in within(page, name.split(".")):
                            if found is None:
                                continue
                            asked = kinds[name], found if isinstance(found, str) else found["id"]
                            if asked not in answers:
                                answers[asked] = caller.get(f"{OF_KIND[asked[0]].address}/{asked[1]}")
                            if isinstance(found, str):
                                assert answers[asked].status_code == 404, "it may be seen"
                            else:
                                assert answers[asked].json() == found


def everything_by_id() -> Iterator[tuple[Resource, dict[str, str]]]:
    """Of each resource the properties that are found by their ids, and the kind of object that each is."""
    for one in resources():
        kinds = {name: kind_of(one.view.expanders, name) for name in names_to_expand(one.view)}
        yield one, {name: kind for name, kind in kinds.items() if isinstance(kind, str)}


def test_goes_down_as_far_as_stripe_does(w):
    caller = callers(w)["platform"]
    page = caller.get(f"{PAYMENTS}?expand[]=data.lease.unit.property&expand[]=data.payer").json()["data"]
    assert all(payment["lease"]["unit"]["property"]["object"] == "property" for payment in page)
    assert all(payment["payer"]["object"] == "user" for payment in page)
    one = caller.get(f"{PAYMENTS}/{page[0]['id']}?expand[]=lease.unit.property.landlord").json()
    assert one["lease"]["unit"]["property"]["landlord"]["id"] == w.alice.public_id
    assert one["lease"]["property"] == w.lease().unit.property.public_id, "what was not asked for stays an id"


def test_names_what_cannot_be_expanded(w, subtests):
    caller = callers(w)["platform"]
    made = caller.get(PAYMENTS).json()["data"][0]["id"]
    for name in BAD_NAMES:
        with subtests.test(name):
            refused = error_of(caller.get(f"{PAYMENTS}/{made}?expand[]=payer&expand[]={name}"))
            assert (refused["type"], refused["param"]) == ("invalid_request_error", "expand[1]")
            assert name in refused["message"]
    for one in resources():
        with subtests.test(str(one)):
            first = caller.get(f"{one.address}?limit=1").json()["data"][0]["id"]
            for address in (one.address, f"{one.address}/{first}"):
                answer = caller.get(f"{address}?expand[]=colour")
                assert (answer.status_code, error_of(answer)["param"]) == (400, "expand[0]"), address


def test_answers_a_post_with_whole_objects(w):
    caller, source = Caller(key_of(w.bob)), w.account(w.bob)
    lease = w.lease()
    body = (
        f"lease={lease.public_id}&amount=1000&rail=ach&bank_account={source.public_id}&expand[]=lease.renters.user&expand[1]=bank_account"
    )
    made = caller.form(PAYMENTS, body, key="k1")
    assert made.status_code == 201, made.content
    assert made.json()["lease"]["renters"][0]["user"]["email"] == w.bob.email
    assert made.json()["bank_account"]["last4"] == source.last4
    again = caller.form(PAYMENTS, body, key="k1")
    assert (again["Idempotent-Replayed"], again.json()) == ("true", made.json())
    canceled = caller.post(f"{PAYMENTS}/{made.json()['id']}/cancel", {"expand": ["payer"]})
    assert canceled.json()["payer"]["name"] == w.bob.name


def test_a_roommate_stays_an_id(w):
    carol, dave = w.person("carol", "renter"), w.person("dave", "renter")
    lease = w.lease(carol, dave)
    shown = Caller(key_of(carol)).get(f"{LEASES}/{lease.public_id}?expand[]=renters.user").json()["renters"]
    assert [shown[0]["user"]["email"], shown[1]["user"]] == ["carol@example.com", dave.public_id]
