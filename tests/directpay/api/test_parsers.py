"""Whatever is sent, the parsers answer with a tree or a refusal: nothing else rises, and it never takes long."""

import json
import time
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directpay.api.brackets import parse_form
from directpay.api.objects import to_bytes
from directpay.api.parsers import BracketFormParser, StrictJSONParser
from directpay.kernel.errors import DirectPayError

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | TEXT
TREES = st.dictionaries(TEXT, st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)))


def parsed(parser: Any, body: bytes) -> Any:
    try:
        return parser().parse(BytesIO(body))
    except DirectPayError:
        return None


@given(st.binary(max_size=200) | st.text(alphabet='[]{}",:0123456789eE+-.\\u truefalsn', max_size=60).map(str.encode))
def test_json_is_a_tree_or_a_refusal(body: bytes) -> None:
    assert isinstance(parsed(StrictJSONParser, body), (dict, type(None)))


@given(st.binary(max_size=200) | st.text(alphabet="ab[]=&%0", max_size=60).map(str.encode))
def test_a_form_is_a_tree_or_a_refusal(body: bytes) -> None:
    assert isinstance(parsed(BracketFormParser, body), (dict, type(None)))


@given(TREES)
def test_json_comes_in_as_it_was_written(tree: dict[str, Any]) -> None:
    assert parsed(StrictJSONParser, json.dumps(tree).encode()) == tree


@pytest.mark.parametrize(
    ("form", "tree"),
    [
        ("", {}),
        ("a=1&b=", {"a": "1", "b": ""}),
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[1]=y&a[0]=x", {"a": ["x", "y"]}),
        ("a[6735]=x", {"a": {"6735": "x"}}),
        ("a[0][x]=1&a[0][y]=2&a[1][x]=3", {"a": [{"x": "1", "y": "2"}, {"x": "3"}]}),
        ("a[][x]=1&a[][y]=2&a[][x]=3", {"a": [{"x": "1", "y": "2"}, {"x": "3"}]}),
        ("a%5Bb%5D=%C3%A9+e", {"a": {"b": "é e"}}),
    ],
)
def test_a_form_nests_by_brackets(form: str, tree: dict[str, Any]) -> None:
    assert parse_form(form) == tree


@pytest.mark.parametrize(
    "body",
    [
        "{" + ",".join(f'"k{n}":1' for n in range(20_000)) + ',"k19999":1}',
        '{"a":' * 30_000,
        '{"a":1' + "0" * 200_000 + "}",
        '{"a":' + "[]," * 60_000 + "}",
    ],
)
def test_a_hostile_body_is_refused_at_once(body: str) -> None:
    began = time.perf_counter()
    assert parsed(StrictJSONParser, body.encode()) is None
    assert time.perf_counter() - began < 1


def test_writes_days_and_instants_and_nothing_else_unknown() -> None:
    assert (
        to_bytes({"on": date(2026, 11, 1), "at": datetime(2026, 11, 1, 12, tzinfo=UTC)})
        == b'{"on":"2026-11-01","at":"2026-11-01T12:00:00Z"}'
    )
    with pytest.raises(TypeError):
        to_bytes({"what": object()})
