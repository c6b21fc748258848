"""Lists: filters, `created[gte]`, and the query string that asks for them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from rest_framework import serializers

from directpay.api.brackets import parse_form
from directpay.api.parsers import check_tree
from directpay.kernel.errors import InvalidInput

PAGE_PARAMETERS = ("limit", "starting_after", "ending_before", "created", "expand")
BOUNDS = ("gt", "gte", "lt", "lte")
LAST_SECOND = 4_102_444_800  # the year 2100


@dataclass(frozen=True)
class Filter:
    """`?name=value` on a list: the ORM lookup, and the field that reads the value. `ranges` also takes name[gte] and so on."""

    lookup: str
    field: serializers.Field[Any, Any, Any, Any]
    ranges: bool = False

    def where(self, name: str, value: Any, at: datetime) -> Q:
        """The condition, at this moment. Raises ValidationError, naming the parameter."""
        if self.ranges and isinstance(value, Mapping):
            return _all(Q(**{f"{self.lookup}__{_bound(name, bound)}": self.read(name, v)}) for bound, v in value.items())
        return Q(**{self.lookup: self.read(name, value)})

    def read(self, name: str, value: Any) -> Any:
        """The value as its field reads it. Raises ValidationError."""
        try:
            return self.field.run_validation(value)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({name: error.detail}) from error


@dataclass(frozen=True)
class Related(Filter):
    """By the id of another object. Its row is found first, so that an index on the pair of it and time serves the list in order."""

    model: type[Model] = Model

    def where(self, name: str, value: Any, at: datetime) -> Q:
        public_id = self.read(name, value)
        key = pk_of(self.model, public_id).first()
        return Q(pk__in=[]) if key is None else self.of(key["pk"])

    def of(self, key: Any) -> Q:
        """The condition, by the primary key of the other object."""
        return Q(**{self.lookup: key})


@dataclass(frozen=True, kw_only=True)
class Derived(Filter):
    """By what no column holds: `by` says for which rows it is so, at this moment."""

    lookup: str = ""
    by: Callable[[Any, datetime], Q]

    def where(self, name: str, value: Any, at: datetime) -> Q:
        return self.by(self.read(name, value), at)


def related(lookup: str, model: type[Model]) -> Related:
    """`?lease=lse_…` where the row has `lookup`, a foreign key or a way to one. An unknown id finds nothing."""
    return Related(lookup, serializers.CharField(max_length=40), model=model)


def pk_of(model: type[Model], public_id: str) -> QuerySet[Any, dict[str, Any]]:
    """The primary key of one row, for a condition."""
    return model._default_manager.filter(public_id=public_id).order_by().values("pk")


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


def where_of(query: Mapping[str, Any], filters: Mapping[str, Filter], at: datetime) -> Q:
    """What the filters ask of each row. Raises ValidationError, naming the parameter."""
    return _all(rule.where(name, query[name], at) for name, rule in filters.items() if name in query)


def created_within(field: str, value: Any) -> Q:
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
