"""Handing payouts to their rail: the intent is committed first, the call is made outside any transaction, the answer is recorded."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from directpay.due.actions import done
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from payments.methods.orders import order_on
from payments.payouts.actions.answer import AT_THE_RAIL, call_off, change, lock_payouts, record_payout_answers
from payments.payouts.actions.create import PAYOUT_QUEUE
from payments.payouts.models import Payout
from payments.payouts.queries import taken_back
from payments.rails.base import Order
from payments.rails.registry import ask, placed

S = Payout.Status


def work_on_payouts(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: send what is created, look up what the rail has, let go of the rest."""
    known, fresh = _send(public_ids, at)
    there = [p for p in known if p.status in (*AT_THE_RAIL, S.PAID)]
    answers = {p.public_id: ask(p.rail, order_of(p), at=at, first=p.public_id in fresh) for p in there}
    record_payout_answers(answers, at=at)
    with unit_of_work():
        done(PAYOUT_QUEUE, sorted(set(public_ids) - set(answers)))


def _send(public_ids: Sequence[str], at: datetime) -> tuple[list[Payout], set[str]]:
    """created → in_transit, committed before anybody calls the rail. All of these, and the ids that moved.

    Of a payment that its bank took back meanwhile nothing begins to go.
    """
    with unit_of_work():
        known = lock_payouts(public_ids)
        fresh = [p for p in known if p.status == S.CREATED]
        gone = taken_back(fresh)
        for payout in fresh:
            if payout.origin in gone:
                call_off(payout, at)
                continue
            payout.placed_at = placed(payout.rail, ordered_at=payout.created_at, at=at)
            change(payout, "send", "in_transit", actor=SYSTEM.label, at=at, columns=("placed_at",))
        return known, {p.public_id for p in fresh if p.status == S.IN_TRANSIT}


def order_of(payout: Payout) -> Order:
    """What the rail is told."""
    return order_on(
        payout.bank_account,
        id=payout.public_id,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        placed_at=payout.placed_at or payout.created_at,
    )


def sent_orders(public_ids: Sequence[str]) -> Mapping[str, tuple[str, Order]]:
    """Id → rail and order, of those that were handed over: what our bank is asked about."""
    rows = Payout.objects.filter(public_id__in=list(public_ids)).exclude(placed_at=None).select_related("bank_account")
    return {p.public_id: (p.rail, order_of(p)) for p in rows.order_by("id")}
