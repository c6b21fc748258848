"""Many rows of a model in one statement, as arrays: Django's `bulk_update` writes a CASE for each row and column, for minutes."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model

from directpay.kernel.arrays import flags, integers, moments, texts


def _documents(values: Iterable[Any]) -> str:
    return texts(json.dumps(value, cls=DjangoJSONEncoder) for value in values)


LITERALS: dict[str, Callable[[Iterable[Any]], str]] = {
    "bigint": integers,
    "integer": integers,
    "smallint": integers,
    "text": texts,
    "varchar": texts,
    "boolean": flags,
    "date": moments,
    "timestamp with time zone": moments,
    "jsonb": _documents,
}


@dataclass(frozen=True, slots=True)
class Column:
    """Of a table: `attribute` is where a row keeps its value, `array` its type in Postgres."""

    name: str
    attribute: str
    array: str
    literal: Callable[[Iterable[Any]], str]

    def of(self, rows: Iterable[Any]) -> str:
        """Its values, as one array."""
        return self.literal([getattr(row, self.attribute) for row in rows])


@cache
def columns_of(model: type[Model], names: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """The named fields; all but the primary key without names. Raises KeyError for a type without a literal."""
    known = {field.name: field for field in model._meta.concrete_fields}
    fields = [known[name] for name in names] or [field for field in known.values() if not field.primary_key]
    found = []
    for field in fields:
        kind = str(field.db_type(connection)).partition("(")[0]
        found.append(Column(str(field.column), field.attname, f"{kind}[]", LITERALS[kind]))
    return tuple(found)


def update_rows(model: type[Model], rows: Sequence[Any], names: Sequence[str]) -> None:
    """Write these fields of rows that are there, by id. A row is a model or whatever has its attributes."""
    if not rows:
        return
    columns = columns_of(model, tuple(names))
    sets = ", ".join(f"{c.name} = u.{c.name}" for c in columns)
    arrays = ", ".join(["%s::bigint[]", *(f"%s::{c.array}" for c in columns)])
    given = ", ".join(["id", *(c.name for c in columns)])
    statement = f"UPDATE {model._meta.db_table} t SET {sets} FROM unnest({arrays}) AS u({given}) WHERE t.id = u.id"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [integers(row.id for row in rows), *(c.of(rows) for c in columns)])
