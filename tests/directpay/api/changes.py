"""Two changes of these tests' own things, registered as any other: by name in settings.API_CHANGES.

In March 2027 a thing's `title` became its `name`. In June the owner of a thing, an id, became an object; and `size` counts `repeat`.
"""

from datetime import date
from typing import Any

from directpay.api.versions import Change


def named(parameters: dict[str, Any]) -> dict[str, Any]:
    """`title` was what `name` is."""
    return {("name" if name == "title" else name): value for name, value in parameters.items()}


def titled(thing: dict[str, Any]) -> dict[str, Any]:
    return {("title" if name == "name" else name): value for name, value in thing.items()}


def repeated(parameters: dict[str, Any]) -> dict[str, Any]:
    """`repeat` was what `times` is."""
    return {("times" if name == "repeat" else name): value for name, value in parameters.items()}


def shouting(thing: dict[str, Any]) -> dict[str, Any]:
    """Then `name` was in capitals: undone first, while it is still called so."""
    return {**thing, "name": thing["name"].upper()} if "name" in thing else thing


MARCH = Change(
    on=date(2027, 3, 1),
    words="`title` of a thing is called `name`.",
    object_name="thing",
    answer=titled,
    requests={"POST things": named, "POST things/{id}/rename": named, "GET things": named},
)
JUNE = Change(
    on=date(2027, 6, 1),
    words="The name of a thing is shown as it was given, and the query `repeat` is called `times`.",
    object_name="thing",
    answer=shouting,
    requests={"GET things/{id}/size": repeated},
)
TOO_OLD = Change(on=date(2026, 11, 1), words="As old as the first version.")
