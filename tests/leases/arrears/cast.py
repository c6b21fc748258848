"""A party that is behind, and what its ladder came to."""

from typing import Any

from directpay.events.models import Event
from directpay.people.actor import SYSTEM
from leases.arrears.models import ArrearsCase, ArrearsStep
from leases.contracts.models import Lease
from leases.receipts.actions import NewReceipt, record_receipt
from leases.receipts.models import Receipt
from tests.world import World


def give(w: World, lease: Lease, amount: int, method: str = "check", **more: Any) -> Receipt:
    party = more.pop("party", None) or lease.parties.get()
    return record_receipt(lease, NewReceipt(party, method, amount, **more), actor=SYSTEM, at=w.now)


def cases(lease: Lease) -> list[ArrearsCase]:
    return list(ArrearsCase.objects.filter(lease=lease).select_related("party", "policy").order_by("id"))


def steps(lease: Lease, **which: Any) -> list[str]:
    """The kinds that it came to, in order."""
    return list(ArrearsStep.objects.filter(case__lease=lease, **which).order_by("id").values_list("kind", flat=True))


def told(*kinds: str) -> list[tuple[str, Any]]:
    """(type, step) of what was told about arrears, in order."""
    rows = Event.objects.filter(type__startswith="arrears.").order_by("id")
    return [(row.type.partition(".")[2], row.data.get("step")) for row in rows if not kinds or row.type in kinds]
