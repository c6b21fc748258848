"""A payment of a run failed: it is retried as its rail's rules allow, then tried once from the backup account, then autopay pauses.

A lease is never touched by it: what was owed is owed, and can be paid by hand at any time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import DirectPayError
from directpay.people.actor import SYSTEM
from leases.autopay.actions.locking import lock_runs, mandates_of
from leases.autopay.actions.planning import days_of, stop
from leases.autopay.actions.run import NOTHING_OWED, obstacle, pay_for, stand_in_turn
from leases.autopay.actions.stopping import MANDATE_REVOKED, end
from leases.autopay.amounts import position_of
from leases.autopay.events import autopay_fact, run_fact
from leases.autopay.expected import deferred_of
from leases.autopay.models import Autopay, AutopayAttempt, AutopayRun
from leases.rent.standing import Payer, StandingToPay, stand_to_pay_together
from payments.methods.mandates.models import Mandate
from payments.payins.models import Payment
from payments.rails.codes import explain
from payments.retries.actions import FAILED, describe, end_retries, keep_reattempt, lock_due, plan_retry
from payments.retries.models import Retry

FAILURES_QUEUE, RETRIES_QUEUE = "autopay.failures", "autopay.retries"
ALL_TRIED = "failed"
UNUSABLE = frozenset({"R02", "R03", "R04", "R16", "R20"})  # the account itself: no run may ask it again before its owner has looked


class _Now(NamedTuple):
    """What a step needs to know of this moment, with the locks held."""

    mandates: Mapping[int, Mandate]
    at: datetime


def look_at_failures(payment_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: of these payments, which have failed, those that were the last try of a run."""
    with unit_of_work():
        of = {a.run.public_id: a for a in AutopayAttempt.objects.select_related("run").filter(payment__public_id__in=list(payment_ids))}
        if not of:
            return
        runs = lock_runs(list(of), [AutopayRun.Status.PAYING])
        now = _Now(mandates_of([run.autopay for run in runs]), at)
        for run in runs:
            last = AutopayAttempt.objects.filter(run=run).select_related("payment").order_by("-number").first()
            if last is not None and last.payment.public_id in payment_ids and last.payment.status in FAILED:
                _failed(run, last, now)


def _failed(run: AutopayRun, attempt: AutopayAttempt, now: _Now) -> None:
    """Step: what comes after this failure."""
    code, autopay = attempt.payment.return_code, run.autopay
    taken_back = attempt.payment.failure_code == MANDATE_REVOKED  # before it left
    if taken_back or explain(code).voids_mandate:
        end_retries([run.public_id], MANDATE_REVOKED, at=now.at)
        _give_up(run, MANDATE_REVOKED if taken_back else code, now)
        if attempt.kind == AutopayAttempt.Kind.BACKUP:
            _pause(autopay, ALL_TRIED, now)
        elif not taken_back or attempt.payment.mandate_id == autopay.mandate_id:  # it may stand on another by now
            end(autopay, MANDATE_REVOKED, SYSTEM, now.at)
    elif autopay.status != Autopay.Status.ACTIVE:
        end_retries([run.public_id], autopay.status, at=now.at)
        _give_up(run, code, now)
    elif attempt.kind == AutopayAttempt.Kind.BACKUP:
        _give_up(run, code, now)
        _pause(autopay, ALL_TRIED, now)
    elif plan_retry(attempt.payment, origin=run.public_id, at=now.at).state == Retry.State.ENDED:
        _last_resort(run, code, now)


def _last_resort(run: AutopayRun, code: str, now: _Now) -> None:
    """Step: once from the backup account. Without one, or where the first account is of no more use, autopay waits for its owner."""
    if not _from_backup(run, now):
        _give_up(run, code, now)
        _pause(run.autopay, ALL_TRIED, now)
    elif code in UNUSABLE:
        _pause(run.autopay, explain(code).failure_code, now)


def _from_backup(run: AutopayRun, now: _Now) -> bool:
    autopay = run.autopay
    if autopay.backup_account is None or autopay.backup_mandate_id is None:
        return False
    if obstacle(autopay, autopay.backup_account, now.mandates[autopay.backup_mandate_id]):
        return False
    (stands,) = stand_to_pay_together([Payer(autopay.lease, autopay.user_id, autopay.rail)])
    amount = 0 if stands is None else _still_owed(run, stands)
    if stands is None or amount == 0:
        return False
    try:
        payment = pay_for(run, stands, autopay.backup_account, amount, now.at)
    except DirectPayError:
        return False
    _keep(run, payment, AutopayAttempt.Kind.BACKUP, "backup_tried", now)
    return True


def run_retries(run_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: the next try of each of these runs, for no more than the first and no more than is owed now."""
    with unit_of_work():
        runs = lock_runs(run_ids, [AutopayRun.Status.PAYING])
        due = lock_due([run.public_id for run in runs])
        runs = [run for run in runs if run.public_id in due]
        now = _Now(mandates_of([run.autopay for run in runs]), at)
        for run, stands in stand_in_turn(runs):
            kept_from = obstacle(run.autopay, run.autopay.bank_account, now.mandates[run.autopay.mandate_id])
            if kept_from or stands is None:
                end_retries([run.public_id], kept_from or NOTHING_OWED, at=at)
                _give_up(run, kept_from or NOTHING_OWED, now)
            else:
                _retry(run, due[run.public_id], stands, now)


def _retry(run: AutopayRun, retry: Retry, stands: StandingToPay, now: _Now) -> None:
    amount = min(retry.amount_minor, _still_owed(run, stands))
    if amount == 0:
        end_retries([run.public_id], NOTHING_OWED, at=now.at)
        _note(run, AutopayRun.Status.NOTHING, NOTHING_OWED, "nothing", now)
        return
    described = {"entry_description": text} if (text := describe(retry, amount)) else {}
    try:
        payment = pay_for(run, stands, run.autopay.bank_account, amount, now.at, retry_of=retry.first.public_id, **described)
    except DirectPayError as refusal:
        end_retries([run.public_id], refusal.code[:40], at=now.at)
        _give_up(run, refusal.code, now)
        _pause(run.autopay, refusal.code, now)
        return
    keep_reattempt(retry, payment, at=now.at)
    _keep(run, payment, AutopayAttempt.Kind.RETRY, "retried", now)


def _still_owed(run: AutopayRun, stands: StandingToPay) -> int:
    """Of what this run was to pay, whoever has paid of it meanwhile: never the month after."""
    first = run.amount_minor or 0
    until, deferred = days_of(run.autopay).pays_until(run.run_on), deferred_of([run])[0]
    return min(first, position_of(stands, until, deferred_minor=deferred).due_minor)


def _keep(run: AutopayRun, payment: Payment, kind: str, said: str, now: _Now) -> None:
    number = AutopayAttempt.objects.filter(run=run).count() + 1
    AutopayAttempt.objects.create(run=run, number=number, kind=kind, payment=payment)
    _note(run, AutopayRun.Status.PAYING, "", said, now, payment=payment.public_id, paying=payment.amount_minor)


def _give_up(run: AutopayRun, reason: str, now: _Now) -> None:
    _note(run, AutopayRun.Status.FAILED, reason, "failed", now)


def _pause(autopay: Autopay, reason: str, now: _Now) -> None:
    if autopay.status == Autopay.Status.ACTIVE:
        stop(autopay, Autopay.Status.PAUSED, reason[:40], SYSTEM, now.at)
        autopay.save()
        record([autopay_fact("paused", autopay, actor=SYSTEM.label, at=now.at)])


def _note(run: AutopayRun, status: str, reason: str, kind: str, now: _Now, **more: object) -> None:
    run.status, run.reason, run.version, run.changed_at = status, reason[:40], run.version + 1, now.at
    run.save()
    record([run_fact(kind, run, actor=SYSTEM.label, at=now.at, **more)])
