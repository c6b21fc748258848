"""Skipping one run, pausing, resuming, turning off: by who pays, by staff, or because a mandate is gone."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q

from directpay.due.actions import done, schedule
from directpay.events.actions import record
from directpay.events.unit import require_transaction, unit_of_work
from directpay.kernel.errors import Conflict
from directpay.people.actor import SYSTEM, Actor
from leases.autopay.actions.locking import lock_autopay
from leases.autopay.actions.planning import A_DAY, ENDS_QUEUE, LEASE_ENDED, days_of, drop_promises, last_day, over_at, plan_next, stop
from leases.autopay.actions.turn_on import check_not_ended
from leases.autopay.events import autopay_fact, run_fact
from leases.autopay.models import Autopay, AutopayAttempt, AutopayRun
from leases.contracts.actions import lock_lease_rows
from payments.payins.models import Status
from payments.retries.actions import end_retries

MANDATE_REVOKED = "mandate_revoked"
REQUESTED = "requested"  # by whoever did it, who gave no reason of their own
REASON_LENGTH = 40
MANDATES_QUEUE = "autopay.mandates"


class NoSuchRun(Conflict):
    """No run is planned for that day; `date` names the next one."""

    code = "autopay_run_not_planned"


def skip_run(autopay: Autopay, on: date, *, actor: Actor, at: datetime) -> AutopayRun:
    """The run of that day pays nothing; the one after it is planned. Twice is the same as once. Raises NoSuchRun, AutopayEnded."""
    with unit_of_work():
        row = lock_autopay(autopay)
        run = AutopayRun.objects.select_for_update().filter(autopay=row, run_on=on).first()
        if run is not None and run.status == AutopayRun.Status.SKIPPED:
            return run
        check_not_ended(row)
        if run is None or run.status != AutopayRun.Status.PLANNED:
            planned = AutopayRun.objects.filter(autopay=row, status=AutopayRun.Status.PLANNED).values_list("run_on", flat=True).first()
            raise NoSuchRun("On that day nothing is planned.", param="date", date=planned.isoformat() if planned else None)
        run.autopay = row
        run.status, run.reason = AutopayRun.Status.SKIPPED, REQUESTED
        run.version, run.changed_at = run.version + 1, at
        run.save()
        drop_promises([run])
        plan_next({row: on}, at)
        record([run_fact("skipped", run, actor=actor.label, at=at)])
        return run


def pause_autopay(autopay: Autopay, *, reason: str = REQUESTED, actor: Actor, at: datetime) -> Autopay:
    """Runs go by until it is resumed. Paused twice is paused once, with the first reason. Raises AutopayEnded."""
    with unit_of_work():
        row = lock_autopay(autopay)
        check_not_ended(row)
        if row.status == Autopay.Status.ACTIVE:
            stop(row, Autopay.Status.PAUSED, reason[:REASON_LENGTH], actor, at)
            row.save()
            record([autopay_fact("paused", row, actor=actor.label, at=at)])
        return row


def resume_autopay(autopay: Autopay, *, actor: Actor, at: datetime) -> Autopay:
    """From the next run on. Raises AutopayEnded."""
    with unit_of_work():
        row = lock_autopay(autopay)
        check_not_ended(row)
        if row.status == Autopay.Status.PAUSED:
            stop(row, Autopay.Status.ACTIVE, "", actor, at)
            row.save()
            record([autopay_fact("resumed", row, actor=actor.label, at=at)])
        return row


def turn_off(autopay: Autopay, *, reason: str = REQUESTED, actor: Actor, at: datetime) -> Autopay:
    """For good. What is on its way stays so, nothing is tried again. Twice is the same as once."""
    with unit_of_work():
        row = lock_autopay(autopay)
        end(row, reason[:REASON_LENGTH], actor, at)
        return row


def end(autopay: Autopay, reason: str, actor: Actor, at: datetime) -> None:
    """Step, with it locked: no run comes any more."""
    require_transaction()
    if autopay.status == Autopay.Status.CANCELED:
        return
    stop(autopay, Autopay.Status.CANCELED, reason, actor, at)
    autopay.save()
    runs = list(AutopayRun.objects.select_for_update().filter(autopay=autopay, status=AutopayRun.Status.PLANNED))
    for run in runs:
        run.autopay = autopay
        run.status, run.reason, run.version, run.changed_at = AutopayRun.Status.MISSED, reason, run.version + 1, at
        run.save()
    drop_promises(runs)
    end_retries(_open_runs(autopay), reason, at=at)
    record([autopay_fact("canceled", autopay, actor=actor.label, at=at)])


def look_at_ends(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: of these, those without a day to come. Where the lease goes on after all, the next is planned; where it is
    over, autopay ends, once nothing of its last run is tried any more."""
    with unit_of_work():
        autopays = list(Autopay.objects.filter(public_id__in=list(public_ids)).order_by("lease_id", "id"))
        lock_lease_rows({autopay.lease_id for autopay in autopays})
        again = [(autopay.public_id, when) for autopay in autopays if (when := _look_at_end(lock_autopay(autopay), at))]
        schedule(ENDS_QUEUE, again)
        done(ENDS_QUEUE, sorted(set(public_ids) - {key for key, _ in again}))


def _look_at_end(autopay: Autopay, at: datetime) -> datetime | None:
    """Step: when to look again, if at all."""
    planned = AutopayRun.objects.filter(autopay=autopay, status=AutopayRun.Status.PLANNED)
    if autopay.status == Autopay.Status.CANCELED or planned.exists():
        return None
    day = last_day(autopay, at)
    if days_of(autopay).after(day) is not None:
        plan_next({autopay: day}, at)
        return None
    over = over_at(autopay, at)
    if over > at:
        return over
    if _goes_on(autopay):
        return at + A_DAY
    end(autopay, LEASE_ENDED, SYSTEM, at)
    return None


def _open_runs(autopay: Autopay) -> list[str]:
    return list(AutopayRun.objects.filter(autopay=autopay, status=AutopayRun.Status.PAYING).values_list("public_id", flat=True))


def _goes_on(autopay: Autopay) -> bool:
    """Whether what one of its runs paid last has not settled, or has failed and is tried again."""
    attempts = AutopayAttempt.objects.filter(run__autopay=autopay, run__status=AutopayRun.Status.PAYING)
    last = attempts.order_by("run_id", "-number").distinct("run_id").values_list("payment__status", flat=True)
    return bool(set(last) - {Status.SETTLED, Status.CANCELED})


def follow_mandates(mandate_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: what rested on these revoked mandates ends; where one was for the backup, there is none any more."""
    with unit_of_work():
        resting = Q(mandate__public_id__in=list(mandate_ids)) | Q(backup_mandate__public_id__in=list(mandate_ids))
        found = Autopay.objects.filter(resting).exclude(status=Autopay.Status.CANCELED).order_by("lease_id", "id")
        autopays = list(found)
        lock_lease_rows({autopay.lease_id for autopay in autopays})
        for autopay in autopays:
            row = lock_autopay(autopay)
            if row.mandate.revoked_at:
                end(row, MANDATE_REVOKED, SYSTEM, at)
            elif row.backup_mandate and row.backup_mandate.revoked_at:
                row.backup_account = row.backup_mandate = None
                row.version, row.changed_at = row.version + 1, at
                row.save()
                record([autopay_fact("updated", row, actor=SYSTEM.label, at=at)])
