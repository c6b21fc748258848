"""Stripe's search language, for every resource that declares `search_fields`: https://docs.stripe.com/search.

`status:'settled' AND metadata['unit']:'4B' -rail:'card' amount>=1000 name~"smith"`; what was just written is found.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from django.db.models import Model, Q, Subquery

from directpay.api.lists import LAST_SECOND, pk_of
from directpay.kernel.errors import InvalidInput

QUERY_LENGTH = 2_000
CLAUSES_LIMIT = 10  # Stripe's
KEY_LIMIT = 40
SUBSTRING_LEAST = 3  # Stripe's
CLAUSE = re.compile(
    r"""(?:\s+(?:(?P<connector>AND|OR)\s+)?)?(?P<not>-)?(?P<field>[a-z][a-z0-9_]*)
        (?:\[(?P<key>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\])?
        (?P<operator>>=|<=|[:~><])
        (?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[0-9]{1,18}|null)(?=\s|$)""",
    re.VERBOSE,
)
LOOKUPS: Final = {":": "", ">": "__gt", ">=": "__gte", "<": "__lt", "<=": "__lte"}


class SearchInvalid(InvalidInput):
    """The query cannot be read, or asks for what these objects do not have; the sentence says which."""

    code = "search_query_invalid"


class Field(Protocol):
    """What can be asked about one property."""

    def where(self, name: str, operator: str, value: str, at: datetime) -> Q:
        """The condition, at this moment; `value` as it was written, quotes included. Raises SearchInvalid."""
        ...


@dataclass(frozen=True)
class Number:
    column: str

    def where(self, name: str, operator: str, value: str, at: datetime) -> Q:
        return Q(**{f"{self.column}{LOOKUPS[_compared(name, operator)]}": _number(name, value)})


@dataclass(frozen=True)
class Times:
    """Rows know microseconds, queries whole seconds."""

    column: str = "created_at"

    def where(self, name: str, operator: str, value: str, at: datetime) -> Q:
        second = _number(name, value)
        if second > LAST_SECOND - 1:
            raise wrong("times are Unix seconds")
        this, following = datetime.fromtimestamp(second, UTC), datetime.fromtimestamp(second + 1, UTC)
        after, before = f"{self.column}__gte", f"{self.column}__lt"
        if operator == ":":
            return Q(**{after: this, before: following})
        ways = {">": {after: following}, ">=": {after: this}, "<": {before: this}, "<=": {before: following}}
        return Q(**ways[_compared(name, operator)])


@dataclass(frozen=True)
class Text:
    """Equal, in any case; with `substring` also `~`, for three characters or more."""

    column: str
    substring: bool = False

    def where(self, name: str, operator: str, value: str, at: datetime) -> Q:
        text = _text(value)
        if operator == "~" and self.substring:
            if len(text) < SUBSTRING_LEAST:
                raise wrong(f"{name}~ takes {SUBSTRING_LEAST} characters or more")
            return Q(**{f"{self.column}__icontains": text})
        if operator != ":":
            raise wrong(f"{name} takes : and ~ alone" if self.substring else f"{name} takes : alone")
        return Q(**{f"{self.column}__iexact": text})


@dataclass(frozen=True)
class Choice:
    """One of a few words, in any case. `condition` where it is not a column of the row."""

    column: str
    values: Collection[str] = ()
    condition: Callable[[str, datetime], Q] | None = None

    def where(self, name: str, operator: str, value: str, at: datetime) -> Q:
        if operator != ":":
            raise wrong(f"{name} takes : alone")
        word = _text(value).lower()
        if self.values and word not in self.values:
            raise wrong(f"{name} is one of {', '.join(self.values)}")
        return self.condition(word, at) if self.condition else Q(**{self.column: word})


@dataclass(frozen=True)
class Reference:
    """The id of another object. `null` where there may be none."""

    column: str
    model: type[Model] | None = None  # None: the column has the public id itself

    def where(self, name: str, operator: str, value: str, at: datetime) -> Q:
        if operator != ":":
            raise wrong(f"{name} takes : alone")
        if self.model is None:
            return Q(**{self.column: "" if value == "null" else _text(value)})
        return Q(**{self.column: None if value == "null" else Subquery(pk_of(self.model, _text(value)))})


@dataclass(frozen=True)
class Named:
    """The id of an object of one kind or another: `condition` knows which. `null` is asked as an empty id."""

    condition: Callable[[str, datetime], Q]

    def where(self, name: str, operator: str, value: str, at: datetime) -> Q:
        if operator != ":":
            raise wrong(f"{name} takes : alone")
        return self.condition("" if value == "null" else _text(value), at)


def parse(query: str, fields: Mapping[str, Field], at: datetime) -> Q:
    """The rows that the query asks for, at this moment. Raises SearchInvalid."""
    if not query.strip() or len(query) > QUERY_LENGTH:
        raise wrong(f"a query has 1 to {QUERY_LENGTH} characters")
    clauses, connectors = _split(query.strip(), fields, at)
    if len(clauses) > CLAUSES_LIMIT:
        raise wrong(f"a query has at most {CLAUSES_LIMIT} clauses")
    if len(set(connectors)) > 1:
        raise wrong("AND and OR cannot be mixed in one query")
    found = clauses[0]
    for clause in clauses[1:]:
        found = found | clause if connectors[0] == "OR" else found & clause
    return found


def _split(text: str, fields: Mapping[str, Field], at: datetime) -> tuple[list[Q], list[str]]:
    clauses: list[Q] = []
    connectors: list[str] = []
    position = 0
    while position < len(text):
        clause = CLAUSE.match(text, position)
        if clause is None:
            raise wrong(f"cannot be read from {text[position : position + 40].strip()!r} on")
        if clauses:
            connectors.append(clause["connector"] or "AND")
        condition = _condition(clause, fields, at)
        clauses.append(~condition if clause["not"] else condition)
        position = clause.end()
    return clauses, connectors


def _condition(clause: re.Match[str], fields: Mapping[str, Field], at: datetime) -> Q:
    name = clause["field"]
    if (clause["key"] is not None) != (name == "metadata"):
        raise wrong("metadata, and nothing else, is asked with a name: metadata['name']:'value'")
    if name == "metadata":
        return _metadata(_text(clause["key"]), clause["value"], clause["operator"])
    if name not in fields:
        raise wrong(f"{name!r} cannot be searched: {', '.join(sorted(fields))} and metadata can")
    return fields[name].where(name, clause["operator"], clause["value"], at)


def _metadata(name: str, value: str, operator: str) -> Q:
    """That it is not empty is said as well, so that an index without the many rows that have none is enough."""
    if operator != ":":
        raise wrong("metadata takes : alone")
    if not 1 <= len(name) <= KEY_LIMIT:
        raise wrong(f"names of metadata have 1 to {KEY_LIMIT} characters")
    if value == "null":
        return ~(Q(metadata__has_key=name) & ~Q(metadata={}))
    return Q(metadata__contains={name: _text(value)}) & ~Q(metadata={})


def _compared(name: str, operator: str) -> str:
    if operator not in LOOKUPS:
        raise wrong(f"{name} is a number: it takes : > >= < <=")
    return operator


def _number(name: str, value: str) -> int:
    text = _text(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise wrong(f"{name} is a number")
    return int(text)


def _text(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value[0] in "'\"" else value


def wrong(why: str) -> SearchInvalid:
    return SearchInvalid(f"Invalid search query: {why}.", param="query")
