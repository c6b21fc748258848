"""Handing refunds to their rail: the intent is committed first, the call is made outside any transaction, the answer is recorded."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from directpay.due.actions import done
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from payments.methods.orders import order_back, order_on
from payments.payins.models import Status
from payments.rails.base import Order
from payments.rails.registry import OUTGOING, give_back, placed
from payments.refunds.actions.answer import AT_THE_RAIL, change, lock_refunds, record_refund_answers, undo
from payments.refunds.actions.create import REFUND_QUEUE
from payments.refunds.models import Refund
from payments.refunds.queries import with_related

S = Refund.Status


def work_on_refunds(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: send what is claimed, look up what the rail has, let go of the rest."""
    known, fresh = _send(public_ids, at)
    there = [r for r in known if r.status in (*AT_THE_RAIL, S.SUCCEEDED)]
    answers = {r.public_id: give_back(r.rail, order_of(r), at=at, first=r.public_id in fresh) for r in there}
    record_refund_answers(answers, at=at)
    with unit_of_work():
        done(REFUND_QUEUE, sorted(set(public_ids) - set(answers)))


def _send(public_ids: Sequence[str], at: datetime) -> tuple[list[Refund], set[str]]:
    """pending → submitted, committed before anybody calls the rail. All of these, and the ids that moved.

    Of a payment that its bank took back meanwhile nothing begins to go: its payer has it already.
    """
    with unit_of_work():
        known = lock_refunds(public_ids)
        waiting = [r for r in known if r.status == S.PENDING]
        for refund in waiting:
            if refund.payment.status == Status.RETURNED:
                undo(refund, at)
                change(refund, "cancel", "canceled", actor=SYSTEM.label, at=at)
            else:
                refund.placed_at = placed(refund.rail, ordered_at=refund.created_at, at=at)
                change(refund, "submit", "submitted", actor=SYSTEM.label, at=at, columns=("placed_at",))
        return known, {r.public_id for r in waiting if r.status == S.SUBMITTED}


def order_of(refund: Refund) -> Order:
    """What the rail is told: to the card or debit it came by, or a credit to the bank account it came from."""
    payment, placed_at = refund.payment, refund.placed_at or refund.created_at
    if refund.rail not in OUTGOING:
        return order_back(
            payment.rail_reference,
            id=refund.public_id,
            amount_minor=refund.sent_minor,
            currency=refund.currency,
            placed_at=placed_at,
            reference=refund.rail_reference,
            reason=refund.reason,
            processor_card=payment.card.processor_card if payment.card else "",
        )
    if payment.bank_account is None:
        raise ValueError(f"{refund.public_id} goes to a bank account, and {payment.public_id} came from none")
    return order_on(
        payment.bank_account,
        id=refund.public_id,
        amount_minor=refund.sent_minor,
        currency=refund.currency,
        placed_at=placed_at,
    )


def sent_refunds(public_ids: Sequence[str]) -> Mapping[str, tuple[str, Order]]:
    """Id → rail and order, of those that were handed over: what our bank is asked about."""
    rows = with_related().filter(public_id__in=list(public_ids)).exclude(placed_at=None)
    return {r.public_id: (r.rail, order_of(r)) for r in rows.order_by("id")}
