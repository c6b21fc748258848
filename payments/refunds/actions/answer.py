"""What the rail said of a refund becomes state and money, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from directpay.due.actions import done, schedule
from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from ledger.allocation.actions import allocate
from ledger.journal.actions import post_many
from payments.chart.drafts import Draft, postings_of
from payments.payins.models import Payment, Status
from payments.payins.postings import paid_of
from payments.rails.base import Answer
from payments.rails.codes import explain, return_code
from payments.rails.timetable import LATEST, bank_day_of, patience
from payments.refunds.actions.create import REFUND_QUEUE, count
from payments.refunds.events import fact
from payments.refunds.models import Refund
from payments.refunds.postings import refund_completed, refund_failed, refund_returned
from payments.refunds.queries import with_related

S = Refund.Status
AT_THE_RAIL = (S.SUBMITTED, S.UNKNOWN)
NOT_THERE = ("failed", "returned", "canceled")
REASON = ("return_code", "failure_code", "failure_message")
ANSWER = ("answered_at", "rail_reference")


def lock_refunds(public_ids: Sequence[str]) -> list[Refund]:
    """Step: their payments locked, then their own rows, each in order of id (before accounts)."""
    named = Refund.objects.filter(public_id__in=list(public_ids))
    list(Payment.objects.filter(id__in=named.values("payment_id")).order_by("id").select_for_update(no_key=True).values_list("id"))
    rows = with_related().filter(public_id__in=list(public_ids)).order_by("id")
    return list(rows.select_for_update(of=("self",), no_key=True))


def change(refund: Refund, verb: str, kind: str, *, actor: str, at: datetime, columns: Sequence[str] = ()) -> None:
    """Step: along the edge `verb` (raises TransitionNotAllowed), with its event ``refund.<kind>``."""
    was = str(refund.status)
    getattr(refund, verb)()
    note(refund, kind, was=was, actor=actor, at=at, columns=("status", *columns))


def note(refund: Refund, kind: str, *, was: str, actor: str, at: datetime, columns: Sequence[str]) -> None:
    """Step: a version of its own, with its event."""
    refund.version += 1
    refund.changed_at = at
    refund.save(update_fields=["version", "changed_at", *columns])
    record([fact(kind, refund, was=was, actor=actor, at=at)])


def record_refund_answers(answers: Mapping[str, Answer | None], *, at: datetime) -> None:
    """Refund → the rail's answer, or None for its silence. Late or repeated answers change nothing."""
    if not answers:
        return
    with unit_of_work():
        again: dict[str, datetime] = {}
        for refund in lock_refunds(list(answers)):
            when = _take(refund, answers[refund.public_id], at)
            if when:
                again[refund.public_id] = max(when, at + timedelta(seconds=1))
        schedule(REFUND_QUEUE, list(again.items()))
        done(REFUND_QUEUE, [key for key in answers if key not in again])


def _take(refund: Refund, answer: Answer | None, at: datetime) -> datetime | None:
    """Step: one refund and what was said of it. Returns when to ask again, if at all."""
    if answer is None or answer.state in ("unknown", "waiting"):
        return _hear_nothing(refund, answer, at)
    if refund.status in AT_THE_RAIL:
        refund.answered_at, refund.rail_reference = at, answer.reference or refund.rail_reference
        if answer.state == "processing":
            _keep_waiting(refund, at)
            return answer.ask_again_at or at + LATEST
        if answer.state in ("failed", "canceled"):
            _fail(refund, answer, at)
            return None
        _confirm(refund, answer, at)
    if refund.status == S.SUCCEEDED and answer.state in NOT_THERE:
        _send_back(refund, answer, at)
    return answer.ask_again_at if refund.status == S.SUCCEEDED else None


def _hear_nothing(refund: Refund, answer: Answer | None, at: datetime) -> datetime | None:
    """Silence is no failure. One of which the rail was not asked stays as it is."""
    if refund.status not in (*AT_THE_RAIL, S.SUCCEEDED):
        return None
    asked = answer is None or answer.state == "unknown"
    if refund.status == S.SUBMITTED and asked:
        change(refund, "lose_answer", "unknown", actor=SYSTEM.label, at=at)
    return (answer.ask_again_at if answer else None) or at + patience(refund.placed_at or refund.created_at, at)


def _keep_waiting(refund: Refund, at: datetime) -> None:
    """The rail has it: one that was unknown is found again."""
    if refund.status == S.UNKNOWN:
        change(refund, "find_again", "found", actor=SYSTEM.label, at=at, columns=ANSWER)
    else:
        refund.save(update_fields=list(ANSWER))


def _confirm(refund: Refund, answer: Answer, at: datetime) -> None:
    """G6, E10. What the rail calls returned had arrived before."""
    refund.completed_on = answer.effective_on
    _post(
        refund_completed.draft(
            refund=refund.public_id,
            rail=refund.payment.rail,
            over=refund.rail,
            currency=refund.currency,
            amount_minor=refund.sent_minor,
            on=answer.effective_on,
            at=at,
        ),
        at,
    )
    change(refund, "confirm", "succeeded", actor=SYSTEM.label, at=at, columns=(*ANSWER, "completed_on"))


def _fail(refund: Refund, answer: Answer, at: datetime) -> None:
    """G7, E15: the payee has it again, and it counts as paid again."""
    _explain(refund, answer)
    undo(refund, at)
    change(refund, "fail", "failed", actor=SYSTEM.label, at=at, columns=(*ANSWER, *REASON))


def undo(refund: Refund, at: datetime) -> None:
    """Step: the opposite of its submission, into where the payment's money is by now. Of a payment that was taken back meanwhile our fee
    is given up as a whole: none of it comes back."""
    payment = refund.payment
    pending, returned = payment.status == Status.COMPLETED, payment.status == Status.RETURNED
    _post(
        refund_failed.draft(
            paid_of(payment),
            refund=refund.public_id,
            amount_minor=refund.amount_minor,
            settled=not pending,
            on=bank_day_of(at),
            at=at,
            clawed_fee_minor=0 if returned else refund.clawed_minor,
            payer_fee_minor=refund.payer_fee_minor,
        ),
        at,
    )
    count(refund, -1, pending=pending)
    _allocate(refund, at)


def _send_back(refund: Refund, answer: Answer, at: datetime) -> None:
    """E13: a new fact on its own date."""
    _explain(refund, answer)
    _post(
        refund_returned.draft(
            paid_of(refund.payment),
            refund=refund.public_id,
            over=refund.rail,
            amount_minor=refund.amount_minor,
            payer_fee_minor=refund.payer_fee_minor,
            on=answer.effective_on,
            at=at,
        ),
        at,
    )
    count(refund, -1, pending=False, fee=False)
    _allocate(refund, at)
    change(refund, "send_back", "returned", actor=SYSTEM.label, at=at, columns=REASON)


def _explain(refund: Refund, answer: Answer) -> None:
    reason = explain(answer.code or "merchant_request")
    refund.return_code, refund.failure_code, refund.failure_message = return_code(answer.code), reason.failure_code, reason.sentence


def _post(draft: Draft, at: datetime) -> None:
    post_many(postings_of([draft]), at=at)


def _allocate(refund: Refund, at: datetime) -> None:
    """A credit that is back pays what is owed by then, or stands ahead."""
    if refund.payment.applies_to.payable_limit == "balance":
        allocate([refund.payment.applies_to_id], at=at)
