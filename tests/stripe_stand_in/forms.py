"""Form bodies and query strings with bracketed nesting, as Stripe's clients write them."""

import re
from typing import Any
from urllib.parse import parse_qsl

from tests.stripe_stand_in.errors import invalid


def decoded(text: str) -> dict[str, Any]:
    """``a[b]=1&c[0]=2&d[]=3`` → ``{"a": {"b": "1"}, "c": ["2"], "d": ["3"]}``."""
    root: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, *rest = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
        node, path = root, [first, *rest]
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1] or str(len(node))] = value
    return {name: _lists(value) for name, value in root.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _lists(part) for name, part in value.items()}
    in_order = [str(n) for n in range(len(inner))]
    return [inner[name] for name in in_order] if inner and all(name in inner for name in in_order) else inner


def flag(params: dict[str, Any], name: str) -> bool:
    return params.get(name) in ("true", "True", "1")


def whole(params: dict[str, Any], name: str) -> int | None:
    """The whole number under this name; None where there is none."""
    text = params.get(name)
    if text is None or text == "":
        return None
    if not re.fullmatch(r"-?\d+", text):
        raise invalid(f"Invalid integer: {text}", code="parameter_invalid_integer", param=name)
    return int(text)


def merged(present: dict[str, str], changes: Any) -> dict[str, str]:
    """Metadata: an empty value removes its name, an empty `metadata` removes all."""
    if changes == "":
        return {}
    return {name: value for name, value in {**present, **(changes or {})}.items() if value != ""}
