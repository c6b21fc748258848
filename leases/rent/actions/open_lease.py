"""Opening a lease: its parties, its schedule, and at once what is due already."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects

from directpay.due.actions import schedule
from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.clock import today
from directpay.kernel.errors import InvalidInput
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from leases.contracts.actions import Terms, create_lease, lock_leases
from leases.contracts.models import Lease
from leases.contracts.queries import rents_of, with_people
from leases.rent.actions.post_charges import CHARGES_QUEUE, post_charges
from leases.rent.models import Charge
from leases.rent.queries import day_begins, local_today
from leases.rent.schedule import MONTHS_LIMIT, Row, horizon, months_between, next_month_start, rows

SCHEDULE_QUEUE = "rent.schedule"


def open_lease(terms: Terms, *, actor: Actor, at: datetime) -> Lease:
    """The lease with its schedule; charges due by now are posted with it. Raises InvalidInput, LeaseOverlaps."""
    _check_length(terms, at)
    with unit_of_work():
        lease = with_people().get(id=create_lease(terms, at=at).id)
        charges = _extend(lease, at)
        record([_created(lease, charges, actor, at)])
        _post_due([(lease, charges)], at)
    return with_people().get(id=lease.id)


def _check_length(terms: Terms, at: datetime) -> None:
    """A schedule that ended before its lease would let months go by that nobody owes."""
    last = terms.end_on or horizon(max(today(ZoneInfo(terms.unit.property.timezone), at), terms.start_on))
    check_length(terms.start_on, last, param="end_date" if terms.end_on else "start_date")


def check_length(first: date, last: date, *, param: str) -> None:
    """Raises InvalidInput for more months than a schedule shows."""
    if months_between(first, last) > MONTHS_LIMIT:
        raise InvalidInput(f"A lease runs at most {MONTHS_LIMIT // 12} years.", param=param)


def extend_schedules(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: an open-ended lease always shows the year ahead. What fell due while nobody looked is posted."""
    with unit_of_work():
        # All leases are locked before anything is posted: leases come before accounts in the written order.
        leases = lock_leases(list(Lease.objects.filter(public_id__in=list(public_ids)).values_list("id", flat=True)))
        prefetch_related_objects(leases, "rent_steps")
        _post_due([(lease, _extend(lease, at)) for lease in leases], at)


def _post_due(made: Sequence[tuple[Lease, Sequence[Charge]]], at: datetime) -> None:
    """Step: those of the charges that are due already, in one posting."""
    due = [c.public_id for lease, charges in made for c in charges if c.due_on <= local_today(lease, at)]
    post_charges(due, at)


def _extend(lease: Lease, at: datetime) -> list[Charge]:
    """Step: add the rows that the schedule lacks, and promise to post each on its day."""
    day = local_today(lease, at)
    known = set(Charge.objects.filter(lease=lease, category="rent", scheduled=True).values_list("period_start", flat=True))
    until = lease.end_on or horizon(max(day, lease.start_on))
    wanted = rows(start_on=lease.start_on, end_on=lease.end_on, due_day=lease.due_day, rents=rents_of(lease), until=until)
    charges = add_rows(lease, [row for row in wanted if row.period_start not in known], at)
    promise_next_year(lease, day)
    return charges


def add_rows(lease: Lease, wanted: Sequence[Row], at: datetime) -> list[Charge]:
    """Step: charges of the schedule, each promised for its day; those due by today are left to whoever asked."""
    day = local_today(lease, at)
    charges = Charge.objects.bulk_create(_charge(lease, row, at) for row in wanted)
    schedule(CHARGES_QUEUE, [(c.public_id, day_begins(lease, c.due_on)) for c in charges if c.due_on > day])
    return charges


def promise_next_year(lease: Lease, day: date) -> None:
    """Step: a lease without an end is looked at each month."""
    if lease.end_on is None:
        at = day_begins(lease, next_month_start(day))
        schedule(SCHEDULE_QUEUE, [(lease.public_id, at)])


def _charge(lease: Lease, row: Row, at: datetime) -> Charge:
    return Charge(
        public_id=public_id("chg"),
        lease=lease,
        due_on=row.due_on,
        period_start=row.period_start,
        period_end=row.period_end,
        amount_minor=row.amount_minor,
        created_at=at,
    )


def _created(lease: Lease, charges: Sequence[Charge], actor: Actor, at: datetime) -> NewEvent:
    home = lease.unit.property
    renters = [r.user.public_id for r in lease.renters.all()]
    data = {
        "id": lease.public_id,
        "unit": lease.unit.public_id,
        "property": home.public_id,
        "payee": home.payee.public_id,
        "renters": renters,
        "rent_amount": lease.rent_minor,
        "rent_steps": [{"from_date": day.isoformat(), "rent_amount": rent} for day, rent in rents_of(lease)[1:]],
        "deposit_amount": lease.deposit_minor,
        "currency": lease.currency,
        "start_date": lease.start_on.isoformat(),
        "end_date": lease.end_on.isoformat() if lease.end_on else None,
        "due_day": lease.due_day,
        "schedule": [{"id": c.public_id, "due_date": c.due_on.isoformat(), "amount": c.amount_minor} for c in charges],
    }
    return NewEvent("lease.created", lease.public_id, 1, actor.label, at, data, [home.landlord.public_id, home.payee.public_id, *renters])
