"""What a lease asks for lateness changes from a day on."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from directpay.due.actions import schedule_found
from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.arrays import integers
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from leases.contracts.actions import add_policy, lock_lease
from leases.contracts.late_fee import LateFeeTerms
from leases.contracts.models import LateFeePolicy, Lease
from leases.late_fees.actions.assess import ASSESS_QUEUE
from leases.rent.queries import local_today

OF_LEASE: Final = "SELECT j.public_id, j.judged_at FROM leases_judged('{}', %s::bigint[]) j WHERE j.due_on >= %s"
FARTHEST = timedelta(days=366)


def agree_late_fee(lease: Lease, terms: LateFeeTerms, *, from_on: date | None = None, actor: Actor, at: datetime) -> LateFeePolicy:
    """For what falls due from that day on (today without it); what fell due before keeps what was agreed then. Raises InvalidInput."""
    with unit_of_work():
        lease = lock_lease(lease)
        today = local_today(lease, at)
        day = from_on or max(today, lease.start_on)
        if day < today:
            raise InvalidInput("What fell due already keeps what was agreed for it: choose today or later.", param="from_date")
        if day - max(today, lease.start_on) > FARTHEST:
            raise InvalidInput("Late fees are agreed at most a year ahead.", param="from_date")
        policy = add_policy(lease, terms, day, at=at)
        # What fell due today is judged by it, perhaps on another day than was promised.
        schedule_found(ASSESS_QUEUE, OF_LEASE, [integers([lease.id]), day])
        record([_fact(policy, actor, at)])
        return policy


def _fact(policy: LateFeePolicy, actor: Actor, at: datetime) -> NewEvent:
    home = policy.lease.unit.property
    data: dict[str, Any] = {
        "id": policy.public_id,
        "lease": policy.lease.public_id,
        "from_date": policy.from_on.isoformat(),
        "grace_days": policy.grace_days,
        "flat_amount": policy.flat_minor,
        "percent_bps": policy.percent_bps,
        "daily_amount": policy.daily_minor,
        "cap_amount": policy.cap_minor,
        "cap_bps": policy.cap_bps,
        "basis": policy.basis,
        "mode": policy.mode,
        "per": policy.per,
        "returned_payment_fee": policy.returned_fee_minor,
        "currency": policy.lease.currency,
    }
    known = [home.landlord.public_id, home.payee.public_id]
    return NewEvent("late_fee_policy.created", policy.public_id, 1, actor.label, at, data, known)
