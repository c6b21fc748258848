"""Forms and query strings with bracketed nesting, as Stripe's clients write them: `a[b][0][c]=…`, `a[]=…`."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from directpay.api.errors import bracketed
from directpay.kernel.errors import InvalidInput

PAIRS_LIMIT = 1_000
DEPTH_LIMIT = 20
NAME_SHAPE = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
PART = re.compile(r"\[([^\[\]]*)\]")


class FormText(str):
    """A value from a form or query string, where every number is written as text."""

    __slots__ = ()


def parse_form(text: str) -> dict[str, Any]:
    """Names and values of a form as nested dicts and lists. Raises InvalidInput, naming the parameter."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=PAIRS_LIMIT)
    except UnicodeDecodeError as error:
        raise InvalidInput("This request is not valid UTF-8.") from error
    except ValueError as error:
        raise InvalidInput(f"At most {PAIRS_LIMIT} parameters.") from error
    return nested(pairs)


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Build the tree; keys 0…n-1 in any order become a list, `[]` appends."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        shape = NAME_SHAPE.fullmatch(name)
        if shape is None:
            raise InvalidInput(f"Invalid parameter name: {name[:80]!r}.", param=name[:80] or None)
        path = [shape[1], *PART.findall(shape[2])]
        if len(path) > DEPTH_LIMIT:
            raise InvalidInput(f"Parameters are nested at most {DEPTH_LIMIT} deep.", param=shape[1])
        _put(root, path, FormText(value))
    return {key: _lists(value) for key, value in root.items()}


def _put(node: dict[str, Any], path: list[str], value: FormText) -> None:
    """Lists are dicts by position until the whole form is read."""
    for depth, part in enumerate(path[:-1]):
        key = part if part != "" else _open_element(node, path[depth + 1])
        inner = node.setdefault(key, {})
        if not isinstance(inner, dict):
            raise InvalidInput("This parameter is given both as a value and as a group.", param=bracketed(path[: depth + 1]))
        node = inner
    key = path[-1] if path[-1] != "" else str(len(node))
    if key in node:
        raise InvalidInput("This parameter is given twice.", param=bracketed(path))
    node[key] = value


def _open_element(node: dict[str, Any], next_part: str) -> str:
    """`a[][x]=1&a[][y]=2&a[][x]=3` is two elements: a name that repeats begins the next."""
    last = str(len(node) - 1)
    present = node.get(last)
    return last if isinstance(present, dict) and next_part not in present else str(len(node))


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(item) for key, item in value.items()}
    if all(str(i) in inner for i in range(len(inner))):
        return [inner[str(i)] for i in range(len(inner))]
    return inner
