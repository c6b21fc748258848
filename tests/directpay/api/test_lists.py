"""Lists, filters and expanded objects, as Stripe's clients ask for them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directpay.ops.clock import set_clock
from directpay.people.models import Payee, User
from tests.directpay.api.conftest import THINGS, TRANSFERS
from tests.directpay.api.things import make
from tests.directpay.cast import AT, Caller, error_of, key_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.directpay.api.things")]


@pytest.fixture
def ids(owner: User) -> list[str]:
    """Twelve things, one a second, newest first."""
    return [make(f"thing {n}", AT + timedelta(seconds=n)).public_id for n in range(12)][::-1]


def listed(caller: Caller, query: str = "") -> list[str]:
    answer = caller.get(f"{THINGS}{query}")
    assert answer.status_code == 200, answer.content
    return [thing["id"] for thing in answer.json()["data"] if thing["id"].startswith("thing_")]


def refusal(caller: Caller, query: str) -> tuple[int, str, str | None]:
    answer = caller.get(f"{THINGS}{query}")
    error = error_of(answer)
    return answer.status_code, error["code"], error["param"]


def test_answers_with_the_newest_ten_and_says_that_there_are_more(caller: Caller, ids: list[str]) -> None:
    page = caller.get(f"{THINGS}/").json()
    assert (page["object"], page["url"], page["has_more"]) == ("list", "/v1/things", True)
    assert [thing["id"] for thing in page["data"]] == ids[:10]


@pytest.mark.parametrize("address", [THINGS, TRANSFERS])  # ordered by id; by created_at and id
def test_walks_the_whole_list_forth_and_back(caller: Caller, ids: list[str], address: str) -> None:
    forth: list[str] = []
    page = {"has_more": True}
    while page["has_more"]:
        page = caller.get(f"{address}?limit=5" + (f"&starting_after={forth[-1]}" if forth else "")).json()
        forth += [thing["id"] for thing in page["data"]]
    assert forth[:12] == ids
    assert len(forth) == 13  # and the payee that Alice began with
    back = caller.get(f"{address}?limit=5&ending_before={forth[7]}").json()
    assert ([thing["id"] for thing in back["data"]], back["has_more"]) == (forth[2:7], True)
    first = caller.get(f"{address}?limit=5&ending_before={forth[3]}").json()
    assert ([thing["id"] for thing in first["data"]], first["has_more"]) == (forth[:3], False)


def test_walks_over_things_of_the_same_instant(caller: Caller, owner: User) -> None:
    same = [make(f"thing {n}", AT).public_id for n in range(5)][::-1]
    page = caller.get(f"{TRANSFERS}?limit=2").json()["data"]
    after = caller.get(f"{TRANSFERS}?limit=3&starting_after={page[-1]['id']}").json()["data"]
    assert [thing["id"] for thing in page + after] == same


@pytest.mark.parametrize(
    ("bounds", "count"),
    [
        ("created[gte]={4}", 8),
        ("created[gt]={4}", 7),
        ("created[lte]={4}", 5),
        ("created[lt]={4}", 4),
        ("created[gt]={4}&created[lte]={6}", 2),
        ("created={4}", 1),
    ],
)
def test_bounds_the_second_of_creation(caller: Caller, ids: list[str], bounds: str, count: int) -> None:
    # half a second later is still that second
    Payee.objects.filter(public_id__in=ids).update(created_at=AT)
    for n, public_id in enumerate(reversed(ids)):
        Payee.objects.filter(public_id=public_id).update(created_at=AT + timedelta(seconds=n, milliseconds=500))
    start = int(AT.timestamp())
    query = bounds.replace("{4}", str(start + 4)).replace("{6}", str(start + 6))
    assert len(listed(caller, f"?limit=100&{query}")) == count


def test_filters_by_what_is_declared(caller: Caller, ids: list[str]) -> None:
    assert listed(caller, "?name=thing%203") == [ids[8]]
    assert len(listed(caller, "?limit=100&started[gte]=2026-11-01&started[lt]=2026-11-02")) == 12
    assert listed(caller, "?started[gt]=2026-11-01") == []
    assert len(listed(caller, "?limit=100&started=2026-11-01")) == 12


@pytest.mark.parametrize(
    ("query", "code", "param"),
    [
        ("?limit=0", "parameter_invalid", "limit"),
        ("?limit=101", "parameter_invalid", "limit"),
        ("?limit=ten", "parameter_invalid", "limit"),
        ("?limit=²", "parameter_invalid", "limit"),
        ("?limit=1&limit=2", "parameter_invalid", "limit"),
        ("?limit[]=1", "parameter_invalid", "limit"),
        ("?color=red", "parameter_unknown", "color"),
        ("?starting_after=thing_none", "resource_missing", "starting_after"),
        ("?ending_before[a]=b", "resource_missing", "ending_before"),
        ("?starting_after=a&ending_before=b", "parameter_invalid", "ending_before"),
        ("?created=yesterday", "parameter_invalid", "created"),
        ("?created=99999999999", "parameter_invalid", "created"),
        ("?created[gte]=-1", "parameter_invalid", "created[gte]"),
        ("?created[near]=1", "parameter_unknown", "created[near]"),
        ("?started=1", "parameter_invalid", "started"),
        ("?started[gte]=1", "parameter_invalid", "started"),
        ("?started[near]=2026-11-01", "parameter_unknown", "started[near]"),
        ("?name[a]=b", "parameter_invalid", "name"),
        ("?name=%00", "parameter_invalid", "name"),
        ("?name=%ff", "parameter_invalid", None),
        ("?expand[]=landlord", "parameter_invalid", "expand[0]"),
        ("?expand[]=owner.password", "parameter_invalid", "expand[0]"),
        ("?expand=owner", "parameter_invalid", "expand"),
        ("?" + "&".join("expand[]=owner" for _ in range(21)), "parameter_invalid", "expand"),
    ],
)
def test_refuses(caller: Caller, query: str, code: str, param: str | None) -> None:
    assert refusal(caller, query) == (400, code, param)


def test_refuses_a_query_that_is_not_utf8(caller: Caller) -> None:
    answer = caller.client.generic("GET", THINGS, QUERY_STRING="name=\xff", headers=caller.headers)
    assert answer.status_code == 400


def test_starts_only_from_what_the_caller_may_see(caller: Caller, ids: list[str]) -> None:
    stranger = User.objects.create(public_id="usr_s", email="s@example.com", role="landlord", created_at=AT)
    assert refusal(Caller(key_of(stranger)), f"?starting_after={ids[0]}") == (400, "resource_missing", "starting_after")


def test_expands_in_one_and_in_lists(caller: Caller, ids: list[str], owner: User) -> None:
    one = caller.get(f"{THINGS}/{ids[0]}?expand[]=owner").json()
    assert one["owner"]["id"] == owner.public_id
    deep = caller.get(f"{THINGS}/{ids[0]}?expand[0]=owner.payee").json()
    assert deep["owner"]["payee"]["object"] == "payee"
    page = caller.get(f"{THINGS}?limit=2&expand[0]=data.owner").json()
    assert [thing["owner"]["id"] for thing in page["data"]] == [owner.public_id] * 2


def test_expands_in_the_answer_of_a_post(caller: Caller, owner: User) -> None:
    made = caller.form(THINGS, "name=chair&expand[0]=owner").json()
    assert made["owner"]["object"] == "user"
    answer = caller.post(THINGS, {"name": "table", "expand": ["nothing"]})
    assert (answer.status_code, error_of(answer)["param"]) == (400, "expand[0]")


def test_asks_in_two_queries_whatever_the_page(caller: Caller, ids: list[str]) -> None:
    caller.get(THINGS)
    for query in ("?limit=1", "?limit=12"):
        with CaptureQueriesContext(connection) as queries:
            caller.get(f"{THINGS}{query}")
        assert len(queries) == 2, [q["sql"] for q in queries]  # clock and key, page


def test_shows_the_time_of_creation_in_whole_seconds(caller: Caller, frozen: object) -> None:
    set_clock(AT + timedelta(milliseconds=900), frozen=True)
    assert caller.post(THINGS, {"name": "chair"}).json()["created"] == int(AT.timestamp())
