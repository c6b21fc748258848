"""Stripe's search language, as far as payment intents have what it asks for: https://docs.stripe.com/search."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Q

from directpay.api.lists import LAST_SECOND, Filter
from directpay.kernel.errors import InvalidInput
from payments.intents.queries import STATUSES, where_status

QUERY_LENGTH = 2_000
CLAUSES_LIMIT = 10  # Stripe's
KEY_LIMIT = 40
CLAUSE = re.compile(
    r"""(?:\s+(?:(?P<connector>AND|OR)\s+)?)?(?P<not>-)?(?P<field>[a-z_]+)
        (?:\[(?P<key>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\])?
        (?P<operator>>=|<=|[:~><])
        (?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[0-9]{1,18}|null)(?=\s|$)""",
    re.VERBOSE,
)
LOOKUPS: Final = {":": "", ">": "__gt", ">=": "__gte", "<": "__lt", "<=": "__lte"}


class SearchInvalid(InvalidInput):
    """The query cannot be read, or asks for what these objects do not have; the sentence says which."""

    code = "search_query_invalid"


def parse(query: str) -> Q:
    """The rows that the query asks for. Raises SearchInvalid."""
    if not query.strip() or len(query) > QUERY_LENGTH:
        raise _wrong(f"a query has 1 to {QUERY_LENGTH} characters")
    clauses, connectors = _split(query.strip())
    if len(clauses) > CLAUSES_LIMIT:
        raise _wrong(f"a query has at most {CLAUSES_LIMIT} clauses")
    if len(set(connectors)) > 1:
        raise _wrong("AND and OR cannot be mixed in one query")
    found = clauses[0]
    for clause in clauses[1:]:
        found = found | clause if connectors[0] == "OR" else found & clause
    return found


def _split(text: str) -> tuple[list[Q], list[str]]:
    clauses: list[Q] = []
    connectors: list[str] = []
    position = 0
    while position < len(text):
        clause = CLAUSE.match(text, position)
        if clause is None:
            raise _wrong(f"cannot be read from {text[position : position + 40].strip()!r} on")
        if clauses:
            connectors.append(clause["connector"] or "AND")
        condition = _condition(clause)
        clauses.append(~condition if clause["not"] else condition)
        position = clause.end()
    return clauses, connectors


def _condition(clause: re.Match[str]) -> Q:
    field, operator = clause["field"], clause["operator"]
    if (clause["key"] is not None) != (field == "metadata"):
        raise _wrong("metadata, and nothing else, is asked with a name: metadata['name']:'value'")
    if field == "metadata":
        return _metadata(_text(clause["key"]), clause["value"], operator)
    if field == "amount":
        return Q(**{f"amount_minor{_lookup(field, operator)}": _number(field, clause["value"])})
    if field == "created":
        return _created(operator, _number(field, clause["value"]))
    if field not in ("currency", "customer", "status"):
        raise _wrong(f"{field!r} cannot be searched: amount, created, currency, customer, metadata and status can")
    if operator != ":":
        raise _wrong(f"{field} takes : alone")
    if field == "customer":
        return Q(customer=None) if clause["value"] == "null" else Q(customer__public_id=_text(clause["value"]))
    value = _text(clause["value"]).lower()
    if field == "currency":
        return Q(currency=value)
    if value not in STATUSES:
        raise _wrong(f"status is one of {', '.join(STATUSES)}")
    return where_status(value)


def _metadata(name: str, value: str, operator: str) -> Q:
    if operator != ":":
        raise _wrong("metadata takes : alone")
    if not 1 <= len(name) <= KEY_LIMIT:
        raise _wrong(f"names of metadata have 1 to {KEY_LIMIT} characters")
    return ~Q(metadata__has_key=name) if value == "null" else Q(metadata__contains={name: _text(value)})


def _created(operator: str, second: int) -> Q:
    """Rows know microseconds, queries whole seconds."""
    if second > LAST_SECOND - 1:
        raise _wrong("times are Unix seconds")
    this, following = datetime.fromtimestamp(second, UTC), datetime.fromtimestamp(second + 1, UTC)
    if operator == ":":
        return Q(created_at__gte=this, created_at__lt=following)
    return {
        ">": Q(created_at__gte=following),
        ">=": Q(created_at__gte=this),
        "<": Q(created_at__lt=this),
        "<=": Q(created_at__lt=following),
    }[_compared("created", operator)]


def _lookup(field: str, operator: str) -> str:
    return LOOKUPS[_compared(field, operator)]


def _compared(field: str, operator: str) -> str:
    if operator not in LOOKUPS:
        raise _wrong(f"{field} is a number: it takes : > >= < <=")
    return operator


def _number(field: str, value: str) -> int:
    text = _text(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise _wrong(f"{field} is a number")
    return int(text)


def _text(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value[0] in "'\"" else value


def _wrong(why: str) -> SearchInvalid:
    return SearchInvalid(f"Invalid search query: {why}.", param="query")


@dataclass(frozen=True)
class SearchFilter(Filter):
    """`?query=` as a filter of a list."""

    def where(self, name: str, value: Any) -> Q:
        return parse(value)
