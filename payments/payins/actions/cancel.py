"""Calling a payment off before it has left for the bank, or letting go of what a card has promised."""

from collections.abc import Sequence
from datetime import datetime

from directpay.due.actions import done, schedule
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, NotAllowed
from directpay.people.actor import Actor
from payments.payins.actions.capture import CAPTURE_QUEUE, VOID_QUEUE, may_take
from payments.payins.actions.change import change, lock_payments
from payments.payins.actions.holds import release_holds
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.actions.submit import order_of
from payments.payins.models import Payment, Status
from payments.payins.moving import moving
from payments.payins.queries import with_related
from payments.rails.base import NeedsAPerson
from payments.rails.registry import let_go
from payments.rails.timetable import patience

CANCELABLE = (Status.INITIATED, Status.REQUIRES_ACTION, Status.IN_REVIEW, Status.AUTHORIZED)
AT_THE_PROCESSOR = (Status.REQUIRES_ACTION, Status.AUTHORIZED)
LET_GO = ("canceled", "failed")  # answers after which nothing can be taken any more


class NotCancelable(Conflict):
    """The bank has it, or it has ended."""

    code = "payment_not_cancelable"


def cancel_payments(payments: Sequence[Payment], *, actor: Actor, at: datetime) -> list[Payment]:
    """Call off a set, by its payer or by staff, or by who is paid where it is promised only; canceling twice is the same as once.

    Nothing is taken then, whatever becomes of telling the processor. Returns them as they stand then.

    Raises NotAllowed, NotCancelable for the set.
    """
    if any(not _may_call_off(payment, actor) for payment in payments):
        raise NotAllowed("Only the payer can call a payment off.")
    with unit_of_work():
        rows = lock_payments([payment.public_id for payment in payments])
        for row in rows:
            if row.status not in (*CANCELABLE, Status.CANCELED):
                raise NotCancelable(f"This payment is {row.status} and can no longer be called off.", payment=row.public_id)
        fresh = [row for row in rows if row.status in CANCELABLE]
        promised = [row.public_id for row in fresh if row.status in AT_THE_PROCESSOR]
        release_holds(fresh, at=at)
        change(fresh, "cancel", "canceled", actor=actor.label, at=at)
        done(RAIL_QUEUE, [row.public_id for row in fresh])
        done(CAPTURE_QUEUE, promised)
        schedule(VOID_QUEUE, [(key, at) for key in promised])
        return list(with_related().filter(id__in=[row.id for row in rows]).order_by("id"))


def _may_call_off(payment: Payment, actor: Actor) -> bool:
    if actor.may_see_all or payment.payer_id == actor.user_id:
        return True
    return payment.status == Status.AUTHORIZED and may_take(payment, actor)


def tell_the_processor(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: the rail lets go of what was called off, or has failed. Until it answers it is told again, ever more rarely."""
    answers = {p.public_id: let_go(p.rail, order_of(p), at=at) for p in moving(public_ids, states=[Status.CANCELED, Status.FAILED])}
    states = {key: answer.state if answer else "unknown" for key, answer in answers.items()}
    taken = [key for key, state in states.items() if state == "completed"]
    again = [key for key, state in states.items() if state not in (*LET_GO, "completed")]
    with unit_of_work():
        ended = Payment.objects.filter(public_id__in=again).values_list("public_id", "changed_at")
        schedule(VOID_QUEUE, [(key, at + patience(since, at)) for key, since in ended])
        done(VOID_QUEUE, [key for key in public_ids if key not in (*again, *taken)])
    if taken:  # the payer was quicker than we: its row is parked, and shows why
        raise NeedsAPerson(f"{', '.join(taken)} has ended here, and its money was taken all the same: give it back at the processor.")


def cancel_payment(payment: Payment, *, actor: Actor, at: datetime) -> Payment:
    """A set of one."""
    return cancel_payments([payment], actor=actor, at=at)[0]
