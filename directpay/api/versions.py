"""`Stripe-Version`: the API is dated, and who speaks an older version is understood and answered in it.

As at Stripe (https://docs.stripe.com/api-versions): the header decides, else the version that was the newest when the key was first used.
Ours are plain dates. Stripe's clients send Stripe's own, a date and since 2024 the name of a release: they mean ours of that day.
A change is written beside the room that it is about and named in `settings.API_CHANGES`; today's code knows today's shape alone.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from directpay.kernel.errors import InvalidInput

HEADER = "Stripe-Version"
SHAPE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(\.[A-Za-z][A-Za-z0-9_-]{0,39})?")
FIRST: Final = date(2026, 11, 1)
Translation = Callable[[dict[str, Any]], dict[str, Any]]


def as_it_is(value: dict[str, Any]) -> dict[str, Any]:
    return value


@dataclass(frozen=True)
class Change:
    """What became different on a day, and how those who speak an older version are served.

    `answer` makes of an object with this `object_name`, wherever it stands in an answer, the one of the day before. It leaves alone what
    is of the older shape already: a saved answer may be replayed across an upgrade. `requests` makes of parameters as they were before
    those of today: of a body ("POST payments/{id}/cancel") or of a query ("GET payments").
    """

    on: date
    words: str
    object_name: str = ""
    answer: Translation = as_it_is
    requests: Mapping[str, Translation] = field(default_factory=dict)


def changes() -> Sequence[Change]:
    """Oldest first. Raises ImproperlyConfigured where they do not follow each other, after the first version."""
    return _changes(tuple(settings.API_CHANGES))


def versions() -> list[date]:
    """All of ours, oldest first."""
    return sorted({FIRST, *(change.on for change in changes())})


def version_asked(headers: Mapping[str, str]) -> date | None:
    """Ours that the header means; None without one. Raises InvalidInput for what is no version."""
    given = headers.get(HEADER)
    if given is None:
        return None
    shape = SHAPE.fullmatch(given)
    try:
        day = date.fromisoformat(shape[1]) if shape else None
    except ValueError:
        day = None
    if shape is None or day is None:
        raise InvalidInput(f"Invalid {HEADER}: versions are written YYYY-MM-DD or YYYY-MM-DD.name.", param=HEADER)
    if shape[2] is None and day >= FIRST and day not in versions():
        known = ", ".join(version.isoformat() for version in versions())
        raise InvalidInput(f"Unknown {HEADER}: {given}. Versions are {known}, or one of Stripe's.", param=HEADER)
    return max((version for version in versions() if version <= day), default=FIRST)


def since(version: date) -> Sequence[Change]:
    """The changes that somebody who speaks `version` does not know, oldest first."""
    return [change for change in changes() if change.on > version]


def understood(unknown: Sequence[Change], operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Parameters of today's shape."""
    for change in unknown:
        for asked, translation in change.requests.items():
            if asked.replace("{id}", "id") == operation:
                parameters = translation(parameters)
    return parameters


def as_before(unknown: Sequence[Change], answer: Any) -> Any:
    """An answer in the shape from before those changes: the newest is undone first, the inner objects before the outer."""
    for change in reversed(unknown):
        answer = _undone(change, answer)
    return answer


def _undone(change: Change, value: Any) -> Any:
    if isinstance(value, list):
        return [_undone(change, inner) for inner in value]
    if not isinstance(value, dict):
        return value
    whole = {name: _undone(change, inner) for name, inner in value.items()}
    return change.answer(whole) if whole.get("object") == change.object_name else whole


@cache
def _changes(names: tuple[str, ...]) -> tuple[Change, ...]:
    found = tuple(import_string(name) for name in names)
    days = [FIRST, *(change.on for change in found)]
    if days != sorted(days) or FIRST in days[1:]:
        raise ImproperlyConfigured("API_CHANGES stand oldest first, and none is as old as the first version")
    return found
