"""Facts about setup intents: ids and states, never what people wrote on them."""

from datetime import datetime

from directpay.events.actions import NewEvent
from ledger.seals.projections import Projection
from payments.setup_intents.models import SetupIntent

PROJECTION = Projection(
    "setup_intents",
    "SELECT public_id AS key, status::text, version FROM payments_setupintent",
    """SELECT DISTINCT ON (object_id) object_id AS key, data->>'status' AS status, version FROM directpay_event
       WHERE type LIKE 'setup@_intent.%%' ESCAPE '@' ORDER BY object_id, version DESC""",
)


def fact(kind: str, setup: SetupIntent, *, actor: str, at: datetime, was: str | None) -> NewEvent:
    """``setup_intent.<kind>`` with the setup intent as it stands."""
    people = (setup.customer, setup.created_by)
    return NewEvent(
        type=f"setup_intent.{kind}",
        object_id=setup.public_id,
        version=setup.version,
        actor=actor,
        at=at,
        account_ids=sorted({person.public_id for person in people if person is not None}),
        data={
            "id": setup.public_id,
            "status": str(setup.status),
            "from": was,
            "usage": setup.usage,
            "customer": setup.customer.public_id if setup.customer else None,
            "bank_account": setup.bank_account.public_id if setup.bank_account else None,
            "card": setup.card.public_id if setup.card else None,
            "mandate": setup.mandate.public_id if setup.mandate else None,
            "error_code": setup.error_code or None,
        },
    )
