"""What is written without anything having happened: rent that falls due soon, and what a month came to. Days are the property's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from directpay.due.actions import schedule
from directpay.events.unit import unit_of_work
from leases.autopay.models import Autopay
from leases.contracts.models import Lease, Party
from leases.contracts.queries import with_people
from leases.rent.models import Charge
from leases.rent.queries import local_today, payable_charges
from leases.rent.schedule import next_month_start
from webhooks.mail.actions.write import NewMessage, write

REMINDERS_QUEUE: Final = "mail.reminders"
STATEMENTS_QUEUE: Final = "mail.statements"
HOUR: Final = time(9)
LOOK_AGAIN_AFTER: Final = timedelta(days=30)  # where a lease has nothing to come yet
LATE_DAYS: Final = 7  # so late a statement is still written, after a stop
AFTER_THE_END: Final = timedelta(days=62)  # statements go on for so long
ON: Final = timedelta(days=1)


def remind(lease_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: of what falls due in `MAIL_REMINDER_DAYS` days and nobody is paying, each who owes it reads once."""
    with unit_of_work():
        found: list[NewMessage] = []
        again: list[tuple[str, datetime]] = []
        for lease in with_people().filter(public_id__in=list(lease_ids)):
            today = local_today(lease, at)
            coming = Charge.objects.filter(lease=lease, posted_at=None, due_on__gt=today).order_by("due_on", "id")
            days = list(dict.fromkeys(coming.values_list("due_on", flat=True)[:50]))
            reached = [day for day in days if _reminder_at(lease, day) <= at]
            later = [day for day in days if day not in reached]
            if reached:
                found += _reminders(lease, reached[-1], at)
            if later:
                again.append((lease.public_id, _reminder_at(lease, later[0])))
            elif lease.end_on is None or lease.end_on >= today:
                again.append((lease.public_id, at + LOOK_AGAIN_AFTER))
        write(found)
        schedule(REMINDERS_QUEUE, again)


def _reminder_at(lease: Lease, due_on: date) -> datetime:
    return _opens(lease, due_on - timedelta(days=settings.MAIL_REMINDER_DAYS))


def _opens(lease: Lease, day: date) -> datetime:
    """At nine where the home stands."""
    return datetime.combine(day, HOUR, tzinfo=ZoneInfo(lease.unit.property.timezone))


def _reminders(lease: Lease, due_on: date, at: datetime) -> Iterator[NewMessage]:
    parties = list(lease.parties.all())
    by_itself = set(Autopay.objects.filter(lease=lease, status=Autopay.Status.ACTIVE).values_list("party_id", flat=True))
    for party in parties:
        left = to_pay(lease, party, parties, due_on)
        if party.id in by_itself or not left.falling_minor:
            continue
        of_whom = {"lease": lease.public_id, "party": party.label, "currency": lease.currency}
        facts = {**of_whom, "due_date": due_on.isoformat(), "amount": left.falling_minor}
        for renter in lease.renters.all():
            if renter.party_id == party.id:
                yield NewMessage(f"due:{due_on}:{lease.public_id}", "rent_reminder", renter.user_id, lease.public_id, at, facts)


@dataclass(frozen=True, slots=True)
class Left:
    """What is open and no payment on its way is for, in minor units: of what falls due on a day, and of what did or does before it."""

    falling_minor: int
    earlier_minor: int


def to_pay(lease: Lease, party: Party, parties: Sequence[Party], due_on: date) -> Left:
    rows = payable_charges(lease, party, parties).rows
    falling = sum(row.free_minor for row in rows if row.charge.due_on == due_on)
    return Left(falling, sum(row.free_minor for row in rows if row.charge.due_on < due_on))


def write_statements(lease_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: on the first of a month, for each renter what the month before came to."""
    with unit_of_work():
        found: list[NewMessage] = []
        again: list[tuple[str, datetime]] = []
        for lease in with_people().filter(public_id__in=list(lease_ids)):
            today = local_today(lease, at)
            first = today.replace(day=1)
            if lease.end_on is not None and lease.end_on + AFTER_THE_END < today:
                continue
            if today.day <= LATE_DAYS and at >= _opens(lease, first) and lease.start_on < first and lease.created_at < _opens(lease, first):
                found += _statements(lease, (first - ON).replace(day=1), at)
            following = first if at < _opens(lease, first) else next_month_start(first)
            again.append((lease.public_id, _opens(lease, following)))
        write(found)
        schedule(STATEMENTS_QUEUE, again)


def _statements(lease: Lease, month: date, at: datetime) -> Iterator[NewMessage]:
    facts = {"lease": lease.public_id, "month": month.isoformat()}
    for renter in lease.renters.all():
        yield NewMessage(f"month:{month:%Y-%m}:{lease.public_id}", "statement", renter.user_id, lease.public_id, at, facts)
