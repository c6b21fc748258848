"""A payment that cleared, or whose cash came in, may be ready to settle."""

from collections.abc import Sequence

from directpay.due.actions import schedule
from directpay.events.registry import Fact
from payments.payouts.actions import SETTLE_QUEUE


def settle_when_ready(events: Sequence[Fact]) -> None:
    """payment.completed → look; the action waits for the day and the cash."""
    schedule(SETTLE_QUEUE, [(event.object_id, event.at) for event in events])


def settle_when_paid(events: Sequence[Fact]) -> None:
    """bank_line.posted for a payment → look again."""
    lines = [event for event in events if event.data["item"].startswith("pay_") and event.data["amount"] > 0]
    schedule(SETTLE_QUEUE, [(event.data["item"], event.at) for event in lines])
