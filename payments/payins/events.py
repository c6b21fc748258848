"""Facts about payments: ids and figures, never a name or a number of an account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from directpay.events.actions import NewEvent
from ledger.seals.projections import Projection
from payments.payins.models import Payment
from payments.payins.moving import Moving

PROJECTION = Projection(
    "payments",
    "SELECT public_id AS key, status::text, version FROM payments_payment",
    """SELECT DISTINCT ON (object_id) object_id AS key, data->>'status' AS status, version FROM directpay_event
       WHERE type LIKE 'payment.%%' AND object_id LIKE 'pay@_%%' ESCAPE '@' ORDER BY object_id, version DESC""",
)


def snapshot(payment: Payment | Moving) -> dict[str, Any]:
    """The payment as it stands."""
    return {
        "id": payment.public_id,
        "status": str(payment.status),
        "rail": payment.rail,
        "currency": payment.currency,
        "amount": payment.amount_minor,
        "amount_charged": payment.charged_minor,
        "fee": payment.fee_minor,
        "fee_payer": payment.fee_payer,
        "tax": payment.tax_minor,
        "net": payment.net_minor,
        "payer": payment.payer.public_id,
        "payee": payment.payee.public_id,
        "applies_to": payment.applies_to.public_id,
        "bank_account": payment.bank_account.public_id if payment.bank_account else None,
        "card": payment.card.public_id if payment.card else None,
        "origin": payment.origin,
        "tendered_on": payment.tendered_on.isoformat(),
        "expected_on": payment.expected_on.isoformat(),
        "rail_reference": payment.rail_reference,
        "failure_code": payment.failure_code,
        "return_code": payment.return_code,
    }


def facts(payments: Sequence[Payment | Moving], kind: str, *, was: Sequence[str | None], actor: str, at: datetime) -> list[NewEvent]:
    """``payment.<kind>`` for each, with the state that it left."""
    return [
        NewEvent(
            type=f"payment.{kind}",
            object_id=payment.public_id,
            version=payment.version,
            actor=actor,
            at=at,
            account_ids=[payment.payer.public_id, payment.payee.public_id],
            began_at=payment.created_at,
            data={**snapshot(payment), "from": None if before is None else str(before)},
        )
        for payment, before in zip(payments, was, strict=True)
    ]
