"""Promising a retry, telling whoever asked that its time has come, and keeping what was tried: steps of the rooms above."""

from collections.abc import Sequence
from datetime import datetime

from directpay.database.rows import update_rows
from directpay.due.actions import done, schedule
from directpay.events.actions import NewEvent, record
from directpay.events.unit import require_transaction, unit_of_work
from directpay.kernel.ids import public_id
from directpay.people.actor import SYSTEM
from payments.payins.models import Payment, Status
from payments.retries.models import Reattempt, Retry
from payments.retries.policy import FAMILIES, RETRY_DESCRIPTION, Failure, failures_after, judge

RETRY_QUEUE = "retries.due"
FAILED = (Status.FAILED, Status.RETURNED)


def plan_retry(payment: Payment, *, origin: str, at: datetime, authorised_anew: bool = False) -> Retry:
    """Step, under a lock of `origin`'s own: this payment of it failed; promise the next try, or say why there is none.

    The same failure told twice changes nothing. `payment` is one that failed or was returned.
    """
    require_transaction()
    if payment.status not in FAILED:
        raise ValueError(f"{payment.public_id} is {payment.status}: nothing to retry")
    retry = Retry.objects.select_for_update(of=("self",)).select_related("first", "latest").filter(origin=origin).first()
    if retry is None:
        retry = _first_failure(payment, origin, at)
    elif retry.state != Retry.State.TRYING or retry.latest_id != payment.id:
        return retry
    else:
        retry.version += 1
        retry.failures = failures_after(retry.family, retry.failures, succeeded=payment.completed_at is not None)
    failure = Failure(
        family=retry.family,
        failures=retry.failures,
        code=payment.return_code,
        failed_at=payment.returned_at or payment.answered_at or at,
        first_at=retry.first.created_at,
        authorised_anew=authorised_anew,
    )
    verdict = judge(failure)
    retry.next_at, retry.reason, retry.changed_at = verdict.next_at, verdict.reason, at
    retry.state = Retry.State.WAITING if verdict.next_at else Retry.State.ENDED
    retry.save()
    if verdict.next_at:
        schedule(RETRY_QUEUE, [(retry.public_id, verdict.next_at)])
    record([_fact("scheduled" if verdict.next_at else "ended", retry, at)])
    return retry


def _first_failure(payment: Payment, origin: str, at: datetime) -> Retry:
    return Retry(
        public_id=public_id("rty"),
        origin=origin,
        family=FAMILIES.get(payment.rail, payment.rail),
        first=payment,
        latest=payment,
        amount_minor=payment.amount_minor,
        created_at=at,
    )


def tell_due(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: their time has come. Whoever asked hears `retry.due`, and tries."""
    with unit_of_work():
        rows = Retry.objects.filter(public_id__in=list(public_ids), state=Retry.State.WAITING, next_at__lte=at)
        waiting = list(rows.select_related("first", "latest").order_by("id").select_for_update(of=("self",)))
        for retry in waiting:
            retry.state, retry.version, retry.changed_at = Retry.State.DUE, retry.version + 1, at
        update_rows(Retry, waiting, ["state", "version", "changed_at"])
        record([_fact("due", retry, at) for retry in waiting])


def lock_due(origins: Sequence[str]) -> dict[str, Retry]:
    """Step: those that are to be tried now, by origin."""
    require_transaction()
    rows = Retry.objects.filter(origin__in=list(origins), state=Retry.State.DUE).select_related("first", "latest")
    return {retry.origin: retry for retry in rows.order_by("id").select_for_update(of=("self",))}


def describe(retry: Retry, amount_minor: int) -> str:
    """The company entry description of a retry in this amount. Another amount is no re-initiation by Nacha's rules."""
    return RETRY_DESCRIPTION if amount_minor == retry.amount_minor else ""


def keep_reattempt(retry: Retry, payment: Payment, *, at: datetime) -> None:
    """Step: this payment was made as its next try. It counts, whatever its amount."""
    require_transaction()
    retry.count, retry.latest, retry.next_at = retry.count + 1, payment, None
    retry.state, retry.version, retry.changed_at = Retry.State.TRYING, retry.version + 1, at
    retry.save(update_fields=["count", "latest", "next_at", "state", "version", "changed_at"])
    Reattempt.objects.create(retry=retry, payment=payment, number=retry.count, description=describe(retry, payment.amount_minor))
    record([_fact("tried", retry, at)])


def end_retries(origins: Sequence[str], reason: str, *, at: datetime) -> None:
    """Step: no more tries, for a reason of whoever asked. What has ended stays as it ended."""
    require_transaction()
    rows = Retry.objects.filter(origin__in=list(origins), state__in=[Retry.State.WAITING, Retry.State.DUE])
    open_ = list(rows.select_related("first", "latest").order_by("id").select_for_update(of=("self",)))
    for retry in open_:
        retry.state, retry.reason, retry.next_at = Retry.State.ENDED, reason, None
        retry.version, retry.changed_at = retry.version + 1, at
    update_rows(Retry, open_, ["state", "reason", "next_at", "version", "changed_at"])
    done(RETRY_QUEUE, [retry.public_id for retry in open_])
    record([_fact("ended", retry, at) for retry in open_])


def _fact(kind: str, retry: Retry, at: datetime) -> NewEvent:
    data = {
        "id": retry.public_id,
        "origin": retry.origin,
        "first": retry.first.public_id,
        "latest": retry.latest.public_id,
        "amount": retry.amount_minor,
        "currency": retry.first.currency,
        "count": retry.count,
        "state": str(retry.state),
        "next_at": retry.next_at.isoformat() if retry.next_at else None,
        "reason": retry.reason or None,
    }
    return NewEvent(f"retry.{kind}", retry.public_id, retry.version, SYSTEM.label, at, data, [])
