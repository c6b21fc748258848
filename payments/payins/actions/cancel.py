"""Calling a payment off before it has left for the bank."""

from collections.abc import Sequence
from datetime import datetime

from directpay.due.actions import done
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, NotAllowed
from directpay.people.actor import Actor
from payments.payins.actions.change import change, lock_payments
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.models import Payment, Status
from payments.payins.queries import with_related

CANCELABLE = (Status.INITIATED, Status.REQUIRES_ACTION, Status.IN_REVIEW)


class NotCancelable(Conflict):
    """The bank has it, or it has ended."""

    code = "payment_not_cancelable"


def cancel_payments(payments: Sequence[Payment], *, actor: Actor, at: datetime) -> list[Payment]:
    """Call off a set, by its payer or by staff; canceling twice is the same as once. Returns them as they stand then.

    Raises NotAllowed, NotCancelable for the set.
    """
    if not actor.may_see_all and any(payment.payer_id != actor.user_id for payment in payments):
        raise NotAllowed("Only the payer can call a payment off.")
    with unit_of_work():
        rows = lock_payments([payment.public_id for payment in payments])
        for row in rows:
            if row.status not in (*CANCELABLE, Status.CANCELED):
                raise NotCancelable(f"This payment is {row.status} and can no longer be called off.", payment=row.public_id)
        fresh = [row for row in rows if row.status in CANCELABLE]
        change(fresh, "cancel", "canceled", actor=actor.label, at=at)
        done(RAIL_QUEUE, [row.public_id for row in fresh])
        return list(with_related().filter(id__in=[row.id for row in rows]).order_by("id"))


def cancel_payment(payment: Payment, *, actor: Actor, at: datetime) -> Payment:
    """A set of one."""
    return cancel_payments([payment], actor=actor, at=at)[0]
