"""Facts about what goes back to payers: ids and figures, never a name or a number of an account."""

from datetime import datetime
from typing import Any

from directpay.events.actions import NewEvent
from ledger.seals.projections import Projection
from payments.refunds.models import Refund, RefundPolicy

KINDS = ("created", "submitted", "unknown", "found", "succeeded", "failed", "returned", "canceled", "updated", "handled")
PROJECTION = Projection(
    "refunds",
    "SELECT public_id AS key, status::text, version FROM payments_refund",
    """SELECT DISTINCT ON (object_id) object_id AS key, data->>'status' AS status, version FROM directpay_event
       WHERE object_id LIKE 're@_%%' ESCAPE '@' ORDER BY object_id, version DESC""",
)


def snapshot(refund: Refund) -> dict[str, Any]:
    """The refund as it stands."""
    return {
        "id": refund.public_id,
        "status": str(refund.status),
        "payment": refund.payment.public_id,
        "payer": refund.payer.public_id,
        "payee": refund.payee.public_id,
        "rail": refund.rail,
        "currency": refund.currency,
        "amount": refund.amount_minor,
        "fee_given_back": refund.clawed_minor + refund.payer_fee_minor,
        "reason": refund.reason,
        "expected_on": refund.expected_on.isoformat(),
        "rail_reference": refund.rail_reference,
        "failure_code": refund.failure_code,
        "return_code": refund.return_code,
    }


def fact(kind: str, refund: Refund, *, was: str | None, actor: str, at: datetime) -> NewEvent:
    """``refund.<kind>``, with the state that it left."""
    return NewEvent(
        type=f"refund.{kind}",
        object_id=refund.public_id,
        version=refund.version,
        actor=actor,
        at=at,
        account_ids=[refund.payer.public_id, refund.payee.public_id],
        began_at=refund.created_at,
        data={**snapshot(refund), "from": was},
    )


def policy_fact(policy: RefundPolicy, *, actor: str, at: datetime) -> NewEvent:
    """``refund_policy.set``"""
    return NewEvent(
        type="refund_policy.set",
        object_id=policy.public_id,
        version=policy.version,
        actor=actor,
        at=at,
        account_ids=[policy.payee.public_id],
        data={"id": policy.public_id, "payee": policy.payee.public_id, "gives_fee_back": policy.gives_fee_back},
    )
