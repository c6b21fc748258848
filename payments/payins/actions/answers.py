"""What the rail said becomes state, money and promises, in one transaction for the set."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from directpay.database.rows import update_rows
from directpay.due.actions import done, schedule
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from payments.payins.actions.change import change, lock_payments
from payments.payins.actions.complete import complete
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.models import Payment, Status
from payments.payins.moving import Moving
from payments.rails.base import Answer
from payments.rails.codes import explain

ASK_AGAIN_AFTER, ASK_AGAIN_AT_MOST = timedelta(seconds=5), timedelta(hours=1)  # while the rail is silent
OPEN = (Status.PROCESSING, Status.UNKNOWN)


def record_answers(answers: Mapping[str, Answer | None], *, at: datetime) -> None:
    """Payment → the rail's answer, or None for its silence. Late or repeated answers change nothing."""
    with unit_of_work():
        payments = [p for p in lock_payments(list(answers)) if p.status in OPEN]
        by_state: dict[str, list[Moving]] = {"processing": [], "completed": [], "failed": [], "returned": [], "unknown": []}
        for payment in payments:
            by_state[_heard(payment, answers[payment.public_id])].append(payment)
        heard = {key: answer for key, answer in answers.items() if answer is not None}
        _keep_waiting(by_state["processing"], heard, at)
        _lose(by_state["unknown"], heard, at)
        _fail(by_state["failed"] + by_state["returned"], heard, at)  # taken back before we called it cleared: it never was
        complete(by_state["completed"], heard, at)
        still = by_state["processing"] + by_state["unknown"]
        kept = {payment.public_id for payment in still}
        done(RAIL_QUEUE, [key for key in answers if key not in kept])


def _heard(payment: Moving, answer: Answer | None) -> str:
    """Where the rail was not asked, the payment stays as it is."""
    if answer is not None and answer.state == "waiting":
        return "unknown" if payment.status == Status.UNKNOWN else "processing"
    return "unknown" if answer is None else answer.state


def _keep_waiting(payments: Sequence[Moving], answers: Mapping[str, Answer], at: datetime) -> None:
    """The rail has it. A first answer is noted; a payment that was unknown is found again."""
    found = [p for p in payments if p.status == Status.UNKNOWN]
    first = [p for p in payments if not p.rail_reference and p.status != Status.UNKNOWN and answers[p.public_id].reference]
    for payment in found + first:
        payment.answered_at = at
        payment.rail_reference = answers[payment.public_id].reference
    change(found, "find_again", "found", actor=SYSTEM.label, at=at, columns=["answered_at", "rail_reference"])
    update_rows(Payment, first, ("answered_at", "rail_reference"))
    later = ((p.public_id, answers[p.public_id].ask_again_at) for p in payments)
    schedule(RAIL_QUEUE, [(key, when if when and when > at else at + ASK_AGAIN_AFTER) for key, when in later])


def _lose(payments: Sequence[Moving], answers: Mapping[str, Answer], at: datetime) -> None:
    """Asked again when its rail says, where it has a time of its own."""
    change([p for p in payments if p.status == Status.PROCESSING], "lose_answer", "unknown", actor=SYSTEM.label, at=at)
    own = {key: answer.ask_again_at for key, answer in answers.items()}
    schedule(RAIL_QUEUE, [(p.public_id, own.get(p.public_id) or at + patience(p, at)) for p in payments])


def patience(payment: Moving, at: datetime) -> timedelta:
    """How long to wait before asking a silent rail again: a tenth of the time it has been silent, five seconds to an hour."""
    silent_for = at - (payment.placed_at or payment.created_at)
    return min(max(silent_for / 10, ASK_AGAIN_AFTER), ASK_AGAIN_AT_MOST)


def _fail(payments: Sequence[Moving], answers: Mapping[str, Answer], at: datetime) -> None:
    for payment in payments:
        answer = answers[payment.public_id]
        reason = explain(answer.code)
        payment.answered_at, payment.rail_reference = at, answer.reference
        payment.return_code, payment.failure_code, payment.failure_message = answer.code, reason.failure_code, reason.sentence
    columns = ["answered_at", "rail_reference", "return_code", "failure_code", "failure_message"]
    change(payments, "fail", "failed", actor=SYSTEM.label, at=at, columns=columns)
