"""A charge falls due: it becomes a debt in the books on its due date, and money that waited for it pays it."""

from collections.abc import Sequence
from datetime import datetime

from directpay.database.statements import later
from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.arrays import integers
from directpay.people.actor import SYSTEM
from leases.rent.falling import FallingCharge, lock_falling, parties_of
from leases.rent.postings import charges_due, due_reference
from ledger.allocation.actions import allocate
from ledger.journal.actions import post_many
from payments.payins.queries import cleared_claims

CHARGES_QUEUE = "rent.charges"


def post_charges(public_ids: Sequence[str], at: datetime) -> list[str]:
    """The due queue's work: post A1 for each that is not posted yet, then let prepayments pay it (E7). Returns the ids of those posted."""
    with unit_of_work():
        charges = lock_falling(public_ids)
        if not charges:
            return []
        parties = parties_of(sorted({charge.lease_id for charge in charges}))
        post_many(charges_due(charges, parties, at), at=at)
        later("UPDATE leases_charge SET posted_at = %s WHERE id = ANY(%s::bigint[])", [at, integers(charge.id for charge in charges)])
        accounts = sorted({party.account.id for group in parties.values() for party in group})
        allocate(accounts, at=at, claims=cleared_claims([due_reference(charge) for charge in charges]))
        record([_fact(charge, at) for charge in charges])
        return [charge.public_id for charge in charges]


def _fact(charge: FallingCharge, at: datetime) -> NewEvent:
    data = {
        "id": charge.public_id,
        "lease": charge.lease,
        "category": charge.category,
        "due_date": charge.due_on.isoformat(),
        "amount": charge.amount_minor,
        "currency": charge.currency,
    }
    version = 1 if charge.scheduled else 2  # the first fact of one that was added is that it was
    return NewEvent("charge.due", charge.public_id, version, SYSTEM.label, at, data, [charge.landlord, charge.payee])
