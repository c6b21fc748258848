"""However many rows there are, every list and every object of the API asks the database the same number of questions."""

from collections.abc import Iterable
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.directpay.cast import Caller
from tests.flows.front_door import callers, grow, names_to_expand, object_view, resources, together
from tests.world import World

pytestmark = pytest.mark.django_db


def a_world() -> World:
    """With something in every list, and everything that will move already at its end."""
    w = World()
    grow(w, 1)
    w.later(days=6)
    return w


def asked(caller: Caller, address: str) -> tuple[int, int]:
    """How many queries the answer took, and how many objects are in it."""
    with CaptureQueriesContext(connection) as queries:
        answer = caller.get(address)
    assert answer.status_code == 200, (address, answer.content)
    return len(queries), len(answer.json()["data"])


def questions(w: World) -> dict[tuple[str, str], tuple[int, int]]:
    """Every list, as it is and with everything that it shows whole, by everybody."""
    found = {}
    for who, caller in callers(w).items():
        for one in resources():
            names = [f"data.{name}" for name in names_to_expand(one.view) if who == "platform" or name in one.view.expanders]
            for address in [f"{one.address}?limit=100", *(f"{one.address}?limit=100&{lot}" for lot in lots(names))]:
                found[who, address] = asked(caller, address)
    return found


def lots(names: Iterable[str]) -> list[str]:
    """Parameters that ask for all of them. A name whose questions grow makes its lot's grow."""
    return ["&".join(f"expand[]={quote(name)}" for name in lot) for lot in together(names)]


def test_lists_take_the_same_number_whether_few_rows_or_many():
    w = a_world()
    few = questions(w)
    grow(w, 2)
    many = questions(w)
    more = {key: (few[key], many[key]) for key in few if many[key][0] > few[key][0]}
    assert more == {}
    longer = {address for who, address in many if many[who, address][1] > few[who, address][1]}
    assert {one.address for one in resources()} == {address.partition("?")[0] for address in longer}, (
        "a list that did not grow proves nothing"
    )


def test_objects_take_the_same_number_whether_few_rows_or_many():
    w = a_world()
    firsts = {one: Caller.get(callers(w)["platform"], f"{one.address}?limit=1").json()["data"][0]["id"] for one in resources()}

    def counts() -> dict[str, int]:
        caller, found = callers(w)["platform"], {}
        for one, public_id in firsts.items():
            asks = ["", *(f"?{lot}" for lot in lots(names_to_expand(object_view(one))))]
            for address in [f"{one.address}/{public_id}{ask}" for ask in asks]:
                with CaptureQueriesContext(connection) as queries:
                    assert caller.get(address).status_code == 200, address
                found[address] = len(queries)
        return found

    few = counts()
    grow(w, 2)
    assert counts() == few
