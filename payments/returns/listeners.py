"""A cleared payment is watched for as long as its rail may take it back."""

from collections.abc import Sequence

from directpay.due.actions import schedule
from directpay.events.registry import Fact
from payments.returns.actions import WATCH_QUEUE


def watch(events: Sequence[Fact]) -> None:
    """payment.completed → a promise to ask the rail; the rail's answer says how long to go on."""
    schedule(WATCH_QUEUE, [(event.object_id, event.at) for event in events])
