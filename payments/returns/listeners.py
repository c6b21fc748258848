"""A cleared payment is watched for as long as its rail may take it back; a code that voids the mandate does so, and what stands on a
mandate that ends is looked at again before it leaves."""

from collections.abc import Sequence

from directpay.due.actions import schedule
from directpay.events.registry import Fact
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.models import Payment, Status
from payments.rails.codes import explain
from payments.returns.actions import WATCH_QUEUE
from payments.returns.voiding import VOID_QUEUE


def watch(events: Sequence[Fact]) -> None:
    """payment.completed → a promise to ask the rail; the rail's answer says how long to go on."""
    schedule(WATCH_QUEUE, [(event.object_id, event.at) for event in events])


def void(events: Sequence[Fact]) -> None:
    """payment.failed, .returned → where the payer told the bank that it was not allowed, no mandate of that bank account stands."""
    schedule(VOID_QUEUE, [(event.object_id, event.at) for event in events if explain(event.data["return_code"] or "").voids_mandate])


def look_before_they_leave(events: Sequence[Fact]) -> None:
    """mandate.revoked → what stands on it and has not left is worked on at once: it fails there, and what it was for can be paid."""
    at = {event.object_id: event.at for event in events}
    waiting = Payment.objects.filter(mandate__public_id__in=list(at), status=Status.INITIATED)
    schedule(RAIL_QUEUE, [(key, at[mandate]) for key, mandate in waiting.values_list("public_id", "mandate__public_id")])
