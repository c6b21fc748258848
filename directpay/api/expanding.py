"""`expand[]`: put whole objects where only ids stand.

A view says in `expanders` which of its properties may be shown whole, and what stands there: the name of a kind of object, found
by its id among those that the caller may see, or a function, where the object has a shape of its own. What the caller may not see
stays an id.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from directpay.kernel.errors import InvalidInput

EXPAND_LIMIT = 20
LEVELS = 4  # Stripe's, `data` of a list among them

# given all rows of the page, one object (or None) for each: so a list never asks row by row
Expander = Callable[[Sequence[Any], Any], Sequence[Mapping[str, Any] | None]]

View = TypeVar("View", bound=type)
KINDS: dict[str, Any] = {}  # by name of the object, the view class that knows whom it is visible to and how it is shown


def by_id(view: View) -> View:
    """Declare that objects of this view may be shown wherever their ids stand."""
    KINDS[view.object_name] = view  # type: ignore[attr-defined]  # every ApiView has one
    return view


class Step(NamedTuple):
    """One property to show whole. `path` leads to it from the object of the view, through lists as through single objects."""

    path: tuple[str, ...]
    rule: Expander | str


def asked_steps(value: Any, expanders: Mapping[str, Expander | str], *, in_list: bool) -> list[Step]:
    """What to expand, parents before their parts. In lists names may begin with `data.`. Raises InvalidInput."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > EXPAND_LIMIT or not all(isinstance(item, str) for item in value):
        raise InvalidInput(f"expand is a list of at most {EXPAND_LIMIT} names.", param="expand")
    steps: dict[tuple[str, ...], Expander | str] = {}
    for position, item in enumerate(value):
        param = f"expand[{position}]"
        if item.count(".") >= LEVELS:
            raise InvalidInput(f"At most {LEVELS} levels can be expanded: {item[:80]}.", param=param)
        try:
            steps |= _steps(item.removeprefix("data.") if in_list else item, expanders)
        except KeyError:
            raise InvalidInput(f"This property cannot be expanded: {item[:80]}.", param=param) from None
    return [Step(path, steps[path]) for path in sorted(steps, key=lambda path: (len(path), path))]


def _steps(item: str, expanders: Mapping[str, Expander | str]) -> dict[tuple[str, ...], Expander | str]:
    """Every step on the way to `item`. Raises KeyError where it leads to nothing that can be expanded."""
    found: dict[tuple[str, ...], Expander | str] = {}
    parts = item.split(".")
    known, name = expanders, ""
    for depth, part in enumerate(parts):
        name = f"{name}.{part}" if name else part  # of plain objects within, e.g. renters.user
        rule = known.get(name)
        if rule is None or (callable(rule) and known is not expanders):  # a function knows rows of its own view alone
            continue
        found[tuple(parts[: depth + 1])] = rule
        if isinstance(rule, str):
            known, name = KINDS[rule].expanders, ""
    if tuple(parts) not in found:
        raise KeyError(item)
    return found


def expand(objects: Sequence[dict[str, Any]], rows: Sequence[Any], context: Any, steps: Sequence[Step]) -> None:
    """Put them in: for each step, however many objects there are, its kind is asked once."""
    for step in steps:
        if isinstance(step.rule, str):
            # the same object may stand in many places, and is then one
            holders = list({id(holder): holder for holder in _holders(objects, step.path)}.values())
            shown = _shown(step.rule, {holder[step.path[-1]] for holder in holders}, context) if holders else {}
            for holder in holders:
                holder[step.path[-1]] = shown.get(holder[step.path[-1]], holder[step.path[-1]])
        else:
            for target, value in zip(objects, step.rule(rows, context), strict=True):
                _put(target, step.path, value)


def _shown(kind: str, ids: set[str], context: Any) -> dict[str, dict[str, Any]]:
    """Public id → the object, as far as the caller may see it."""
    view = KINDS[kind]()
    rows = list(view.queryset_for(context.actor).filter(public_id__in=sorted(ids)))
    return {row.public_id: found for row, found in zip(rows, view.render_many(rows, context) if rows else [], strict=True)}


def _holders(value: Any, path: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Objects in which the last name of `path` is still an id."""
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _holders(item, path)
    elif isinstance(value, dict) and path[1:]:
        yield from _holders(value.get(path[0]), path[1:])
    elif isinstance(value, dict) and isinstance(value.get(path[0]), str):
        yield value


def _put(target: dict[str, Any], path: Sequence[str], value: Mapping[str, Any] | None) -> None:
    """Replace `a` or `a.b` in a rendered object; a part of what is null stays unsaid."""
    *parents, last = path
    for parent in parents:
        inner = target.get(parent)
        if not isinstance(inner, dict):
            return
        target = inner
    target[last] = value
