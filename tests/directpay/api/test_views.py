"""Addresses, methods, verbs, request ids, and errors that are never a page."""

import pytest
from django.test import Client
from openapi_spec_validator import validate

from directpay.people.models import User
from tests.directpay.api.conftest import THINGS, names
from tests.directpay.cast import Caller, error_of, key_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.directpay.api.things")]


@pytest.fixture
def thing(caller: Caller) -> str:
    return caller.post(THINGS, {"name": "chair", "metadata": {"a": "b"}}).json()["id"]


def test_shows_one_with_all_that_every_object_has(caller: Caller, thing: str, owner: User) -> None:
    shown = caller.get(f"{THINGS}/{thing}").json()
    created = shown.pop("created")
    assert isinstance(created, int)
    expected = {"object": "thing", "name": "chair", "owner": owner.public_id, "livemode": False, "metadata": {"a": "b"}}
    assert shown == {"id": thing, **expected}
    assert list(shown) == ["id", "object", "name", "owner", "livemode", "metadata"]


def test_does_a_verb_and_computes_a_part(caller: Caller, thing: str) -> None:
    assert caller.post(f"{THINGS}/{thing}/rename/", {"name": "table"}, key="k-1").json()["name"] == "table"
    assert caller.post(f"{THINGS}/{thing}/rename", {"name": "table"}, key="k-1")["Idempotent-Replayed"] == "true"
    assert caller.get(f"{THINGS}/{thing}/size?times=2").json() == {"object": "size", "size": 10}
    assert error_of(caller.get(f"{THINGS}/{thing}/size?times=x"))["param"] == "times"
    assert error_of(caller.get(f"{THINGS}/{thing}/size?color=x"))["code"] == "parameter_unknown"
    assert error_of(caller.post(f"{THINGS}/{thing}/rename", {}))["code"] == "parameter_missing"


def test_deletes_where_that_is_declared(caller: Caller, thing: str) -> None:
    answer = caller.client.delete(f"{THINGS}/{thing}", headers=caller.headers)
    assert answer.json() == {"id": thing, "object": "thing", "deleted": True}
    assert names() == ["gone"]


@pytest.mark.parametrize("path", ["", "/rename", "/size"])
def test_answers_404_for_what_is_not_there_or_not_yours(thing: str, path: str) -> None:
    stranger = User.objects.create(public_id="usr_s", email="s@example.com", role="landlord", created_at="2026-11-01T00:00Z")
    caller = Caller(key_of(stranger))
    send = (lambda url: caller.post(url, {"name": "mine"})) if path == "/rename" else caller.get
    answers = [send(f"{THINGS}/{name}{path}") for name in (thing, "thing_none")]
    errors = [error_of(answer) | {"request_id": None} for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert errors[0].pop("message").replace(thing, "thing_none") == errors[1].pop("message")
    assert errors[0] == errors[1]
    assert names() == ["chair"]


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v1/things/a/b/c", "/api/", "/api/v2/things", f"{THINGS}/a%00b", "/api/v1/thingsx"]
)
@pytest.mark.parametrize("debug", [False, True])
def test_answers_json_where_there_is_no_address(caller: Caller, settings: object, path: str, debug: bool) -> None:
    settings.DEBUG = debug  # type: ignore[attr-defined]
    for answer in (caller.get(path), caller.post(path, {})):
        assert (answer.status_code, error_of(answer)["code"]) == (404, "resource_missing")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("put", THINGS, "GET, HEAD, OPTIONS, POST"),
        ("delete", THINGS, "GET, HEAD, OPTIONS, POST"),
        ("patch", f"{THINGS}/x", "GET, HEAD, OPTIONS, POST, DELETE"),
        ("get", f"{THINGS}/x/rename", "POST, OPTIONS"),
        ("post", f"{THINGS}/x/size", "GET, HEAD, OPTIONS"),
        ("post", "/api/v1/readings", "GET, HEAD, OPTIONS"),
        ("post", "/api/v1/readings/x", "GET, HEAD, OPTIONS"),
        ("trace", THINGS, "GET, HEAD, OPTIONS, POST"),
    ],
)
def test_names_the_methods_that_an_address_takes(caller: Caller, method: str, path: str, allow: str) -> None:
    answer = caller.client.generic(method.upper(), path, headers=caller.headers)
    assert (answer.status_code, error_of(answer)["code"], answer["Allow"]) == (405, "method_not_allowed", allow)


def test_answers_head_and_options(caller: Caller, thing: str) -> None:
    head = caller.client.head(f"{THINGS}/{thing}", headers=caller.headers)
    options = caller.client.options(THINGS, headers=caller.headers)
    assert (head.status_code, head.content, options.status_code) == (200, b"", 204)
    assert options["Allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/xml", "nonsense"])
def test_answers_json_whatever_is_accepted(caller: Caller, accept: str) -> None:
    assert caller.get(THINGS, Accept=accept)["Content-Type"] == "application/json"


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(("path", "status"), [("/api/v1/broken", 500), ("/api/v1/suspicious", 400)])
def test_answers_json_where_something_breaks_outside_of_the_views(
    owner: User, settings: object, path: str, status: int, debug: bool
) -> None:
    settings.DEBUG = debug  # type: ignore[attr-defined]
    answer = Client(raise_request_exception=False).get(path)
    assert answer.status_code == status
    assert "outside" not in error_of(answer)["message"]
    assert "Traceback" not in answer.content.decode()


def test_answers_json_to_a_wrong_host(caller: Caller) -> None:
    answer = caller.get(THINGS, Host="evil.example.com")
    assert (answer.status_code, error_of(answer)["code"]) == (400, "invalid_request")


def test_leaves_pages_their_own_errors(db: None) -> None:
    answer = Client(raise_request_exception=False).get("/broken")
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (500, "text/html")


def test_refuses_what_django_finds_suspicious_inside(caller: Caller) -> None:
    answer = caller.post(THINGS, {"name": "suspicious"}, key="k-1")
    assert (answer.status_code, error_of(answer)["code"]) == (400, "invalid_request")
    assert names() == []


@pytest.mark.parametrize("given", ["req_mine", "a" * 64, "A.b-c_1", "123456"])
def test_carries_the_request_id_of_the_caller(caller: Caller, given: str) -> None:
    answer = caller.get(f"{THINGS}/none", **{"Request-Id": given})
    assert answer["Request-Id"] == error_of(answer)["request_id"] == given


@pytest.mark.parametrize("given", ["", "a" * 65, "a b", "a\nb", "<script>", "é", "123456789", "4242-4242.4242_4242"])
def test_names_the_request_where_the_caller_s_name_is_not_sane(caller: Caller, given: str) -> None:
    answer = caller.get(THINGS, **{"Request-Id": given})
    assert answer["Request-Id"].startswith("req_")


def test_describes_itself_in_openapi_3_1(caller: Caller) -> None:
    answer = Client().get("/api/schema/", headers={"Accept": "application/json"})
    schema = answer.json()
    validate(schema)
    assert schema["openapi"].startswith("3.1")
    paths = schema["paths"]
    assert {"/api/v1/things", "/api/v1/things/{id}", "/api/v1/things/{id}/rename", "/api/v1/things/{id}/size"} <= set(paths)
    create = paths["/api/v1/transfers"]["post"]
    assert set(create["requestBody"]["content"]) == {"application/json", "application/x-www-form-urlencoded"}
    assert {"201", "400", "401", "409", "413"} <= set(create["responses"])
    refused = create["responses"]["400"]["content"]["application/json"]["schema"]
    assert refused["allOf"][0] == {"$ref": "#/components/schemas/Error"}
    assert "idempotency_key_required" in refused["allOf"][1]["properties"]["error"]["properties"]["code"]["enum"]
    headers = {p.get("name") or p["$ref"].rpartition("/")[2] for p in create["parameters"]}
    assert headers == {"Idempotency-Key", "Request-Id", "Stripe-Version"}
    listing = paths["/api/v1/things"]["get"]
    assert {"limit", "starting_after", "created[gte]", "name", "started[lt]", "expand[]"} <= {p.get("name") for p in listing["parameters"]}
    shown = schema["components"]["schemas"]
    assert shown["ThingList"]["properties"]["data"]["items"] == {"$ref": "#/components/schemas/Thing"}
    assert shown["ExpandingThingInput"]["required"] == ["name"]
    more = set(shown["ExpandingKeyedThingInput"]["properties"]) - set(shown["ExpandingThingInput"]["properties"])
    assert more == {"idempotency_key"}
    assert listing["operationId"] == "list_things"
    assert paths["/api/v1/things/{id}/rename"]["post"]["operationId"] == "rename_things"


@pytest.mark.urls("directpay.urls")
def test_describes_the_whole_product_without_a_warning(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    schema = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()
    validate(schema)
    assert "/api/v1/users" in schema["paths"]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("path", ["/api/docs/", "/api/redoc/"])
def test_serves_the_docs_from_this_machine_alone(db: None, path: str) -> None:
    page = Client().get(path)
    assert page.status_code == 200
    assert "https://" not in page.content.decode()
    assert "'unsafe-inline'" in page["Content-Security-Policy"]
    assert "script-src 'self';" in page["Content-Security-Policy"] + ";"


def test_keeps_the_strict_policy_elsewhere(caller: Caller) -> None:
    assert caller.get(THINGS)["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
