"""A charge falls due: it becomes a debt in the books on its due date, and money that waited for it pays it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from leases.contracts.models import Lease, Party
from leases.rent.models import Charge
from leases.rent.postings import charges_due, due_reference
from ledger.allocation.actions import allocate
from ledger.journal.actions import post_many
from payments.payins.queries import cleared_claims

CHARGES_QUEUE = "rent.charges"


def post_charges(public_ids: Sequence[str], at: datetime) -> list[Charge]:
    """The due queue's work: post A1 for each that is not posted yet, then let prepayments pay it (E7)."""
    with unit_of_work():
        chosen = Charge.objects.filter(public_id__in=list(public_ids), posted_at=None)
        lease_ids = sorted(set(chosen.values_list("lease_id", flat=True)))
        list(Lease.objects.filter(id__in=lease_ids).order_by("id").select_for_update())
        charges = list(
            chosen.select_related("lease__unit__property__payee", "lease__unit__property__landlord")
            .order_by("due_on", "id")
            .select_for_update(of=("self",))
        )
        if not charges:
            return []
        parties: dict[int, list[Party]] = defaultdict(list)
        for party in Party.objects.filter(lease_id__in=lease_ids).select_related("account").order_by("id"):
            parties[party.lease_id].append(party)
        post_many(charges_due(charges, parties, at), at=at)
        Charge.objects.filter(id__in=[c.id for c in charges]).update(posted_at=at)
        accounts = sorted({p.account_id for group in parties.values() for p in group})
        allocate(accounts, at=at, claims=cleared_claims([due_reference(c) for c in charges]))
        record([_fact(charge, at) for charge in charges])
        return charges


def _fact(charge: Charge, at: datetime) -> NewEvent:
    home = charge.lease.unit.property
    data = {
        "id": charge.public_id,
        "lease": charge.lease.public_id,
        "category": charge.category,
        "due_date": charge.due_on.isoformat(),
        "amount": charge.amount_minor,
        "currency": charge.lease.currency,
    }
    version = 1 if charge.scheduled else 2  # the first fact of one that was added is that it was
    return NewEvent("charge.due", charge.public_id, version, SYSTEM.label, at, data, [home.landlord.public_id, home.payee.public_id])
