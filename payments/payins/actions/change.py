"""Moving a set of payments along one edge, with their events: the step under every verb."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from directpay.events.actions import record
from payments.payins.events import facts
from payments.payins.models import Payment
from payments.payins.queries import with_related

# Columns that a verb may set beside the state, with their types in Postgres.
COLUMNS = {
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


def lock_payments(public_ids: Sequence[str]) -> list[Payment]:
    """Step: these payments, their rows locked in order of id (after leases, before accounts)."""
    return list(with_related().filter(public_id__in=list(public_ids)).order_by("id").select_for_update(of=("self",)))


def change(payments: Sequence[Payment], verb: str, kind: str, *, actor: str, at: datetime, columns: Sequence[str] = ()) -> None:
    """Step: call the transition `verb` on each (raises TransitionNotAllowed), save state and `columns`, record ``payment.<kind>``."""
    if not payments:
        return
    was = [payment.status for payment in payments]
    for payment in payments:
        getattr(payment, verb)()
        payment.version += 1
        payment.changed_at = at
    _save(payments, columns)
    record(facts(payments, kind, was=was, actor=actor, at=at))


def _save(payments: Sequence[Payment], columns: Sequence[str]) -> None:
    types = {"id": "bigint", "status": "text", "version": "int", "changed_at": "timestamptz"} | {c: COLUMNS[c] for c in columns}
    sets = ", ".join(f"{name} = u.{name}" for name in types if name != "id")
    arrays = ", ".join(f"%s::{kind}[]" for kind in types.values())
    values = [[str(p.status) if name == "status" else getattr(p, name) for p in payments] for name in types]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE payments_payment p SET {sets} FROM unnest({arrays}) AS u({', '.join(types)}) WHERE p.id = u.id", values)  # noqa: S608
