"""Taking what the card of an intent has promised: all, or a part."""

from datetime import datetime

from directpay.events.unit import unit_of_work
from directpay.people.actor import Actor
from payments.intents.actions.change import IntentUnexpectedState, lock_intent, save
from payments.intents.models import PaymentIntent
from payments.intents.queries import REQUIRES_CAPTURE, status_of
from payments.payins.actions.capture import NotCapturable, capture_payment


def capture_intent(intent: PaymentIntent, amount_minor: int | None, *, actor: Actor, at: datetime) -> PaymentIntent:
    """Without an amount all of it; what is left is let go. Raises NotAllowed, IntentUnexpectedState, InvalidInput."""
    with unit_of_work():
        row = lock_intent(intent)
        status, was = status_of(row), str(row.status)
        if status != REQUIRES_CAPTURE or row.payment is None:
            said = f"This payment intent has a status of {status}, and only one of {REQUIRES_CAPTURE} can be captured."
            raise IntentUnexpectedState(said, row)
        try:
            row.payment = capture_payment(row.payment, amount_minor, actor=actor, at=at)
        except NotCapturable as late:
            raise IntentUnexpectedState(late.message, row) from late
        return save(row, "captured", was=was, actor=actor, at=at)
