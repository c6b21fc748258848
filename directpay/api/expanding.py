"""`expand[]`: put whole objects where only ids stand."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from directpay.kernel.errors import InvalidInput

EXPAND_LIMIT = 20

# given all rows of the page, one object (or None) for each: so a list never asks row by row
Expander = Callable[[Sequence[Any], Any], Sequence[Mapping[str, Any] | None]]


def asked_names(value: Any, expanders: Mapping[str, Expander], *, in_list: bool) -> list[str]:
    """Names to expand, parents before their parts. In lists they may begin with `data.`. Raises InvalidInput."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > EXPAND_LIMIT or not all(isinstance(item, str) for item in value):
        raise InvalidInput(f"expand is a list of at most {EXPAND_LIMIT} names.", param="expand")
    names: set[str] = set()
    for position, item in enumerate(value):
        parts = item.removeprefix("data.").split(".") if in_list else item.split(".")
        wanted = {".".join(parts[: i + 1]) for i in range(len(parts))}
        if not wanted <= set(expanders):
            raise InvalidInput(f"This property cannot be expanded: {item[:80]}.", param=f"expand[{position}]")
        names |= wanted
    return sorted(names)


def put(target: dict[str, Any], name: str, value: Mapping[str, Any] | None) -> None:
    """Replace `a` or `a.b` in a rendered object; a part of what is null stays unsaid."""
    *parents, last = name.split(".")
    for parent in parents:
        inner = target.get(parent)
        if not isinstance(inner, dict):
            return
        target = inner
    target[last] = value
