"""Routes of the stand-in: what is asked of it, found by method and path, and what may be said with it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.stripe_stand_in.errors import StripeError, invalid
from tests.stripe_stand_in.forms import whole
from tests.stripe_stand_in.state import State, Thing

Door = Callable[..., Thing]
LIST_PARAMETERS = ("limit", "starting_after", "ending_before", "created")
LIMIT = 10


@dataclass(frozen=True)
class Route:
    """`takes`: the parameters that Stripe documents and the stand-in understands; another one is refused, as Stripe does."""

    method: str
    pattern: str
    door: Door
    takes: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.method} {self.pattern}"


ROUTES: list[Route] = []


def route(method: str, pattern: str, *takes: str) -> Callable[[Door], Door]:
    """``@route("POST", "/v1/payment_intents/{id}/cancel", "cancellation_reason")``; the door gets (state, params, id)."""

    def known(door: Door) -> Door:
        ROUTES.append(Route(method, pattern, door, frozenset((*takes, "expand"))))
        return door

    return known


def find(method: str, path: str) -> tuple[Route, list[str]]:
    """Raises StripeError where Stripe has no such address."""
    for one in ROUTES:
        shape = re.sub(r"\\{\w+\\}", r"([^/]+)", re.escape(one.pattern))
        if one.method == method and (found := re.fullmatch(shape, path.rstrip("/"))):
            return one, list(found.groups())
    raise StripeError(404, "invalid_request_error", f"Unrecognized request URL ({method}: {path}).")


def check(one: Route, params: dict[str, Any]) -> None:
    """Raises StripeError: parameter_unknown."""
    for name in params:
        if name not in one.takes:
            raise invalid(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def page(state: State, kind: str, url: str, params: dict[str, Any], keep: Callable[[Thing], bool] = lambda thing: True) -> Thing:
    """A list as Stripe pages it, the newest first."""
    found = [thing for thing in state.all(kind) if keep(thing) and _created_within(thing, params.get("created"))]
    limit = whole(params, "limit") or LIMIT
    if not 1 <= limit <= 100:
        raise invalid("Invalid integer: the limit is from 1 to 100", param="limit")
    ids = [thing["id"] for thing in found]
    if after := params.get("starting_after"):
        state.get(kind, after, "starting_after")
        found = found[ids.index(after) + 1 :] if after in ids else []
    elif before := params.get("ending_before"):
        state.get(kind, before, "ending_before")
        ahead = found[: ids.index(before)] if before in ids else []
        return {"object": "list", "data": ahead[-limit:], "has_more": len(ahead) > limit, "url": url}
    return {"object": "list", "data": found[:limit], "has_more": len(found) > limit, "url": url}


def _created_within(thing: Thing, asked: Any) -> bool:
    if asked is None:
        return True
    if isinstance(asked, str):
        return bool(thing["created"] == int(asked))
    tests = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}
    return all(tests[name](thing["created"], int(value)) for name, value in asked.items())


# What an id may be expanded to.
EXPANDABLE = {
    "latest_charge": "charge",
    "charge": "charge",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
    "customer": "customer",
    "balance_transaction": "balance_transaction",
    "source": "",  # of a balance transaction: many kinds of thing
}


def expanded(state: State, thing: Thing, paths: Any) -> Thing:
    """A copy of the thing with the objects behind these ids in it: `latest_charge.balance_transaction`, `data.customer`."""
    result = _copied(thing)
    for path in paths if isinstance(paths, list) else [paths] if paths else []:
        _expand(state, result, path.split("."), path)
    return result


def _expand(state: State, node: Thing, parts: list[str], path: str) -> None:
    first, *rest = parts
    if first == "data" and node.get("object") in ("list", "search_result"):
        for inner in node["data"]:
            _expand(state, inner, rest, path)
        return
    if first not in node or first not in EXPANDABLE:
        raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    if isinstance(node[first], str):
        node[first] = _copied(_behind(state, first, node[first]))
    if rest and node[first] is not None:
        _expand(state, node[first], rest, path)


def _behind(state: State, name: str, identity: str) -> Thing:
    if kind := EXPANDABLE[name]:
        return state.get(kind, identity)
    return next(table[identity] for table in state.tables.values() if identity in table)


def _copied(thing: Any) -> Any:
    if isinstance(thing, dict):
        return {name: _copied(part) for name, part in thing.items()}
    return [_copied(part) for part in thing] if isinstance(thing, list) else thing
