"""What the rail said becomes state, money and promises, in one transaction for the set."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from directpay.database.rows import update_rows
from directpay.due.actions import done, schedule
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from payments.payins.actions.capture import CAPTURE_QUEUE, CAPTURE_WITHIN, VOID_QUEUE, taken_elsewhere
from payments.payins.actions.change import change, lock_payments
from payments.payins.actions.complete import complete
from payments.payins.actions.holds import place_holds, post_holds, release_holds
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.models import Payment, Status
from payments.payins.moving import Moving
from payments.rails.base import Answer, NeedsAPerson
from payments.rails.codes import explain, return_code
from payments.rails.timetable import SOONEST, patience

ASK_BEFORE_IT_ENDS = timedelta(hours=1)  # what is promised: what was done to it elsewhere may not have been told
OPEN = (Status.PROCESSING, Status.UNKNOWN, Status.REQUIRES_ACTION, Status.AUTHORIZED)
ASKED_AGAIN = ("processing", "unknown", "requires_action", "authorized", "still authorized")
ENDS_AN_ACTION = ("failed", "returned", "canceled")  # from there without a word of the rail's own
Heard = Mapping[str, Answer]


def record_answers(answers: Mapping[str, Answer | None], *, at: datetime) -> None:
    """Payment → the rail's answer, or None for its silence. Late or repeated answers change nothing."""
    with unit_of_work():
        payments = [p for p in lock_payments(list(answers)) if p.status in OPEN]
        heard = {key: answer for key, answer in answers.items() if answer is not None}
        said: dict[str, list[Moving]] = defaultdict(list)
        for payment in payments:
            said[_said(payment, heard.get(payment.public_id))].append(payment)
        _go_on(said, at)
        _keep_waiting(said["processing"], heard, at)
        _lose(said["unknown"], heard, at)
        _ask_payer(said["requires_action"], heard, at)
        _stand(said["still authorized"], heard, at)
        _take_up(said["completed"], heard, at)
        _check_amounts(said["completed"], heard)
        complete(said["completed"], heard, at)  # first: it locks its accounts together in their order, and holds theirs one by one
        post_holds(said["completed"], at=at)
        _authorize(said["authorized"], heard, at)
        _let_go(said["canceled"], heard, at)
        _fail(said["failed"] + said["returned"], heard, at)  # taken back before we called it cleared: it never was
        kept = {p.public_id for state in ASKED_AGAIN for p in said[state]}
        done(RAIL_QUEUE, [key for key in answers if key not in kept])


def _said(payment: Moving, answer: Answer | None) -> str:
    """What is meant: silence leaves an action where it is, and what the rail was not asked about stays as it is altogether."""
    state = "unknown" if answer is None else answer.state
    if payment.status == Status.AUTHORIZED:
        return {"completed": "completed", **dict.fromkeys(ENDS_AN_ACTION, "canceled")}.get(state, "still authorized")
    if state in ("unknown", "waiting") and payment.status == Status.REQUIRES_ACTION:
        return "requires_action"
    if state == "waiting":
        return "unknown" if payment.status == Status.UNKNOWN else "processing"
    if state == "authorized" and payment.captured_at is not None:  # one that is being captured is none any more
        return "processing"
    return state


def _take_up(payments: Sequence[Moving], heard: Heard, at: datetime) -> None:
    """What was only promised here, and is taken there: somebody captured it at the processor's desk."""
    for payment in payments:
        if payment.status == Status.AUTHORIZED:
            taken_elsewhere(payment, heard[payment.public_id].amount_minor, at=at)


def _check_amounts(payments: Sequence[Moving], heard: Heard) -> None:
    """What the rail took is what was asked of it: nothing is posted of money that nobody counts the same. Raises NeedsAPerson."""
    for payment in payments:
        took = heard[payment.public_id].amount_minor
        if took is not None and took != payment.charged_minor:
            raise NeedsAPerson(f"{payment.public_id}: the rail took {took}, and was asked for {payment.charged_minor}")


def _go_on(said: Mapping[str, Sequence[Moving]], at: datetime) -> None:
    """What the rail knows more of than we do is first where such an answer comes from: taken up, or found again."""
    acted = [p for state, some in said.items() if state not in (*ENDS_AN_ACTION, "requires_action") for p in some]
    change([p for p in acted if p.status == Status.REQUIRES_ACTION], "submit", "processing", actor=SYSTEM.label, at=at)
    lost = [p for state in ("requires_action", "canceled") for p in said.get(state, ()) if p.status == Status.UNKNOWN]
    change(lost, "find_again", "found", actor=SYSTEM.label, at=at)


def _keep_waiting(payments: Sequence[Moving], answers: Heard, at: datetime) -> None:
    """The rail has it. A first answer is noted; a payment that was unknown is found again."""
    found = [p for p in payments if p.status == Status.UNKNOWN]
    first = [p for p in payments if not p.rail_reference and p.status != Status.UNKNOWN and answers[p.public_id].reference]
    _note(found + first, answers, at)
    change(found, "find_again", "found", actor=SYSTEM.label, at=at, columns=["answered_at", "rail_reference"])
    update_rows(Payment, first, ("answered_at", "rail_reference"))
    _ask_again(payments, answers, at)


def _note(payments: Sequence[Moving], answers: Heard, at: datetime) -> None:
    for payment in payments:
        payment.answered_at, payment.rail_reference = at, answers[payment.public_id].reference


def _ask_again(payments: Sequence[Moving], answers: Heard, at: datetime) -> None:
    """What is to be captured and is promised still was not taken: when the promise ends is no time to try again."""
    known = {key: answer.ask_again_at for key, answer in answers.items() if answer.state != "authorized"}
    waits_longer = [p for p in payments if p.status == Status.REQUIRES_ACTION or p.public_id not in known]  # people take their time
    slow = {p.public_id: _patience(p, at) for p in waits_longer}
    later = ((p.public_id, known.get(p.public_id)) for p in payments)
    schedule(RAIL_QUEUE, [(key, when if when and when > at else at + slow.get(key, SOONEST)) for key, when in later])


def _lose(payments: Sequence[Moving], answers: Heard, at: datetime) -> None:
    """Asked again when its rail says, where it has a time of its own."""
    change([p for p in payments if p.status == Status.PROCESSING], "lose_answer", "unknown", actor=SYSTEM.label, at=at)
    own = {key: answer.ask_again_at for key, answer in answers.items()}
    schedule(RAIL_QUEUE, [(p.public_id, own.get(p.public_id) or at + _patience(p, at)) for p in payments])


def _patience(payment: Moving, at: datetime) -> timedelta:
    return patience(payment.placed_at or payment.created_at, at)


def _ask_payer(payments: Sequence[Moving], answers: Heard, at: datetime) -> None:
    """Its payer must do something first; the rail is asked again when that has taken too long."""
    fresh = [p for p in payments if p.status == Status.PROCESSING]
    _note(fresh, answers, at)
    for payment in fresh:
        payment.action_url = answers[payment.public_id].action_url
    columns = ["answered_at", "rail_reference", "action_url"]
    change(fresh, "require_action", "requires_action", actor=SYSTEM.label, at=at, columns=columns)
    _ask_again(payments, answers, at)


def _authorize(payments: Sequence[Moving], answers: Heard, at: datetime) -> None:
    """D2: promised, for so long; nothing is posted."""
    _note(payments, answers, at)
    for payment in payments:
        payment.authorized_minor, payment.authorized_at = payment.amount_minor, at
        payment.capture_before = answers[payment.public_id].at + CAPTURE_WITHIN
    columns = ["answered_at", "rail_reference", "authorized_minor", "authorized_at", "capture_before"]
    change(payments, "authorize", "authorized", actor=SYSTEM.label, at=at, columns=columns)
    place_holds(payments, at=at)
    schedule(CAPTURE_QUEUE, [(p.public_id, p.capture_before) for p in payments if p.capture_before is not None])
    schedule(RAIL_QUEUE, [(p.public_id, p.capture_before - ASK_BEFORE_IT_ENDS) for p in payments if p.capture_before is not None])


def _stand(payments: Sequence[Moving], answers: Heard, at: datetime) -> None:
    """Still promised, as far as the rail says: asked again while it is silent, and once more before the promise ends."""
    promised = {key for key, answer in answers.items() if answer.state == "authorized"}
    times = {p.public_id: at + _patience(p, at) for p in payments if p.public_id not in promised}
    for p in payments:
        if p.public_id in promised and p.capture_before is not None:
            last = p.capture_before - ASK_BEFORE_IT_ENDS
            times[p.public_id] = last if last > at else p.capture_before  # by then it has ended, and there is nothing to ask
    schedule(RAIL_QUEUE, times.items())


def _let_go(payments: Sequence[Moving], answers: Heard, at: datetime) -> None:
    """D6: the promise has ended at the rail."""
    _note(payments, answers, at)
    release_holds(payments, at=at)
    change(payments, "cancel", "canceled", actor=SYSTEM.label, at=at, columns=["answered_at", "rail_reference"])


def _fail(payments: Sequence[Moving], answers: Heard, at: datetime) -> None:
    """`return_code` is a bank's; what an issuer or a wallet says is a code of its own, with a reason behind a slash."""
    _note(payments, answers, at)
    for payment in payments:
        code = answers[payment.public_id].code
        reason = explain(code)
        payment.failure_code, payment.failure_message = reason.failure_code, reason.sentence
        if payment.bank_account is not None:
            payment.return_code = return_code(code)
        else:
            payment.decline_code = code.partition("/")[2][:40]
    columns = ["answered_at", "rail_reference", "return_code", "failure_code", "failure_message", "decline_code"]
    release_holds(payments, at=at)
    change(payments, "fail", "failed", actor=SYSTEM.label, at=at, columns=columns)
    # what was promised, and could not be taken, still stands at whoever promised it
    schedule(VOID_QUEUE, [(p.public_id, at) for p in payments if p.captured_at is not None])
