"""Money that came, came back or never came changes how a plan stands. Heard at once: a look is promised, in one statement for a set."""

from collections.abc import Sequence
from typing import Final

from directpay.due.actions import schedule_found
from directpay.events.registry import Fact
from directpay.kernel.arrays import texts
from leases.payment_plans.actions.judging import PLANS_QUEUE

PAID: Final = """
SELECT p.public_id, %s::timestamptz FROM leases_paymentplan p JOIN leases_party y ON y.id = p.party_id
JOIN payments_payment m ON m.applies_to_id = y.account_id WHERE p.status = 'active' AND m.public_id = ANY(%s::text[])
GROUP BY p.public_id
"""
BY_HAND: Final = """
SELECT p.public_id, %s::timestamptz FROM leases_paymentplan p JOIN leases_lease l ON l.id = p.lease_id
WHERE p.status = 'active' AND l.public_id = ANY(%s::text[])
"""


def look_after_payments(events: Sequence[Fact]) -> None:
    """payment.completed, payment.returned, .failed, .canceled, .captured → at once."""
    schedule_found(PLANS_QUEUE, PAID, [events[0].at, texts(event.object_id for event in events)])


def look_after_what_was_given_back(events: Sequence[Fact]) -> None:
    """refund.created, refund.failed, refund.returned, refund.canceled → at once."""
    schedule_found(PLANS_QUEUE, PAID, [events[0].at, texts(sorted({event.data["payment"] for event in events}))])


def look_after_what_was_done_by_hand(events: Sequence[Fact]) -> None:
    """Receipts, credits, waivers, deductions, whose facts name their lease → at once."""
    schedule_found(PLANS_QUEUE, BY_HAND, [events[0].at, texts(sorted({event.data["lease"] for event in events}))])
