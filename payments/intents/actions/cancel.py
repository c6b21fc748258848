"""Giving a wish up: before it is confirmed, after an attempt has failed, or with a payment that has not left for the bank."""

from datetime import datetime

from directpay.events.unit import unit_of_work
from directpay.people.actor import Actor
from payments.intents.actions.change import IntentUnexpectedState, lock_intent, save
from payments.intents.models import PaymentIntent
from payments.intents.queries import CANCELED, SUCCEEDED, status_of
from payments.payins.actions.cancel import NotCancelable, cancel_payment
from payments.payins.models import Payment, Status


def cancel_intent(intent: PaymentIntent, *, reason: str = "", actor: Actor, at: datetime) -> PaymentIntent:
    """Nobody will pay it any more. Raises NotAllowed, IntentUnexpectedState."""
    with unit_of_work():
        row = lock_intent(intent)
        status, was = status_of(row), str(row.status)
        if status in (CANCELED, SUCCEEDED):
            raise IntentUnexpectedState(f"You cannot cancel this payment intent because it has a status of {status}.", row)
        if row.payment is not None and row.payment.status != Status.FAILED:
            row.payment = _call_off(row, row.payment, actor, at)
        row.cancel()
        row.canceled_at, row.cancellation_reason = at, reason
        return save(row, "canceled", was=was, actor=actor, at=at)


def _call_off(row: PaymentIntent, payment: Payment, actor: Actor, at: datetime) -> Payment:
    try:
        return cancel_payment(payment, actor=actor, at=at)
    except NotCancelable as late:
        said = f"You cannot cancel this payment intent because it has a status of {status_of(row)}: the bank has it."
        raise IntentUnexpectedState(said, row) from late
