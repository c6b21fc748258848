"""What could not be given back stands on the account again. Heard at once: a look is promised."""

from collections.abc import Sequence

from directpay.due.actions import schedule
from directpay.events.registry import Fact
from leases.overpayments.actions import BACK_QUEUE


def hear_what_came_back(events: Sequence[Fact]) -> None:
    """overpayment_refund.failed, .returned → told as a fact of its lease, which has more to hear it."""
    schedule(BACK_QUEUE, [(event.object_id, event.at) for event in events])
