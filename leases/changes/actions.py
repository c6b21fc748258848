"""Ending a lease, going on with it, another rent, other shares: from a day on, with what is owed put right by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from directpay.database.rows import update_rows
from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.people.actor import Actor
from leases.changes.replanning import Replan, replanned
from leases.contracts.actions import STEPS_LIMIT, lock_lease_rows, overlap
from leases.contracts.models import Lease, Party, RentStep
from leases.contracts.queries import rent_on, rents_of, with_people
from leases.contracts.shares import weights_of
from leases.credits.actions import NewCredit, grant_credit
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.rent.actions.open_lease import add_rows, check_length, promise_next_year
from leases.rent.actions.post_charges import post_charges
from leases.rent.models import Charge
from leases.rent.postings import split
from leases.rent.queries import local_today, payable_charges
from leases.rent.schedule import Row, horizon, rows

ON = timedelta(days=1)


class LeaseEnded(Conflict):
    """Nothing of it can be changed any more, but its end."""

    code = "lease_ended"


@dataclass(frozen=True, slots=True)
class Renewal:
    """`end_on` None: from month to month. `rent_minor`: of the time that is added, or from `from_on`."""

    end_on: date | None
    rent_minor: int | None = None


def end_lease(lease: Lease, end_on: date, *, actor: Actor, at: datetime) -> Lease:
    """Its last day. Rent of days after it that is owed already is credited, that of a month in part is prorated. Raises InvalidInput."""
    with unit_of_work():
        lease = _locked(lease)
        if end_on < lease.start_on:
            raise InvalidInput("The lease would end before it starts.", param="end_date")
        if lease.end_on is not None and end_on >= lease.end_on:
            raise InvalidInput("It ends by then already: renew it to go on.", param="end_date")
        return _change(lease, "lease.ended", actor, at, end_on=end_on)


def renew_lease(lease: Lease, wish: Renewal, *, actor: Actor, at: datetime) -> Lease:
    """A later end, or none. A rent that is agreed with it holds from the day after the old end, whatever was agreed for later days.

    Raises InvalidInput, LeaseOverlaps.
    """
    with unit_of_work():
        lease = _locked(lease)
        if lease.end_on is None:
            raise InvalidInput("It has no end that could come later.", param="end_date")
        if wish.end_on is not None and wish.end_on <= lease.end_on:
            raise InvalidInput("A renewal ends later than the lease.", param="end_date")
        step = None if wish.rent_minor is None else (lease.end_on + ON, wish.rent_minor)
        if step is not None:  # it ended early: steps of the days that were dropped stand still, and nothing agreed is erased
            lease.rent_steps.filter(from_on__gt=step[0]).update(rent_minor=step[1])
        return _change(lease, "lease.renewed", actor, at, end_on=wish.end_on, step=step)


def step_rent(lease: Lease, from_on: date, rent_minor: int, *, actor: Actor, at: datetime) -> Lease:
    """Another rent from a day on that is not charged yet. Raises InvalidInput with the first such day, LeaseEnded."""
    with unit_of_work():
        lease = _locked(lease)
        _check_running(lease, from_on, at, param="from_date")
        if from_on == lease.start_on:
            raise InvalidInput("The rent changes after the lease has started, not before.", param="from_date")
        if lease.rent_steps.count() >= STEPS_LIMIT:
            raise InvalidInput(f"A lease has at most {STEPS_LIMIT} rent steps.", param="from_date")
        _check_not_charged(lease, from_on, param="from_date")
        return _change(lease, "lease.rent_changed", actor, at, end_on=lease.end_on, step=(from_on, rent_minor))


def change_shares(lease: Lease, from_on: date, shares: Sequence[tuple[str, Mapping[str, Any]]], *, actor: Actor, at: datetime) -> Lease:
    """Who owes how much of what falls due from a day on. (renter's public id, share), all renters, all in one way; 0 owes nothing more.

    What is owed already stays with whom it is owed by. Raises InvalidInput, LeaseEnded.
    """
    with unit_of_work():
        lease = _locked(lease)
        _check_running(lease, from_on, at, param="from_date")
        parties = {party.renter_id: party for party in lease.parties.all()}
        if None in parties:
            raise InvalidInput("On this lease all owe together: there are no shares to change.", param="renters")
        if sorted(user for user, _ in shares) != sorted(str(user) for user in parties):
            raise InvalidInput("Name every renter of the lease once.", param="renters")
        if lease.charges.filter(party=None, posted_at__isnull=False, due_on__gte=from_on).exists():
            raise InvalidInput("What falls due on that day is shared already.", param="from_date")
        weights = weights_of([share for _, share in shares], rent_on(lease, from_on), may_be_none=True)
        for (user, _), weight in zip(shares, weights or (), strict=True):
            party = parties[user]
            party.changes = [*(change for change in party.changes if change[0] < from_on.isoformat()), [from_on.isoformat(), weight]]
        update_rows(Party, list(parties.values()), ["changes"])
        _next_version(lease)
        data = {"from_date": from_on.isoformat(), "weights": {str(user): party.changes[-1][1] for user, party in parties.items()}}
        record([_fact("lease.shares_changed", lease, data, actor, at)])
        return with_people().get(id=lease.id)


def _locked(lease: Lease) -> Lease:
    lock_lease_rows([lease.id])
    return with_people().get(id=lease.id)


def _check_running(lease: Lease, day: date, at: datetime, *, param: str) -> None:
    today = local_today(lease, at)
    if lease.end_on is not None and lease.end_on < today:
        raise LeaseEnded("This lease has ended.", lease=lease.public_id)
    if day < lease.start_on:
        raise InvalidInput("The lease has not started by then.", param=param)
    if lease.end_on is not None and day > lease.end_on:
        raise InvalidInput("The lease has ended by then.", param=param)


def _check_not_charged(lease: Lease, day: date, *, param: str) -> None:
    """A charge that is owed is not changed behind the renter's back."""
    charged = lease.charges.filter(category="rent", scheduled=True, posted_at__isnull=False).order_by("-period_end").first()
    if charged is not None and day <= charged.period_end:
        last, first = charged.period_end, charged.period_end + ON
        said = f"Rent is charged to {last} already: choose {first} or later."
        raise InvalidInput(said, param=param, first_open_on=first.isoformat())


def _change(lease: Lease, kind: str, actor: Actor, at: datetime, *, end_on: date | None, step: tuple[date, int] | None = None) -> Lease:
    """Step: put the new terms down, and the schedule and the books in line with them."""
    today = local_today(lease, at)
    # As far as it stands: one that had an end may show more months than the year ahead.
    standing = lease.charges.filter(category="rent", scheduled=True)
    stands_to = standing.aggregate(last=Max("period_end"))["last"] or lease.start_on
    until = max(horizon(max(today, lease.start_on)), lease.end_on or today, stands_to)
    before = _rows(lease, until)
    check_length(lease.start_on, end_on or until, param="end_date")
    lease.end_on = end_on
    _save_end(lease)
    if step is not None:
        RentStep.objects.update_or_create(
            lease=lease, from_on=step[0], defaults={"rent_minor": step[1]}, create_defaults={"rent_minor": step[1], "created_at": at}
        )
        lease = with_people().get(id=lease.id)
    plan = replanned(before, _rows(lease, until), list(standing))
    added = _carry_out(lease, plan, actor, at)
    promise_next_year(lease, today)
    steps = [{"from_date": day.isoformat(), "rent_amount": rent} for day, rent in rents_of(lease)[1:]]
    data = {
        "end_date": end_on.isoformat() if end_on else None,
        "rent_steps": steps,
        "added": [_told(charge) for charge in added],
        "changed": [_told(charge) for charge in plan.changed],
        "dropped": [charge.public_id for charge in plan.dropped],
        "charged": sum(amount for _, amount in plan.charged),
        "credited": sum(amount for _, amount in plan.credited),
    }
    record([_fact(kind, lease, data, actor, at)])
    return with_people().get(id=lease.id)


def _rows(lease: Lease, until: date) -> list[Row]:
    """Its schedule by its terms; a lease without an end as far as it is shown."""
    return rows(start_on=lease.start_on, end_on=lease.end_on, due_day=lease.due_day, rents=rents_of(lease), until=lease.end_on or until)


def _save_end(lease: Lease) -> None:
    lease.version += 1
    try:
        with transaction.atomic():
            lease.save(update_fields=["end_on", "version"])
    except IntegrityError as error:
        raise overlap(error, lease.unit, (lease.start_on, lease.end_on), param="end_date", but=lease.id) from error


def _next_version(lease: Lease) -> None:
    lease.version += 1
    lease.save(update_fields=["version"])


def _carry_out(lease: Lease, plan: Replan, actor: Actor, at: datetime) -> list[Charge]:
    """Step: the charges that were added to the schedule. Those due by now are posted."""
    today = local_today(lease, at)
    Charge.objects.filter(id__in=[charge.id for charge in plan.dropped], posted_at=None).delete()
    update_rows(Charge, plan.changed, ["amount_minor", "period_end"])
    added = add_rows(lease, plan.added, at)
    post_charges([charge.public_id for charge in added if charge.due_on <= today], at)
    for row, amount in plan.charged:
        what = NewCharge("rent", amount, max(row.due_on, today), description=f"Rent to {row.period_end}")
        add_charge(lease, what, actor=actor, at=at)
    for charge, amount in plan.credited:
        _give_back(lease, charge, amount, actor, at)
    return added


def _give_back(lease: Lease, charge: Charge, amount_minor: int, actor: Actor, at: datetime) -> None:
    """Each party its share of it; off the charge itself as far as that is open, else off what is owed besides, or as money paid ahead."""
    parties = list(lease.parties.order_by("id"))
    for party, amount in split(amount_minor, None, parties, on=charge.due_on):
        if not amount:
            continue
        rows = payable_charges(lease, party, parties).rows
        left = next((row.open_minor for row in rows if row.charge.id == charge.id), 0)
        wish = NewCredit(party, "credit", amount, "rent after the end of the lease", charge=charge if left >= amount else None)
        grant_credit(lease, wish, actor=actor, at=at)


def _told(charge: Charge) -> dict[str, Any]:
    return {"id": charge.public_id, "due_date": charge.due_on.isoformat(), "amount": charge.amount_minor}


def _fact(kind: str, lease: Lease, data: Mapping[str, Any], actor: Actor, at: datetime) -> NewEvent:
    home = lease.unit.property
    renters = [renter.user.public_id for renter in lease.renters.all()]
    told = {"id": lease.public_id, "currency": lease.currency, **data}
    return NewEvent(kind, lease.public_id, lease.version, actor.label, at, told, [home.landlord.public_id, home.payee.public_id, *renters])
