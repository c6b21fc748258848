"""Saying beforehand what will be paid, and when: seven days ahead, and two."""

from collections.abc import Sequence
from datetime import datetime

from directpay.database.rows import update_rows
from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from leases.autopay.actions.locking import OF_NOTICE, lock_runs
from leases.autopay.actions.planning import promise_notices
from leases.autopay.events import run_fact
from leases.autopay.expected import expected_minor
from leases.autopay.models import Autopay, AutopayRun
from leases.rent.queries import local_today


def tell_ahead(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: `autopay.notice` for each run that is planned, with its exact date and what it will pay as the books stand."""
    with unit_of_work():
        runs = [run for run in lock_runs(public_ids, [AutopayRun.Status.PLANNED], OF_NOTICE) if run.run_at > at]
        told = [run for run in runs if run.autopay.status == Autopay.Status.ACTIVE]
        facts = []
        for run, amount in zip(told, expected_minor(told), strict=True):
            run.told_days, run.told_minor = (run.run_on - local_today(run.autopay.lease, at)).days, amount
            run.version, run.changed_at = run.version + 1, at
            facts.append(run_fact("notice", run, actor=SYSTEM.label, at=at, days_ahead=run.told_days, expected=run.told_minor))
        update_rows(AutopayRun, told, ["told_days", "told_minor", "version", "changed_at"])
        promise_notices(runs, at)
        record(facts)
