"""Lists: pages by keyset, filters, `created[gte]`, and the query string that asks for them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from rest_framework import serializers

from directpay.api.brackets import parse_form
from directpay.api.parsers import check_tree
from directpay.kernel.errors import InvalidInput

LIMIT_DEFAULT, LIMIT_MAX = 10, 100
PAGE_PARAMETERS = ("limit", "starting_after", "ending_before", "created", "expand")
BOUNDS = ("gt", "gte", "lt", "lte")
LAST_SECOND = 4_102_444_800  # the year 2100


@dataclass(frozen=True)
class Filter:
    """`?name=value` on a list: the ORM lookup, and the field that reads the value. `ranges` also takes name[gte] and so on."""

    lookup: str
    field: serializers.Field[Any, Any, Any, Any]
    ranges: bool = False

    def where(self, name: str, value: Any) -> Q:
        """Raises ValidationError, naming the parameter."""
        try:
            if self.ranges and isinstance(value, Mapping):
                return _all(Q(**{f"{self.lookup}__{_bound(name, bound)}": self.field.run_validation(v)}) for bound, v in value.items())
            return Q(**{self.lookup: self.field.run_validation(value)})
        except serializers.ValidationError as error:
            raise serializers.ValidationError({name: error.detail}) from error


@dataclass(frozen=True)
class Page:
    """A part of a list, newest first."""

    rows: list[Any]
    has_more: bool


def read_query(request: HttpRequest, allowed: Collection[str]) -> dict[str, Any]:
    """The query string as a tree. Raises InvalidInput for what is unknown, malformed or not UTF-8."""
    try:
        text = request.META.get("QUERY_STRING", "").encode("latin-1").decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput("This address is not valid UTF-8.") from error
    if not text:
        return {}
    query = parse_form(text)
    check_tree(query)
    understood = getattr(request, "understood", None)  # by a view, for callers of an older version
    query = understood(query) if understood else query
    for name in query:
        if name not in allowed:
            raise InvalidInput(f"Received unknown parameter: {name[:80]}.", param=name[:80], code="parameter_unknown")
    return query


def page_of(
    rows: QuerySet[Any], query: Mapping[str, Any], filters: Mapping[str, Filter], order: tuple[str, ...], created_field: str = "created_at"
) -> Page:
    """One page of `rows` (what the actor may see) in falling `order`, whose last field is unique. Two queries at most."""
    limit = _limit(query.get("limit"))
    after, before = query.get("starting_after"), query.get("ending_before")
    if after is not None and before is not None:
        raise InvalidInput("Give starting_after or ending_before, not both.", param="ending_before")
    found = rows
    for name, rule in filters.items():
        if name in query:
            found = found.filter(rule.where(name, query[name]))
    if "created" in query:
        found = found.filter(_created(created_field, query["created"]))
    if before is not None:
        newer = found.filter(_beyond(_row(rows, "ending_before", before), order, "gt")).order_by(*order)
        page = list(newer[: limit + 1])
        return Page(page[:limit][::-1], len(page) > limit)
    if after is not None:
        found = found.filter(_beyond(_row(rows, "starting_after", after), order, "lt"))
    page = list(found.order_by(*(f"-{field}" for field in order))[: limit + 1])
    return Page(page[:limit], len(page) > limit)


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


def _beyond(row: Model, order: tuple[str, ...], side: str) -> Q:
    """Rows past `row`: compared field by field, as (a, b) < (x, y)."""
    beyond, equal = Q(), Q()
    for field in order:
        value = getattr(row, field)
        beyond |= equal & Q(**{f"{field}__{side}": value})
        equal &= Q(**{field: value})
    # said again about the first field alone, so that its index is used
    return beyond & Q(**{f"{order[0]}__{side}e": getattr(row, order[0])}) if len(order) > 1 else beyond


def _created(field: str, value: Any) -> Q:
    """`created=` a second, or `created[gte]=` and so on; the rows know microseconds, the API whole seconds."""
    if not isinstance(value, Mapping):
        second = _second(value, "created")
        return Q(**{f"{field}__gte": second, f"{field}__lt": second + timedelta(seconds=1)})
    return _all(_created_bound(field, _bound("created", bound), v) for bound, v in value.items())


def _created_bound(field: str, bound: str, value: Any) -> Q:
    second = _second(value, f"created[{bound}]")
    if bound in ("gt", "lte"):  # past the whole of that second, or up to its end
        second += timedelta(seconds=1)
    return Q(**{f"{field}__{'gte' if bound in ('gt', 'gte') else 'lt'}": second})


def _second(value: Any, name: str) -> datetime:
    if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10 and int(value) <= LAST_SECOND):
        raise InvalidInput("Times are Unix seconds.", param=name)
    return datetime.fromtimestamp(int(value), UTC)


def _bound(name: str, bound: str) -> str:
    if bound not in BOUNDS:
        raise InvalidInput(f"Received unknown parameter: {name}[{bound}].", param=f"{name}[{bound}]", code="parameter_unknown")
    return bound


def _all(conditions: Any) -> Q:
    whole = Q()
    for condition in conditions:
        whole &= condition
    return whole
