"""Handing payments to their rail: the intent is committed first, the call is made outside any transaction."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from directpay.due.actions import done
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from payments.payins.actions.answers import record_answers
from payments.payins.actions.change import change, lock_payments
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.models import Payment, Status
from payments.payins.moving import Moving
from payments.rails.base import Answer, NoAnswer, NoSuchOrder, Order
from payments.rails.registry import rail
from payments.vault.encryption import decrypt

log = logging.getLogger(__name__)
LATE = timedelta(minutes=15)  # picked up later than this after its cut-off, a payment goes with the next file
SUBMITTABLE = (Status.INITIATED,)
AT_THE_RAIL = (Status.PROCESSING, Status.UNKNOWN)


def work_on_rail(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: submit what is initiated, look up what the rail has, let go of the rest."""
    fresh, known = _submit(public_ids, at)
    ask = [payment for payment in known if payment.status in AT_THE_RAIL]
    answers = {payment.public_id: call(payment, at, first=payment.public_id in fresh) for payment in ask}
    if answers:
        record_answers(answers, at=at)
    finished = set(public_ids) - set(answers)
    with unit_of_work():
        done(RAIL_QUEUE, sorted(finished))


def submit_payments(public_ids: Sequence[str], *, at: datetime) -> set[str]:
    """initiated → processing, committed before anybody calls the rail. Returns the ids that moved."""
    return _submit(public_ids, at)[0]


def _submit(public_ids: Sequence[str], at: datetime) -> tuple[set[str], list[Moving]]:
    """The ids that moved, and all of these payments as they stand then."""
    with unit_of_work():
        known = lock_payments(public_ids)
        payments = [p for p in known if p.status in SUBMITTABLE]
        for payment in payments:
            in_time = at <= rail(payment.rail).promise(payment.created_at).leaves_at + LATE
            payment.placed_at = payment.created_at if in_time else at
        change(payments, "submit", "processing", actor=SYSTEM.label, at=at, columns=["placed_at"])
        return {payment.public_id for payment in payments}, known


def call(payment: Moving, at: datetime, *, first: bool) -> Answer | None:
    """Submit, or ask again after a crash or later. None: the rail did not answer, or broke while it was asked.

    What died between the intent and the call never reached the rail: it says so, and is handed the order then.
    """
    way, order = rail(payment.rail), order_of(payment)
    try:
        if first:
            return way.submit(order, at)
        try:
            return way.look_up(order, at)
        except NoSuchOrder:
            return way.submit(order, at)
    except NoAnswer as silence:
        log.info("%s", silence)
    except Exception:  # one order must not keep the others of its set from the rail; what became of it is looked up
        log.exception("rail %s broke on %s", payment.rail, payment.public_id)
    return None


def order_of(payment: Payment | Moving) -> Order:
    """What the rail is told. The account number is opened here and goes nowhere else."""
    source = payment.bank_account
    return Order(
        id=payment.public_id,
        amount_minor=payment.charged_minor,
        currency=payment.currency,
        routing_number=source.routing_number,
        account_number=decrypt(source.number_encrypted, context=source.public_id),
        placed_at=payment.placed_at or payment.created_at,
    )
