"""After renters have moved, what still happens on the old lease goes along. Heard at once: work is promised."""

from collections.abc import Sequence
from typing import Final

from directpay.due.actions import schedule_found
from directpay.events.registry import Fact
from directpay.kernel.arrays import texts
from leases.move_out.models import DEDUCT, KIND
from leases.transfers.actions import CARRY_QUEUE

# Before that day begins where the old unit stands, the first carrying is promised already. Each lease once, however many paid on it.
PAYMENTS: Final = """
SELECT l.public_id, %s::timestamptz FROM payments_payment p JOIN leases_party y ON y.account_id = p.applies_to_id
JOIN leases_move v ON v.old_id = y.lease_id JOIN leases_lease l ON l.id = v.old_id
JOIN leases_unit u ON u.id = l.unit_id JOIN leases_property h ON h.id = u.property_id
WHERE p.public_id = ANY(%s::text[]) AND v.from_on <= timezone(h.timezone, %s::timestamptz)::date GROUP BY l.public_id
"""
BY_HAND: Final = """
SELECT l.public_id, %s::timestamptz FROM leases_move v JOIN leases_lease l ON l.id = v.old_id
JOIN leases_unit u ON u.id = l.unit_id JOIN leases_property h ON h.id = u.property_id
WHERE l.public_id = ANY(%s::text[]) AND v.from_on <= timezone(h.timezone, %s::timestamptz)::date
"""
MOVE_OUTS: Final = BY_HAND.replace("WHERE l.public_id", "JOIN leases_moveout m ON m.lease_id = l.id WHERE m.public_id")


def follow_payments(events: Sequence[Fact]) -> None:
    """payment.completed, .returned, .failed, .canceled, .captured → what it left goes along."""
    at = events[0].at
    schedule_found(CARRY_QUEUE, PAYMENTS, [at, texts(event.object_id for event in events), at])


def follow_what_was_given_back(events: Sequence[Fact]) -> None:
    """refund.created, refund.failed, refund.returned, refund.canceled → what is owed again goes along."""
    at = events[0].at
    schedule_found(CARRY_QUEUE, PAYMENTS, [at, texts(sorted({event.data["payment"] for event in events})), at])


def follow_the_rest(events: Sequence[Fact]) -> None:
    """Whatever names a lease and changes what is owed on it; also what came along to a lease that has been left by now, too."""
    at = events[0].at
    schedule_found(CARRY_QUEUE, BY_HAND, [at, texts(str(event.data["lease"]) for event in events), at])


def follow_move_outs(events: Sequence[Fact]) -> None:
    """saga.step_done, .turned_back → once a move-out has deducted, or will not, what waited for that goes along, whatever it deducted."""
    ended = [e.data["about"] for e in events if e.data["kind"] == KIND and (e.data["step"] == DEDUCT or e.data["step"] is None)]
    schedule_found(CARRY_QUEUE, MOVE_OUTS, [events[0].at, texts(ended), events[0].at])
