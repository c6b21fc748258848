"""Facts about what we send: ids and figures, never a name or a number of an account."""

from datetime import datetime
from typing import Any

from directpay.events.actions import NewEvent
from ledger.seals.projections import Projection
from payments.payouts.models import Payout

KINDS = ("created", "in_transit", "unknown", "found", "paid", "failed", "returned")
PROJECTION = Projection(
    "payouts",
    "SELECT public_id AS key, status::text, version FROM payments_payout",
    """SELECT DISTINCT ON (object_id) object_id AS key, data->>'status' AS status, version FROM directpay_event
       WHERE object_id LIKE 'po@_%%' ESCAPE '@' ORDER BY object_id, version DESC""",
)


def snapshot(payout: Payout) -> dict[str, Any]:
    """The payout as it stands."""
    return {
        "id": payout.public_id,
        "status": str(payout.status),
        "purpose": payout.purpose,
        "rail": payout.rail,
        "currency": payout.currency,
        "amount": payout.amount_minor,
        "interest": payout.interest_minor,
        "payee": payout.payee.public_id,
        "bank_account": payout.bank_account.public_id,
        "origin": payout.origin,
        "expected_on": payout.expected_on.isoformat(),
        "rail_reference": payout.rail_reference,
        "failure_code": payout.failure_code,
        "return_code": payout.return_code,
    }


def fact(kind: str, payout: Payout, *, was: str | None, actor: str, at: datetime) -> NewEvent:
    """``<purpose>.<kind>``, e.g. ``payout.paid`` or ``deposit_refund.returned``, with the state that it left."""
    owner, holder = payout.payee.owner.public_id, payout.bank_account.user.public_id
    return NewEvent(
        type=f"{payout.purpose}.{kind}",
        object_id=payout.public_id,
        version=payout.version,
        actor=actor,
        at=at,
        account_ids=list(dict.fromkeys([owner, payout.payee.public_id, holder])),
        data={**snapshot(payout), "from": was},
    )
