"""The next run of an autopay, and the notices before it: rows and promises, for a set at a time."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max

from directpay.due.actions import done, schedule
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from leases.autopay.dates import Days, moment_of, next_notice
from leases.autopay.models import Autopay, AutopayRun
from leases.rent.queries import local_today

RUNS_QUEUE, NOTICES_QUEUE, ENDS_QUEUE = "autopay.runs", "autopay.notices", "autopay.ends"
LEASE_ENDED = "lease_ended"
A_DAY = timedelta(days=1)


def days_of(autopay: Autopay) -> Days:
    lease = autopay.lease
    return Days(lease.start_on, lease.end_on, lease.due_day, autopay.day_of_month)


def zone_of(autopay: Autopay) -> ZoneInfo:
    return ZoneInfo(autopay.lease.unit.property.timezone)


def plan_next(after: Mapping[Autopay, date], at: datetime) -> None:
    """Step: for each its first run later than that day, promised with its notices.

    Where the lease has no more days, nothing is planned: it may be renewed, and what the last run pays is tried again if it fails. When
    the lease is over it is looked at again.
    """
    planned: list[AutopayRun] = []
    last: list[Autopay] = []
    for autopay, day in after.items():
        run_on = days_of(autopay).after(day)
        if run_on is None:
            last.append(autopay)
            continue
        run_at = moment_of(run_on, zone_of(autopay))
        identity = public_id("run")
        planned.append(AutopayRun(public_id=identity, autopay=autopay, run_on=run_on, run_at=run_at, created_at=at, changed_at=at))
    AutopayRun.objects.bulk_create(planned)
    promise_runs(planned, at)
    schedule(ENDS_QUEUE, [(autopay.public_id, over_at(autopay, at)) for autopay in last])


def last_day(autopay: Autopay, at: datetime) -> date:
    """After which it may run: today, or the day of the last of its runs that is not planned, if that is later."""
    today = local_today(autopay.lease, at)
    gone = AutopayRun.objects.filter(autopay=autopay).exclude(status=AutopayRun.Status.PLANNED)
    return max(today, gone.aggregate(last=Max("run_on"))["last"] or today)


def over_at(autopay: Autopay, at: datetime) -> datetime:
    """When the lease is over, which has an end; at the earliest now."""
    end_on = autopay.lease.end_on
    return at if end_on is None else max(at, moment_of(end_on + A_DAY, zone_of(autopay)))


def promise_runs(runs: Sequence[AutopayRun], at: datetime) -> None:
    """Step: the runs on their day, and the next notice of each."""
    schedule(RUNS_QUEUE, [(run.public_id, run.run_at) for run in runs])
    promise_notices(runs, at)


def promise_notices(runs: Sequence[AutopayRun], at: datetime) -> None:
    notices = [(run.public_id, next_notice(run.run_on, zone_of(run.autopay), at)) for run in runs]
    schedule(NOTICES_QUEUE, [(key, notice[1]) for key, notice in notices if notice])
    done(NOTICES_QUEUE, [key for key, notice in notices if not notice])


def drop_promises(runs: Sequence[AutopayRun]) -> None:
    """Step: they will not run."""
    for queue in (RUNS_QUEUE, NOTICES_QUEUE):
        done(queue, [run.public_id for run in runs])


def stop(autopay: Autopay, status: str, reason: str, actor: Actor, at: datetime) -> None:
    """Pause or end it: who and why are kept. The row is saved by whoever calls."""
    autopay.status, autopay.reason, autopay.by = status, reason, actor.label
    autopay.version, autopay.changed_at = autopay.version + 1, at


STOP_COLUMNS = ("status", "reason", "by", "version", "changed_at")
