"""Handing payments to their rail: the intent is committed first, the call is made outside any transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from directpay.due.actions import done
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from payments.methods.mandates.queries import lock_mandates
from payments.methods.orders import order_by_card, order_by_wallet, order_on
from payments.payins.actions.answers import record_answers
from payments.payins.actions.change import change, lock_payments
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.models import Payment, Status
from payments.payins.moving import Moving
from payments.rails.base import Answer, Order
from payments.rails.codes import MANDATE_REVOKED, explain
from payments.rails.registry import BY_WALLET, ask, gives_up, let_go, placed, take

SUBMITTABLE = (Status.INITIATED,)
TAKING = (Status.PROCESSING, Status.UNKNOWN)  # nobody can call it off: what its payer has approved may be taken
AT_THE_RAIL = (Status.PROCESSING, Status.UNKNOWN, Status.REQUIRES_ACTION, Status.AUTHORIZED)


def work_on_rail(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: submit what is initiated, look up what the rail has, let go of the rest."""
    fresh, known = _submit(public_ids, at)
    there = [payment for payment in known if payment.status in AT_THE_RAIL]
    answers = {payment.public_id: call(payment, at, first=payment.public_id in fresh) for payment in there}
    if answers:
        record_answers(answers, at=at)
    finished = set(public_ids) - set(answers)
    with unit_of_work():
        done(RAIL_QUEUE, sorted(finished))


def submit_payments(public_ids: Sequence[str], *, at: datetime) -> set[str]:
    """initiated → processing, committed before anybody calls the rail. Returns the ids that moved.

    What stands on a mandate that was taken back fails instead, and never leaves.
    """
    return _submit(public_ids, at)[0]


def _submit(public_ids: Sequence[str], at: datetime) -> tuple[set[str], list[Moving]]:
    """The ids that went on to their rail, and all of these payments as they stand then."""
    with unit_of_work():
        revoked = _under_revoked_mandates(public_ids)
        known = lock_payments(public_ids)
        fresh = [p for p in known if p.status in SUBMITTABLE]
        _spare([p for p in fresh if p.public_id in revoked], at)
        payments = [p for p in fresh if p.public_id not in revoked]
        for payment in payments:
            payment.placed_at = placed(payment.rail, ordered_at=payment.created_at, at=at)
        change(payments, "submit", "processing", actor=SYSTEM.label, at=at, columns=["placed_at"])
        return {payment.public_id for payment in payments}, known


def _under_revoked_mandates(public_ids: Sequence[str]) -> set[str]:
    """Step: of these, what stands on a mandate that is none any more. The others' are locked, before the payments: nobody takes one back
    until what stands on it has left."""
    waiting = Payment.objects.filter(public_id__in=list(public_ids), status__in=SUBMITTABLE, mandate__isnull=False)
    under = dict(waiting.values_list("public_id", "mandate_id"))
    mandates = lock_mandates(sorted(set(under.values()))) if under else {}
    return {key for key, mandate in under.items() if mandates[mandate].revoked_at is not None}


def _spare(payments: Sequence[Moving], at: datetime) -> None:
    """Step: initiated → failed, without a word to the rail: whoever may be debited no more is not."""
    said = explain(MANDATE_REVOKED)
    for payment in payments:
        payment.failure_code, payment.failure_message = said.failure_code, said.sentence
    change(payments, "fail", "failed", actor=SYSTEM.label, at=at, columns=["failure_code", "failure_message"])


def call(payment: Moving, at: datetime, *, first: bool) -> Answer | None:
    """What its rail says of it now: None for nothing. What is to be captured is asked for until it is taken; what its payer has left
    lying too long is let go of, so that nobody proves it years later."""
    if payment.captured_at is not None and payment.status in (Status.PROCESSING, Status.UNKNOWN):
        return take(payment.rail, order_of(payment), at=at)
    if payment.status == Status.REQUIRES_ACTION and gives_up(payment.rail, payment.placed_at or payment.created_at, at):
        return let_go(payment.rail, order_of(payment), at=at)
    return ask(payment.rail, order_of(payment), at=at, first=first)


def order_of(payment: Payment | Moving) -> Order:
    """What the rail is told."""
    placed_at = payment.placed_at or payment.created_at
    what: dict[str, Any] = {"id": payment.public_id, "amount_minor": payment.charged_minor, "currency": payment.currency}
    if payment.bank_account is not None:
        return order_on(payment.bank_account, placed_at=placed_at, reference=payment.rail_reference, **what)
    what |= {"placed_at": placed_at, "reference": payment.rail_reference}
    capture = not payment.captures_later or payment.captured_at is not None
    if payment.rail in BY_WALLET:
        return order_by_wallet(capture=capture, only_look=payment.status not in TAKING, **what)
    if payment.card is None:
        raise ValueError(f"{payment.public_id} is paid with nothing")  # the database refuses it
    return order_by_card(payment.card, capture=capture, **what)
