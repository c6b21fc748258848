"""Facts about cards: ids, and what is printed on them but number and name."""

from datetime import datetime

from directpay.events.actions import NewEvent
from payments.methods.cards.models import Card


def fact(kind: str, card: Card, *, actor: str, at: datetime) -> NewEvent:
    """``payment_method.<kind>`` with the card as it stands."""
    people = (card.user, card.created_by)
    return NewEvent(
        type=f"payment_method.{kind}",
        object_id=card.public_id,
        version=card.version,
        actor=actor,
        at=at,
        account_ids=sorted({person.public_id for person in people if person is not None}),
        data={
            "id": card.public_id,
            "type": "card",
            "user": card.user.public_id if card.user else None,
            "brand": card.brand,
            "last4": card.last4,
            "exp_month": card.exp_month,
            "exp_year": card.exp_year,
            "detached": card.detached_at is not None,
        },
    )
