"""Facts about payment intents: ids and figures, never what people wrote on them."""

from datetime import datetime
from typing import Any

from directpay.events.actions import NewEvent
from ledger.seals.projections import Projection
from payments.intents.models import PaymentIntent

PROJECTION = Projection(
    "payment_intents",
    "SELECT public_id AS key, status::text, version FROM payments_paymentintent",
    """SELECT DISTINCT ON (object_id) object_id AS key, data->>'status' AS status, version FROM directpay_event
       WHERE type LIKE 'payment@_intent.%%' ESCAPE '@' ORDER BY object_id, version DESC""",
)


def fact(kind: str, intent: PaymentIntent, *, actor: str, at: datetime, was: str | None) -> NewEvent:
    """``payment_intent.<kind>`` with the intent as it stands."""
    people = (intent.customer, intent.payee, intent.created_by)
    return NewEvent(
        type=f"payment_intent.{kind}",
        object_id=intent.public_id,
        version=intent.version,
        actor=actor,
        at=at,
        account_ids=sorted({person.public_id for person in people if person is not None}),
        data={**snapshot(intent), "from": was},
    )


def snapshot(intent: PaymentIntent) -> dict[str, Any]:
    """The intent as it stands."""
    return {
        "id": intent.public_id,
        "status": str(intent.status),
        "amount": intent.amount_minor,
        "currency": intent.currency,
        "rail": intent.rail,
        "origin": intent.origin,
        "applies_to": intent.applies_to.public_id if intent.applies_to else None,
        "payee": intent.payee.public_id if intent.payee else None,
        "customer": intent.customer.public_id if intent.customer else None,
        "bank_account": intent.bank_account.public_id if intent.bank_account else None,
        "card": intent.card.public_id if intent.card else None,
        "payment": intent.payment.public_id if intent.payment else None,
    }
