"""Pages, filters and search of every resource that the OpenAPI document names."""

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.directpay.cast import Caller, error_of, key_of
from tests.flows.front_door import Resource, callers, grow, resources, searches, values

pytestmark = pytest.mark.django_db
UNSHOWN = {("ledger/transactions", "book")}  # asked by the book of a landlord, further down


def ids(caller: Caller, address: str) -> list[str]:
    return [row["id"] for row in rows(caller, address)]


def rows(caller: Caller, address: str) -> list[dict[str, Any]]:
    """All of them, however many pages that takes."""
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {"has_more": True}
    while page["has_more"]:
        backwards = "ending_before" in address
        answer = caller.get(address if backwards or not found else f"{after(address)}&starting_after={found[-1]['id']}")
        assert answer.status_code == 200, (address, answer.content)
        page = answer.json()
        found += page["data"]
        assert not (backwards and page["has_more"])
    return found


def after(address: str) -> str:
    return re.sub(r"&starting_after=\w+", "", address)


def walked(caller: Caller, one: Resource, size: int) -> list[str]:
    """Page by page to the end, as Stripe's clients do, and back again."""
    forth: list[str] = []
    page = {"has_more": True}
    while page["has_more"]:
        page = caller.get(f"{one.address}?limit={size}" + (f"&starting_after={forth[-1]}" if forth else "")).json()
        assert len(page["data"]) == size or not page["has_more"]
        forth += [row["id"] for row in page["data"]]
    back, page = [forth[-1]] if forth else [], {"has_more": len(forth) > 1}
    while page["has_more"]:
        page = caller.get(f"{one.address}?limit={size}&ending_before={back[0]}").json()
        back = [row["id"] for row in page["data"]] + back
    assert back == forth
    return forth


def test_pages_are_the_whole_list_once_forth_and_back(w, subtests):
    for who, caller in callers(w).items():
        for one in resources():
            with subtests.test(who=who, of=str(one)):
                whole = ids(caller, f"{one.address}?limit=100")
                # two different sizes, of which one ends at an edge of the list
                assert walked(caller, one, 7) == whole
                assert walked(caller, one, max(1, len(whole) // 2)) == whole
                times = [row["created"] for row in rows(caller, f"{one.address}?limit=100")]
                assert times == sorted(times, reverse=True)


def test_pages_go_on_where_they_were_while_others_write(w, subtests):
    caller = callers(w)["platform"]
    before = {one: ids(caller, f"{one.address}?limit=100") for one in resources()}
    grow(w, 1)
    for one, whole in before.items():
        with subtests.test(str(one)):
            middle = len(whole) // 2
            after = ids(caller, f"{one.address}?limit=100&starting_after={whole[middle]}")
            assert after == whole[middle + 1 :], "what is new stands before, not between"
            newer = ids(caller, f"{one.address}?limit=100&ending_before={whole[0]}")
            assert not set(newer) & set(whole)


def test_each_filter_finds_its_rows_and_no_others(w, subtests):
    for who, caller in callers(w).items():
        for one in resources():
            whole = rows(caller, f"{one.address}?limit=100")
            for name in one.view.filters:
                if (one.name, name) in UNSHOWN:
                    continue
                with subtests.test(who=who, of=str(one), by=name):
                    wanted = {value for row in whole for value in values(one.name, name, row) if value not in (None, "")}
                    for value in sorted(wanted)[:3]:
                        found = ids(caller, f"{one.address}?limit=100&{name}={quote(str(value))}")
                        assert found == [row["id"] for row in whole if value in values(one.name, name, row)], value
                    assert rows(caller, f"{one.address}?created[lt]=1000&limit=100") == []


def test_each_list_names_a_parameter_that_it_does_not_know(w, subtests):
    for one in [*resources(), *searches()]:
        with subtests.test(str(one)):
            answer = callers(w)["platform"].get(f"{one.address}?limit=1&query=created>1&colour=red")
            assert (answer.status_code, error_of(answer)["code"]) == (400, "parameter_unknown")
            assert error_of(answer)["param"] in ("colour", "query")


def test_each_search_finds_by_each_of_its_fields(w, subtests):
    assert len(searches()) >= 7
    for who, caller in callers(w).items():
        for one in searches():
            name = one.name.removesuffix("/search")
            whole = rows(caller, f"/api/v1/{name}?limit=100")
            for field in one.view.search_fields:
                with subtests.test(who=who, of=name, by=field):
                    wanted = {value for row in whole for value in values(name, field, row) if value is not None}
                    for value in sorted(wanted)[:2]:
                        found = searched(caller, one, f"{field}:'{value}'")
                        assert found == [row["id"] for row in whole if value in values(name, field, row)], value
            assert searched(caller, one, "metadata['number']:'never'") == []
            named = [row["id"] for row in whole if "number" in row["metadata"]]
            assert searched(caller, one, "-metadata['number']:null") == named


def searched(caller: Caller, one: Resource, query: str) -> list[str]:
    return ids(caller, f"{one.address}?limit=100&query={quote(query)}")


def test_searches_names_by_a_part_and_goes_page_by_page(w):
    caller, users = callers(w)["platform"], "/api/v1/users/search"

    def names(query: str) -> set[str]:
        return {row["name"] for row in rows(caller, f"{users}?query={quote(query)}")}

    assert names("name~'LICE'") == {"Alice"}
    assert names("email~'bob@exa'") == {"Bob"}
    assert "3 characters" in error_of(caller.get(f"{users}?query=name~'al'"))["message"]
    assert "takes : alone" in error_of(caller.get(f"{users}?query=phone~'555'"))["message"]
    query = f"{users}?limit=2&query=-role:'staff'"
    whole = ids(caller, f"{users}?limit=100&query=-role:'staff'")
    page = caller.get(query).json()
    found = [row["id"] for row in page["data"]]
    while page["has_more"]:
        page = caller.get(f"{query}&page={page['next_page']}&expand[]=data.payee").json()
        assert page["object"] == "search_result"
        found += [row["id"] for row in page["data"]]
    assert found == whole
    assert len(whole) > 4


def test_a_lease_is_upcoming_active_or_ended_by_the_day_where_it_stands(w):
    caller, today = callers(w)["platform"], date(2026, 11, 2)
    far = w.property(w.alice, name="Far", timezone="Pacific/Auckland", units=[{"name": "A"}, {"name": "B"}])
    first, second = far.units.order_by("id")
    there = today + timedelta(days=1)  # it is tomorrow already
    begun = w.lease(unit=first, start=there)
    coming = w.lease(start=there, end_on=date(2026, 11, 30))
    ends = w.lease(unit=second, start=date(2025, 11, 1), end_on=today)
    stays = w.lease(start=date(2025, 11, 1), end_on=today)

    def status(lease: Any) -> str:
        shown = caller.get(f"/api/v1/leases/{lease.public_id}").json()["status"]
        for other in ("upcoming", "active", "ended"):
            found = lease.public_id in ids(caller, f"/api/v1/leases?limit=100&status={other}")
            sought = lease.public_id in ids(caller, f"/api/v1/leases/search?limit=100&query=status:'{other}'")
            assert found == sought == (other == shown)
        return shown

    assert [status(lease) for lease in (begun, coming, ends, stays)] == ["active", "upcoming", "ended", "active"]


def test_a_landlord_pages_through_the_transactions_of_its_books_alone(w):
    zoe = w.person("zoe", "landlord")
    hers, his = Caller(key_of(zoe)), Caller(key_of(w.alice))
    assert ids(hers, "/api/v1/ledger/transactions") == []
    mine = ids(his, "/api/v1/ledger/transactions?limit=100")
    staff = callers(w)["platform"]
    assert mine == ids(staff, f"/api/v1/ledger/transactions?limit=100&book=L/{w.payee.public_id}")
    assert set(ids(staff, "/api/v1/ledger/transactions?limit=100&book=P")) - set(mine)
    assert ids(staff, "/api/v1/ledger/transactions?book=L/pye_none") == []
    assert ids(his, f"/api/v1/ledger/transactions?book=L/{zoe.payees.get().public_id}") == []
