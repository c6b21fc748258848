"""Moving a set of payments along one edge, with their events: the step under every verb."""

from collections.abc import Sequence
from datetime import datetime

from directpay.database.rows import update_rows
from directpay.events.actions import record
from payments.payins.events import facts
from payments.payins.models import Payment
from payments.payins.moving import Moving, moving


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
    update_rows(Payment, payments, ("status", "version", "changed_at", *columns))
    record(facts(payments, kind, was=was, actor=actor, at=at))
