"""A move-out goes on when what it waits for has come."""

from collections.abc import Sequence

from directpay.events.registry import Fact
from directpay.sagas.actions import wake
from leases.move_out.models import MoveOut


def go_on(events: Sequence[Fact]) -> None:
    """A draw or a refund was paid or failed → look at the move-out of its deposit."""
    of = {event.data["origin"]: event.at for event in events}
    found = MoveOut.objects.filter(destinations__deposit__public_id__in=list(of)).values_list("public_id", flat=True)
    wake(list(found), max(of.values()))
