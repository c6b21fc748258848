"""What the rail said of a payout becomes state and money, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from directpay.due.actions import done, schedule
from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from ledger.journal.actions import post_many, resolve_hold
from ledger.journal.models import Hold
from payments.chart.drafts import postings_of
from payments.payins.models import Payment
from payments.payouts.actions.create import PAYOUT_QUEUE, hold_reference
from payments.payouts.events import fact
from payments.payouts.models import Payout
from payments.payouts.purposes import WAYS, Build
from payments.rails.base import Answer
from payments.rails.codes import explain, return_code
from payments.rails.timetable import LATEST, bank_day_of, patience

S = Payout.Status
AT_THE_RAIL = (S.IN_TRANSIT, S.UNKNOWN)
ARRIVED = ("completed", "returned")  # what the rail calls returned had arrived before
REASON = ("return_code", "failure_code", "failure_message")
ANSWER = ("answered_at", "rail_reference")


def lock_payouts(public_ids: Sequence[str]) -> list[Payout]:
    """Step: the payments of which they give a part back, then their own rows, each locked in order of id (before accounts)."""
    given_back = Payout.objects.filter(public_id__in=list(public_ids), purpose=Payout.Purpose.OVERPAYMENT)
    paid = Payment.objects.filter(public_id__in=given_back.values("origin"))
    list(paid.order_by("id").select_for_update(no_key=True).values_list("id"))
    rows = Payout.objects.select_related("payee__owner", "bank_account__user").filter(public_id__in=list(public_ids))
    return list(rows.order_by("id").select_for_update(of=("self",), no_key=True))


def change(payout: Payout, verb: str, kind: str, *, actor: str, at: datetime, columns: Sequence[str] = ()) -> None:
    """Step: along the edge `verb` (raises TransitionNotAllowed), with its event ``<purpose>.<kind>``."""
    was = str(payout.status)
    getattr(payout, verb)()
    payout.version += 1
    payout.changed_at = at
    payout.save(update_fields=["status", "version", "changed_at", *columns])
    record([fact(kind, payout, was=was, actor=actor, at=at)])


def record_payout_answers(answers: Mapping[str, Answer | None], *, at: datetime) -> None:
    """Payout → the rail's answer, or None for its silence. Late or repeated answers change nothing."""
    if not answers:
        return
    with unit_of_work():
        again: dict[str, datetime] = {}
        for payout in lock_payouts(list(answers)):
            when = _take(payout, answers[payout.public_id], at)
            if when:
                again[payout.public_id] = max(when, at + timedelta(seconds=1))
        schedule(PAYOUT_QUEUE, list(again.items()))
        done(PAYOUT_QUEUE, [key for key in answers if key not in again])


def _take(payout: Payout, answer: Answer | None, at: datetime) -> datetime | None:
    """Step: one payout and what was said of it. Returns when to ask again, if at all."""
    if answer is None or answer.state in ("unknown", "waiting"):
        return _hear_nothing(payout, answer, at)
    if payout.status in AT_THE_RAIL:
        payout.answered_at, payout.rail_reference = at, answer.reference
        if answer.state == "processing":
            _note(payout, at)
            return answer.ask_again_at or at + LATEST
        if answer.state in ("failed", "canceled"):
            _fail(payout, answer, at)
            return None
        if answer.state not in ARRIVED:
            raise ValueError(f"{payout.public_id} is {answer.state} at its rail: nothing says what that makes of money that goes out")
        _confirm(payout, answer, at)
    if payout.status == S.PAID and answer.state == "returned":
        _send_back(payout, answer, at)
        return None
    return answer.ask_again_at if payout.status == S.PAID else None


def _hear_nothing(payout: Payout, answer: Answer | None, at: datetime) -> datetime | None:
    """Silence is no failure. One of which the rail was not asked stays as it is."""
    if payout.status not in (*AT_THE_RAIL, S.PAID):
        return None
    asked = answer is None or answer.state == "unknown"
    if payout.status == S.IN_TRANSIT and asked:
        change(payout, "lose_answer", "unknown", actor=SYSTEM.label, at=at)
    return (answer.ask_again_at if answer else None) or at + patience(payout.placed_at or payout.created_at, at)


def _note(payout: Payout, at: datetime) -> None:
    """The rail has it: one that was unknown is found again."""
    if payout.status == S.UNKNOWN:
        change(payout, "find_again", "found", actor=SYSTEM.label, at=at, columns=ANSWER)
    else:
        payout.save(update_fields=list(ANSWER))


def _confirm(payout: Payout, answer: Answer, at: datetime) -> None:
    """B7, E10, K5, K11, K12: what was promised is posted. A return that we hear of first was paid before."""
    payout.paid_on = answer.effective_on
    _release(payout, at, posted_minor=payout.amount_minor)
    _post(WAYS[payout.purpose].paid, payout, answer, at)
    change(payout, "confirm", "paid", actor=SYSTEM.label, at=at, columns=(*ANSWER, "paid_on"))


def _fail(payout: Payout, answer: Answer, at: datetime) -> None:
    """B10, E15, or the hold is released: it is there as before."""
    _explain(payout, answer)
    _release(payout, at)
    _post(WAYS[payout.purpose].failed, payout, answer, at)
    _stands_again(payout, at)
    change(payout, "fail", "failed", actor=SYSTEM.label, at=at, columns=(*ANSWER, *REASON))


def call_off(payout: Payout, at: datetime) -> None:
    """Step: it never leaves, for the bank took the payment itself back: its payer has it already (E15)."""
    _fail(payout, Answer("failed", "", at, bank_day_of(at), code="payment_returned"), at)


def _send_back(payout: Payout, answer: Answer, at: datetime) -> None:
    """B11, E13, K13: a new fact on its own date."""
    _explain(payout, answer)
    build = WAYS[payout.purpose].returned
    if build is None:
        raise ValueError(f"{payout.purpose} {payout.public_id} was returned: nothing says what that posts")
    _post(build, payout, answer, at)
    _stands_again(payout, at)
    change(payout, "send_back", "returned", actor=SYSTEM.label, at=at, columns=REASON)


def _explain(payout: Payout, answer: Answer) -> None:
    reason = explain(answer.code or ("merchant_request" if answer.state == "canceled" else ""))
    payout.return_code, payout.failure_code, payout.failure_message = return_code(answer.code), reason.failure_code, reason.sentence


def _post(build: Build | None, payout: Payout, answer: Answer, at: datetime) -> None:
    if build:
        post_many(postings_of([build(payout, answer.effective_on, at)]), at=at)


def _stands_again(payout: Payout, at: datetime) -> None:
    """Step: what follows beside the books from its money being back, if anything does for this purpose."""
    beside = WAYS[payout.purpose].beside
    if beside:
        beside(payout, -payout.amount_minor, at)


def _release(payout: Payout, at: datetime, posted_minor: int = 0) -> None:
    """Step: end the hold, if this purpose has one."""
    hold = Hold.objects.filter(reference=hold_reference(payout)).first()
    if hold:
        resolve_hold(hold, "posted" if posted_minor else "released", at=at, posted_minor=posted_minor)
