"""Pages by keyset: the rows next to one that is known, in an order that an index has, whoever asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from directpay.api.lists import created_within
from directpay.kernel.errors import InvalidInput
from directpay.people.ways import Way

LIMIT_DEFAULT, LIMIT_MAX = 10, 100
KEY = RawSQL("owner.key", ())  # of the row that a way leads through


@dataclass(frozen=True)
class Listed:
    """What a list is of: the rows that the actor may see, with what rendering needs. `order` falls, and its last field is unique.

    `rows` are by the ways and nothing else; what else holds of those that are listed, such as that they are not deleted, says `only`.
    """

    rows: QuerySet[Any]
    ways: Sequence[Way] | None  # by which it sees them; None: it sees all, or few
    order: tuple[str, ...]
    only: Q = field(default_factory=Q)


@dataclass(frozen=True)
class Page:
    """A part of a list, newest first."""

    rows: list[Any]
    has_more: bool


@dataclass(frozen=True)
class Bounds:
    """From where to where: by the time of creation that was asked for, and past one row."""

    created: Any = None
    past: tuple[Any, ...] = ()  # the row's values of the order
    rising: bool = False

    def where(self, order: Sequence[str]) -> Q:
        """Of rows that have these columns."""
        within = Q() if self.created is None else created_within(order[0], self.created)
        return within & _beyond(order, self.past, "gt" if self.rising else "lt") if self.past else within

    def sorted(self, order: Sequence[str]) -> list[str]:
        return list(order) if self.rising else [f"-{name}" for name in order]


def page_of(listed: Listed, query: Mapping[str, Any], where: Q) -> Page:
    """One page of those for which `where` holds. Three queries at most, however many rows there are."""
    limit = _limit(query.get("limit"))
    after, before = query.get("starting_after"), query.get("ending_before")
    if after is not None and before is not None:
        raise InvalidInput("Give starting_after or ending_before, not both.", param="ending_before")
    name, start = ("ending_before", before) if before is not None else ("starting_after", after)
    row = None if start is None else _row(listed.rows.filter(listed.only), name, start)
    past = () if row is None else tuple(getattr(row, name) for name in listed.order)
    page = _nearest(listed, listed.only & where, Bounds(query.get("created"), past, rising=before is not None), limit + 1)
    kept = page[:limit]
    return Page(kept[::-1] if before is not None else kept, len(page) > limit)


def _nearest(listed: Listed, where: Q, bounds: Bounds, count: int) -> list[Any]:
    """The first so many rows, falling or rising."""
    order = bounds.sorted(listed.order)
    if listed.ways is None:
        return list(listed.rows.filter(bounds.where(listed.order) & where).order_by(*order)[:count])
    keys = _keys(listed, where, bounds, count)
    return list(listed.rows.filter(pk__in=keys).order_by(*order)) if keys else []


def _keys(listed: Listed, where: Q, bounds: Bounds, count: int) -> list[Any]:
    """Primary keys of the first rows over all ways: the first of each way, by its own index, and the first of these."""
    parts: list[str] = []
    parameters: list[Any] = []
    for way in listed.ways or ():
        try:
            sql, given = _first(way, listed, where, bounds, count)
        except EmptyResultSet:
            continue
        parts.append(f"({sql})")
        parameters += given
    if not parts:
        return []
    columns = [f"o{n}" for n in range(len(listed.order))]
    order = ", ".join(column if bounds.rising else f"{column} DESC" for column in columns)
    together = f"SELECT k FROM ({' UNION '.join(parts)}) found ({', '.join(columns)}, k) ORDER BY {order} LIMIT {count}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(together, parameters)
        return [key for (key,) in cursor.fetchall()]


def _first(way: Way, listed: Listed, where: Q, bounds: Bounds, count: int) -> tuple[str, tuple[Any, ...]]:
    """SQL and parameters. Raises EmptyResultSet where nothing can be found."""
    order = way.order or listed.order
    reached = (Q(**{way.lookup: KEY}) & way.where if way.apart else way.rule) & bounds.where(order)
    rows = listed.rows.model._default_manager.filter(reached).filter(where).order_by(*bounds.sorted(order))
    found = rows.values_list(*order, "pk")
    sql, given = (found.distinct() if way.order else found)[:count].query.sql_with_params()
    if way.through is None or not way.apart:
        return sql, given
    owners, theirs = way.through.order_by().values_list(way.column).query.sql_with_params()
    return f"SELECT first.* FROM ({owners}) owner (key) CROSS JOIN LATERAL ({sql}) first", (*theirs, *given)  # noqa: S608


def _limit(value: Any) -> int:
    if value is None:
        return LIMIT_DEFAULT
    if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 3 and 1 <= int(value) <= LIMIT_MAX):
        raise InvalidInput(f"The limit is a whole number from 1 to {LIMIT_MAX}.", param="limit")
    return int(value)


def _row(rows: QuerySet[Any], name: str, public_id: Any) -> Model:
    row = rows.filter(public_id=public_id).first() if isinstance(public_id, str) else None
    if row is None:
        raise InvalidInput("There is no such object to start from.", param=name, code="resource_missing")
    return row


def _beyond(order: Sequence[str], values: Sequence[Any], side: str) -> Q:
    """Rows past these values: compared field by field, as (a, b) < (x, y)."""
    beyond, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        beyond |= equal & Q(**{f"{name}__{side}": value})
        equal &= Q(**{name: value})
    # said again about the first field alone, so that its index is used
    return beyond & Q(**{f"{order[0]}__{side}e": values[0]})
