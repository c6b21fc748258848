"""Moving a set of payments along one edge, with their events: the step under every verb."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from directpay.events.actions import record
from directpay.kernel.arrays import integers, moments, texts
from payments.payins.events import facts
from payments.payins.moving import Moving, moving

# Columns that a verb may set, with their types in Postgres.
COLUMNS = {
    "status": "text",
    "version": "int",
    "changed_at": "timestamptz",
    "placed_at": "timestamptz",
    "ready_at": "timestamptz",
    "answered_at": "timestamptz",
    "rail_reference": "text",
    "completed_at": "timestamptz",
    "completed_on": "date",
    "settled_at": "timestamptz",
    "returned_at": "timestamptz",
    "return_code": "text",
    "failure_code": "text",
    "failure_message": "text",
}


LITERALS: dict[str, Callable[[Iterable[Any]], str]] = {
    "bigint": integers,
    "int": integers,
    "text": texts,
    "date": moments,
    "timestamptz": moments,
}


def lock_payments(public_ids: Sequence[str]) -> list[Moving]:
    """Step: these payments, their rows locked in order of id (after leases, before accounts)."""
    return moving(public_ids, lock=True)


def change(payments: Sequence[Moving], verb: str, kind: str, *, actor: str, at: datetime, columns: Sequence[str] = ()) -> None:
    """Step: call the transition `verb` on each (raises TransitionNotAllowed), save state and `columns`, record ``payment.<kind>``."""
    if not payments:
        return
    was = [payment.status for payment in payments]
    for payment in payments:
        payment.go(verb)
        payment.version += 1
        payment.changed_at = at
    save(payments, ("status", "version", "changed_at", *columns))
    record(facts(payments, kind, was=was, actor=actor, at=at))


def save(payments: Sequence[Moving], columns: Sequence[str]) -> None:
    """Step: write these columns, in one statement."""
    types = {name: COLUMNS[name] for name in columns}
    sets = ", ".join(f"{name} = u.{name}" for name in types)
    arrays = ", ".join(f"%s::{kind}[]" for kind in ("bigint", *types.values()))
    values = [integers(p.id for p in payments)]
    values += [LITERALS[kind](getattr(p, name) for p in payments) for name, kind in types.items()]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE payments_payment p SET {sets} FROM unnest({arrays}) AS u(id, {', '.join(types)}) WHERE p.id = u.id", values)  # noqa: S608
