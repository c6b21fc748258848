"""A charge outside of the schedule: utilities, damages, whatever else was agreed. Due by now, it is owed at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from directpay.due.actions import schedule
from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from leases.contracts.actions import lock_lease
from leases.contracts.models import Lease, Party
from leases.contracts.queries import book_of
from leases.rent.actions.post_charges import CHARGES_QUEUE, post_charges
from leases.rent.models import Charge
from leases.rent.queries import day_begins, local_today
from ledger.journal.actions.periods import require_open

CATEGORIES = ("rent", "utilities", "damages", "other")  # deposits and fees have rooms of their own
FARTHEST = timedelta(days=366)  # from today, either way


@dataclass(frozen=True, slots=True)
class NewCharge:
    """`party` None: all parties owe it, each its share."""

    category: str
    amount_minor: int
    due_on: date | None = None  # today, where the property stands
    party: Party | None = None
    description: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


def add_charge(lease: Lease, wish: NewCharge, *, actor: Actor, at: datetime) -> Charge:
    """Charge it, and post it if it is due by now; else it is posted on its day. Raises InvalidInput, PeriodClosed."""
    with unit_of_work():
        lease = lock_lease(lease)
        today = local_today(lease, at)
        due_on = wish.due_on or today
        _check_day(lease, due_on, today)
        charge = Charge.objects.create(
            public_id=public_id("chg"),
            lease=lease,
            party=wish.party,
            category=wish.category,
            scheduled=False,
            description=wish.description,
            due_on=due_on,
            period_start=due_on,
            period_end=due_on,
            amount_minor=wish.amount_minor,
            created_at=at,
            metadata=dict(wish.metadata),
        )
        record([_added(charge, actor, at)])
        if due_on <= today:
            post_charges([charge.public_id], at)
            charge.posted_at = at
        else:
            schedule(CHARGES_QUEUE, [(charge.public_id, day_begins(lease, due_on))])
        return charge


def stands_as_charge(party: Party, minor: int, *, posted_as: str, description: str, on: date, at: datetime, posted_for: str = "") -> Charge:
    """Step: a debt of one party alone that something else posts; it is paid, credited and given up as any other charge."""
    return Charge.objects.create(
        public_id=public_id("chg"),
        lease_id=party.lease_id,
        party=party,
        category="other",
        posted_as=posted_as,
        posted_for=posted_for,
        scheduled=False,
        description=description,
        due_on=on,
        period_start=on,
        period_end=on,
        amount_minor=minor,
        posted_at=at,
        created_at=at,
    )


def _check_day(lease: Lease, due_on: date, today: date) -> None:
    if abs(due_on - today) > FARTHEST:
        raise InvalidInput("A charge falls due within a year of today.", param="due_date")
    if due_on <= today:
        require_open(book_of(lease), due_on, param="due_date")


def _added(charge: Charge, actor: Actor, at: datetime) -> NewEvent:
    home = charge.lease.unit.property
    data = {
        "id": charge.public_id,
        "lease": charge.lease.public_id,
        "party": charge.party.label if charge.party else None,
        "category": charge.category,
        "due_date": charge.due_on.isoformat(),
        "amount": charge.amount_minor,
        "currency": charge.lease.currency,
    }
    return NewEvent("charge.added", charge.public_id, 1, actor.label, at, data, [home.landlord.public_id, home.payee.public_id])
