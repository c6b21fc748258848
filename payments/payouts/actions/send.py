"""Handing payouts to their rail: the intent is committed first, the call is made outside any transaction, the answer is recorded."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from directpay.due.actions import done
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from payments.payouts.actions.answer import AT_THE_RAIL, change, lock_payouts, record_payout_answers
from payments.payouts.actions.create import PAYOUT_QUEUE
from payments.payouts.models import Payout
from payments.rails.base import Answer, NoAnswer, NoSuchOrder, Order
from payments.rails.registry import rail
from payments.vault.encryption import decrypt

log = logging.getLogger(__name__)
LATE = timedelta(minutes=15)  # picked up later than this after its cut-off, it goes with the next file
S = Payout.Status


def work_on_payouts(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: send what is created, look up what the rail has, let go of the rest."""
    known, fresh = _send(public_ids, at)
    answers = {p.public_id: _call(p, at, first=p.public_id in fresh) for p in known if p.status in (*AT_THE_RAIL, S.PAID)}
    record_payout_answers(answers, at=at)
    with unit_of_work():
        done(PAYOUT_QUEUE, sorted(set(public_ids) - set(answers)))


def _send(public_ids: Sequence[str], at: datetime) -> tuple[list[Payout], set[str]]:
    """created → in_transit, committed before anybody calls the rail. All of these, and the ids that moved."""
    with unit_of_work():
        known = lock_payouts(public_ids)
        fresh = [p for p in known if p.status == S.CREATED]
        for payout in fresh:
            in_time = at <= rail(payout.rail).promise(payout.created_at).leaves_at + LATE
            payout.placed_at = payout.created_at if in_time else at
            change(payout, "send", "in_transit", actor=SYSTEM.label, at=at, columns=("placed_at",))
        return known, {p.public_id for p in fresh}


def _call(payout: Payout, at: datetime, *, first: bool) -> Answer | None:
    """Submit, or ask again. What died between the intent and the call never reached the rail: it says so, and is handed the order then."""
    way, order = rail(payout.rail), order_of(payout)
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
        log.exception("rail %s broke on %s", payout.rail, payout.public_id)
    return None


def order_of(payout: Payout) -> Order:
    """What the rail is told. The account number is opened here and goes nowhere else."""
    there = payout.bank_account
    return Order(
        id=payout.public_id,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        routing_number=there.routing_number,
        account_number=decrypt(there.number_encrypted, context=there.public_id),
        placed_at=payout.placed_at or payout.created_at,
    )


def sent_orders(public_ids: Sequence[str]) -> Mapping[str, tuple[str, Order]]:
    """Id → rail and order, of those that were handed over: what our bank is asked about."""
    rows = Payout.objects.filter(public_id__in=list(public_ids)).exclude(placed_at=None).select_related("bank_account")
    return {p.public_id: (p.rail, order_of(p)) for p in rows.order_by("id")}
