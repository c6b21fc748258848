"""A cleared payment is watched for as long as its rail may take it back; a code that voids the mandate does so."""

from collections.abc import Sequence

from directpay.due.actions import schedule
from directpay.events.registry import Fact
from payments.rails.codes import explain
from payments.returns.actions import WATCH_QUEUE
from payments.returns.voiding import VOID_QUEUE


def watch(events: Sequence[Fact]) -> None:
    """payment.completed → a promise to ask the rail; the rail's answer says how long to go on."""
    schedule(WATCH_QUEUE, [(event.object_id, event.at) for event in events])


def void(events: Sequence[Fact]) -> None:
    """payment.failed, .returned → where the payer told the bank that it was not allowed, no mandate of that bank account stands."""
    schedule(VOID_QUEUE, [(event.object_id, event.at) for event in events if explain(event.data["return_code"] or "").voids_mandate])
