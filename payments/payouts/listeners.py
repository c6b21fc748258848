"""A payment that cleared, or whose cash came in, may be ready to settle."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from directpay.due.actions import schedule
from directpay.events.registry import Fact
from payments.payins.actions.complete import TRUST_QUEUE
from payments.payouts.actions.settle import SETTLE_QUEUE
from payments.payouts.queries import into_trust, ready_at


def settle_when_ready(events: Sequence[Fact]) -> None:
    """payment.completed → settle when its day is reached; the action looks whether the cash is there."""
    _promise({event.object_id: event.at for event in events})


def settle_when_paid(events: Sequence[Fact]) -> None:
    """bank_line.posted for a payment → the same, at once if its day is reached. One that is not completed yet is promised then.

    One that was paid into trust never settles: whoever keeps deposits looks whether it can be forwarded.
    """
    paid = [event for event in events if event.data["item"].startswith("pay_")]
    _promise({event.data["item"]: event.at for event in paid if event.data["amount"] > 0})
    heard_at = {event.data["item"]: event.at for event in paid}
    schedule(TRUST_QUEUE, [(key, heard_at[key]) for key in into_trust(list(heard_at))])


def _promise(heard_at: Mapping[str, datetime]) -> None:
    if heard_at:
        schedule(SETTLE_QUEUE, [(key, max(ready, heard_at[key])) for key, ready in ready_at(list(heard_at)).items()])
