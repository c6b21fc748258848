"""What a body may be, and how it is refused: by name, with a sentence, and never by a crash."""

import json
from typing import Any

import pytest
from django.conf import settings

from tests.directpay.api.conftest import THINGS, names
from tests.directpay.cast import Caller, error_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.directpay.api.things")]
CHAIR = {"name": "chair"}


def refusal(caller: Caller, body: Any) -> tuple[int, str, str | None]:
    answer = caller.post(THINGS, body)
    error = error_of(answer)
    assert error["message"].endswith(".")
    return answer.status_code, error["code"], error["param"]


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "parameter_missing", "name"),
        ("", "parameter_missing", "name"),
        ({"name": None}, "parameter_missing", "name"),
        ({"name": ""}, "parameter_invalid", "name"),
        ({"name": True}, "parameter_invalid", "name"),
        ({"name": {"a": 1}}, "parameter_invalid", "name"),
        ({"name": "n" * 201}, "parameter_invalid", "name"),
        (CHAIR | {"color": "red"}, "parameter_unknown", "color"),
        (CHAIR | {"address": {"city": "x", "zip": 1}}, "parameter_unknown", "address[zip]"),
        (CHAIR | {"address": {}}, "parameter_missing", "address[city]"),
        (CHAIR | {"address": "here"}, "parameter_invalid", "address"),
        (CHAIR | {"address": [1]}, "parameter_invalid", "address"),
        (CHAIR | {"units": [{"name": "a"}, {"rent": 1}]}, "parameter_missing", "units[1][name]"),
        (CHAIR | {"units": [{"name": "a", "size": 1}]}, "parameter_unknown", "units[0][size]"),
        (CHAIR | {"units": [1]}, "parameter_invalid", "units[0]"),
        (CHAIR | {"units": {"a": 1}}, "parameter_invalid", "units"),
        (CHAIR | {"units": [{"name": "a"}] * 21}, "parameter_invalid", "units"),
        (CHAIR | {"tags": ["ok", "too long"]}, "parameter_invalid", "tags[1]"),
        (CHAIR | {"tags": "ok"}, "parameter_invalid", "tags"),
        (CHAIR | {"paused": "perhaps"}, "parameter_invalid", "paused"),
        (CHAIR | {"owner": "lse_123"}, "parameter_invalid", "owner"),
        (CHAIR | {"owner": 5}, "parameter_invalid", "owner"),
        ('{"name": "a", "name": "b"}', "parameter_invalid", "name"),
        ('{"name": NaN}', "parameter_invalid", "name"),
        ('{"name": "a", "units": [{"rent": -Infinity}]}', "parameter_invalid", "units[0][rent]"),
        ('{"name": "a", "amount": 1' + "0" * 5000 + "}", "parameter_invalid", "amount"),
        ('{"name": "a", "amount": 1e999999999}', "parameter_invalid", "amount"),
        ('{"name": "a\\u0000b"}', "parameter_invalid", "name"),
        ('{"name": "a", "address": {"city": "\\u0000"}}', "parameter_invalid", "address[city]"),
        ('{"name": "\\ud800"}', "parameter_invalid", "name"),
        ("[1]", "body_invalid_json", None),
        ("7", "body_invalid_json", None),
        ("{", "body_invalid_json", None),
        ("[" * 100_000, "body_invalid_json", None),
        ('{"a":' * 25 + "1" + "}" * 25, "parameter_invalid", "a"),
        ("\ufeff{}", "body_invalid_json", None),
        (b'{"name": "\xff"}', "body_not_utf8", None),
    ],
)
def test_refuses(caller: Caller, body: Any, code: str, param: str | None) -> None:
    assert refusal(caller, body) == (400, code, param)
    assert names() == []


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (0, "amount_too_small"),
        (-5, "amount_too_small"),
        (settings.PAYMENT_MAX_MINOR + 1, "amount_too_large"),
        (10**17, "amount_too_large"),
        ("150000", "parameter_invalid"),
        ("1500.00", "parameter_invalid"),
        (True, "parameter_invalid"),
        ([1], "parameter_invalid"),
    ],
)
def test_refuses_an_amount(caller: Caller, amount: Any, code: str) -> None:
    assert refusal(caller, CHAIR | {"amount": amount}) == (400, code, "amount")


@pytest.mark.parametrize("text", ["1500.0", "1.5", "1e3"])
def test_refuses_an_amount_with_a_fraction(caller: Caller, text: str) -> None:
    assert refusal(caller, f'{{"name": "a", "amount": {text}}}') == (400, "parameter_invalid", "amount")


@pytest.mark.parametrize("day", ["2026-02-30", "2026-2-3", "20260203", "2026-02-03T00:00", "٢٠٢٦-٠٢-٠٣", 20260203, "9999-01-01"])
def test_refuses_a_date(caller: Caller, day: Any) -> None:
    assert refusal(caller, CHAIR | {"start_date": day}) == (400, "parameter_invalid", "start_date")


@pytest.mark.parametrize("currency", ["us", "usdd", "XXX", 840, ""])
def test_refuses_a_currency(caller: Caller, currency: Any) -> None:
    assert refusal(caller, CHAIR | {"currency": currency}) == (400, "parameter_invalid", "currency")


@pytest.mark.parametrize(
    "metadata",
    [
        {f"k{n}": "v" for n in range(51)},
        {"k" * 41: "v"},
        {"": "v"},
        {"a[b]": "v"},
        {"k": "v" * 501},
        {"k": {"nested": 1}},
        {"k": ["v"]},
        ["v"],
        "v",
    ],
)
def test_refuses_metadata(caller: Caller, metadata: Any) -> None:
    assert refusal(caller, CHAIR | {"metadata": metadata}) == (400, "parameter_invalid", "metadata")


def test_takes_metadata_with_numbers_as_texts(caller: Caller) -> None:
    given = {"a": 1, "b": True, "c": "x", "d": None, **{f"k{n}": "v" * 500 for n in range(46)}}
    metadata = caller.post(THINGS, CHAIR | {"metadata": given}).json()["metadata"]
    assert (metadata["a"], metadata["b"], metadata["c"], len(metadata)) == ("1", "true", "x", 49)
    assert "d" not in metadata


def test_keeps_a_fraction_in_metadata_as_it_was_written(caller: Caller) -> None:
    answer = caller.post(THINGS, '{"name": "a", "metadata": {"share": 33.30}}')
    assert answer.json()["metadata"] == {"share": "33.30"}


def test_changes_metadata_name_by_name(caller: Caller) -> None:
    thing = caller.post(THINGS, CHAIR | {"metadata": {"unit": "4B", "floor": "4"}}).json()["id"]
    assert caller.form(f"{THINGS}/{thing}", "metadata[unit]=&metadata[6735]=x").json()["metadata"] == {"floor": "4", "6735": "x"}
    assert caller.post(f"{THINGS}/{thing}", {"metadata": {f"k{n}": "v" for n in range(49)}}).status_code == 400
    assert caller.form(f"{THINGS}/{thing}", "metadata[0]=first").json()["metadata"]["0"] == "first"


def test_takes_null_for_an_optional_parameter_as_not_given(caller: Caller) -> None:
    assert caller.post(THINGS, CHAIR | {"amount": None, "address": None}).status_code == 201


def test_takes_currency_in_any_case_and_all_the_rest(caller: Caller) -> None:
    body = {
        "amount": settings.PAYMENT_MAX_MINOR,
        "currency": "USD",
        "start_date": "2026-11-01",
        "owner": "usr_0",
        "address": {"city": "Zürich"},
        "units": [{"name": "1", "rent": 0}],
        "tags": ["a"],
        "paused": False,
    }
    assert caller.post(THINGS, CHAIR | body).status_code == 201


@pytest.mark.parametrize(
    ("form", "code", "param"),
    [
        ("name=a&color=red", "parameter_unknown", "color"),
        ("name=a&name=b", "parameter_invalid", "name"),
        ("name=a&name[x]=b", "parameter_invalid", "name"),
        ("name[x]=a&name=b", "parameter_invalid", "name"),
        ("name=a&address[zip]=1", "parameter_unknown", "address[zip]"),
        ("name=a&units[0][rent]=1", "parameter_missing", "units[0][name]"),
        ("name=a&units[][rent]=1", "parameter_missing", "units[0][name]"),
        ("name=a&amount=1.5", "parameter_invalid", "amount"),
        ("name=a&amount=%D9%A1", "parameter_invalid", "amount"),
        ("name=a&amount=" + "9" * 5000, "parameter_invalid", "amount"),
        ("name=a%00", "parameter_invalid", "name"),
        ("name=%ff", "parameter_invalid", None),
        ("name]=a", "parameter_invalid", "name]"),
        ("a" + "[b]" * 30 + "=1", "parameter_invalid", "a"),
        ("&".join(f"a{n}=1" for n in range(1001)), "parameter_invalid", None),
    ],
)
def test_refuses_a_form(caller: Caller, form: str, code: str, param: str | None) -> None:
    answer = caller.form(THINGS, form)
    error = error_of(answer)
    assert (answer.status_code, error["code"], error["param"]) == (400, code, param)


def test_takes_a_form_with_nesting(caller: Caller) -> None:
    form = "name=a&amount=150000&address[city]=x&units[1][name]=b&units[0][name]=a&tags[]=x&tags[]=y&paused=true&currency=usd"
    assert caller.form(THINGS, form).status_code == 201
    assert caller.form(THINGS, "name=a&units[][name]=a&units[][rent]=5&units[][name]=b").status_code == 201
    assert caller.form(THINGS, "name=a&units[][name]=a&units[][rent]=5&units[][rent]=6").status_code == 400  # a second, nameless unit


def test_refuses_a_body_over_the_limit_before_reading_it(caller: Caller) -> None:
    limit = settings.MAX_BODY_BYTES
    body = json.dumps({"name": "a", "metadata": {"k": ""}})
    assert caller.post(THINGS, body + " " * (limit - len(body))).status_code == 201
    answer = caller.post(THINGS, body + " " * (limit - len(body) + 1))
    assert (answer.status_code, error_of(answer)["code"]) == (413, "body_too_large")
    assert caller.form(THINGS, "name=" + "a" * limit).status_code == 413


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/json-patch+json"]
)
def test_refuses_other_content_types(caller: Caller, content_type: str) -> None:
    answer = caller.client.post(THINGS, b"x", content_type=content_type, headers=caller.headers)
    assert (answer.status_code, error_of(answer)["code"]) == (415, "content_type_unsupported")


def test_refuses_another_character_set(caller: Caller) -> None:
    answer = caller.client.post(THINGS, b'{"name": "a"}', content_type="application/json; charset=latin-1", headers=caller.headers)
    assert (answer.status_code, error_of(answer)["code"]) == (400, "body_not_utf8")


def test_refuses_a_chunked_body_rather_than_take_it_for_empty(caller: Caller) -> None:
    answer = caller.client.generic("POST", THINGS, headers=caller.headers | {"Transfer-Encoding": "chunked"})
    assert (answer.status_code, error_of(answer)["code"]) == (411, "length_required")


def test_refuses_a_query_on_a_post(caller: Caller) -> None:
    answer = caller.post(f"{THINGS}?name=chair", CHAIR)
    assert (answer.status_code, error_of(answer)["param"]) == (400, "name")
