"""What autopay hears of: payments that failed, retries whose time has come, mandates that were revoked. It promises to look, no more."""

from collections.abc import Sequence

from directpay.due.actions import schedule
from directpay.events.registry import Fact
from leases.autopay.actions.outcomes import FAILURES_QUEUE, RETRIES_QUEUE
from leases.autopay.actions.planning import ENDS_QUEUE
from leases.autopay.actions.stopping import MANDATES_QUEUE
from leases.autopay.models import Autopay

RUN = "run_"  # how the ids of runs begin
LEASE = "lse_"


def look_at_failures(events: Sequence[Fact]) -> None:
    """payment.failed, .returned → of those that pay a lease, whether a run made them."""
    schedule(FAILURES_QUEUE, [(event.object_id, event.at) for event in events if event.data["origin"].startswith(LEASE)])


def try_again(events: Sequence[Fact]) -> None:
    """retry.due → of runs, the next try."""
    schedule(RETRIES_QUEUE, [(event.data["origin"], event.at) for event in events if event.data["origin"].startswith(RUN)])


def follow_leases(events: Sequence[Fact]) -> None:
    """lease.ended, .renewed → autopays of it that have no day to come may have one again, or end sooner."""
    of = Autopay.objects.filter(lease__public_id__in=[event.object_id for event in events]).exclude(status=Autopay.Status.CANCELED)
    at = {event.object_id: event.at for event in events}
    schedule(ENDS_QUEUE, [(key, at[lease]) for key, lease in of.values_list("public_id", "lease__public_id")])


def follow_mandates(events: Sequence[Fact]) -> None:
    """mandate.revoked → what rested on it ends."""
    schedule(MANDATES_QUEUE, [(event.object_id, event.at) for event in events])
