"""Calling a payment off before it has left for the bank."""

from datetime import datetime

from directpay.due.actions import done
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, NotAllowed
from directpay.people.actor import Actor
from payments.payins.actions.change import change, lock_payments
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.models import Payment, Status

CANCELABLE = (Status.INITIATED, Status.REQUIRES_ACTION, Status.IN_REVIEW)


class NotCancelable(Conflict):
    """The bank has it, or it has ended."""

    code = "payment_not_cancelable"


def cancel_payment(payment: Payment, *, actor: Actor, at: datetime) -> Payment:
    """Called off by its payer or by staff; canceling twice is the same as once. Raises NotAllowed, NotCancelable."""
    if not (actor.may_see_all or actor.user_id == payment.payer_id):
        raise NotAllowed("Only the payer can call a payment off.")
    with unit_of_work():
        row = lock_payments([payment.public_id])[0]
        if row.status == Status.CANCELED:
            return row
        if row.status not in CANCELABLE:
            raise NotCancelable(f"This payment is {row.status} and can no longer be called off.", payment=row.public_id)
        change([row], "cancel", "canceled", actor=actor.label, at=at)
        done(RAIL_QUEUE, [row.public_id])
    return row
