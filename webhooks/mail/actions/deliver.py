"""Sending what is due: claimed and committed, then the server is asked, then its answer is recorded. No call within a transaction.

A crash between the server's answer and its record sends that one mail again, with the same Message-ID.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F

from directpay.due.actions import done, schedule
from directpay.events.unit import unit_of_work
from directpay.kernel.row_scope import every_row
from webhooks.mail.actions.write import SEND_QUEUE
from webhooks.mail.kinds import OFF
from webhooks.mail.letters.compose import Moot, compose
from webhooks.mail.models import Message
from webhooks.mail.queries import chosen_by, messages, zones_of
from webhooks.mail.transport import Answer, Line, Verdict, line

log = logging.getLogger(__name__)
BATCH: Final = 50
LEASE_SECONDS: Final = 300  # longer than a set of mails can take
BUDGET_SECONDS: Final = 3  # for one set: other due work waits behind it
PAUSES_MINUTES: Final = (1, 5, 15, 60, 180, 360, 720)  # after each attempt that was not taken; greylists let in after some minutes
MAX_ATTEMPTS: Final = len(PAUSES_MINUTES) + 1
S = Message.State


def send_mail(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work. Each row as it is decided: quiet hours wait, what nobody wants is suppressed, the rest is sent."""
    ready = _claim(public_ids, at)
    ends = time.monotonic() + BUDGET_SECONDS
    with line() as to_server:
        for place, message in enumerate(ready):
            if time.monotonic() > ends:
                _give_back(ready[place:], at)
                return
            answer = _send(to_server, message, at)
            _record(message, answer, at)
            if answer.verdict == Verdict.DOWN:
                _give_back(ready[place + 1 :], message.next_at or at)
                return


def _claim(public_ids: Sequence[str], at: datetime) -> list[Message]:
    """What is to be sent now, its attempt counted, so that a crash is one of so many."""
    with unit_of_work():
        rows = messages().select_for_update(of=("self",), skip_locked=True).filter(public_id__in=list(public_ids))
        waiting = list(rows.order_by("id"))
        chosen, zones = chosen_by(m.user_id for m in waiting), zones_of(m.user_id for m in waiting)
        ready = []
        settled = [m.public_id for m in waiting if m.next_at is None]
        held = [(m.public_id, m.next_at) for m in waiting if m.next_at and m.next_at > at]  # somebody is at it, or it has time
        for message in (m for m in waiting if m.next_at and m.next_at <= at):
            why = _unwanted(message, chosen[message.user_id].of(message.kind))
            quiet = None if why or _answers(message) else chosen[message.user_id].quiet_ends_at(at, zones[message.user_id])
            lost = message.attempts >= MAX_ATTEMPTS  # each time we died over it, or after it was sent
            if why or lost:
                state, reason = (S.SUPPRESSED, why) if why else (S.DEAD, "not recorded")
                Message.objects.filter(id=message.id).update(state=state, reason=reason, next_at=None, changed_at=at)
                settled.append(message.public_id)
            elif quiet:
                Message.objects.filter(id=message.id).update(next_at=quiet, changed_at=at)
                held.append((message.public_id, quiet))
            else:
                ready.append(message)
        _take(ready, at)
        done(SEND_QUEUE, settled)
        schedule(SEND_QUEUE, held)
    return ready


def _take(ready: Sequence[Message], at: datetime) -> None:
    """Step: ours until the lease ends. The attempt is counted before it is made."""
    until = at + timedelta(seconds=LEASE_SECONDS)
    Message.objects.filter(id__in=[m.id for m in ready]).update(attempts=F("attempts") + 1, next_at=until, changed_at=at)
    for message in ready:
        message.attempts += 1


def _unwanted(message: Message, choice: str) -> str:
    if not message.user.is_active:
        return "inactive"
    if not message.user.email:
        return "no_address"
    return "preference" if choice == OFF else ""


def _answers(message: Message) -> bool:
    """To what somebody has just done: they are awake."""
    return message.kind == "payment_receipt" and message.facts.get("rail") == "instant"


def _send(to_server: Line, message: Message, at: datetime) -> Answer:
    try:
        with every_row():
            mail = compose(message, at)
    except Moot as moot:
        message.state = S.SUPPRESSED
        return Answer(Verdict.NEVER, str(moot))
    except Exception as error:  # a letter that cannot be written is its own fault alone: the others are sent
        log.exception("mail %s of kind %s cannot be written", message.public_id, message.kind)
        return Answer(Verdict.LATER, f"not written: {type(error).__name__}")
    return to_server.send(mail)


def _record(message: Message, answer: Answer, at: datetime) -> None:
    message.reason, message.changed_at, message.next_at = answer.reason, at, None
    if answer.verdict == Verdict.TAKEN:
        message.state, message.sent_at = S.SENT, at
    elif message.state == S.SUPPRESSED:
        pass
    elif answer.verdict == Verdict.NEVER:
        message.state = S.FAILED
    elif message.attempts >= MAX_ATTEMPTS:
        message.state = S.DEAD
    else:
        message.next_at = at + timedelta(minutes=PAUSES_MINUTES[message.attempts - 1])
    columns = ["state", "reason", "language", "next_at", "sent_at", "changed_at"]
    with unit_of_work():
        message.save(update_fields=columns)
        if message.next_at:
            schedule(SEND_QUEUE, [(message.public_id, message.next_at)])
        else:
            done(SEND_QUEUE, [message.public_id])
    if message.state in (S.FAILED, S.DEAD):
        log.warning("mail %s of kind %s is %s: %s", message.public_id, message.kind, message.state, message.reason)


def _give_back(rest: Sequence[Message], at: datetime) -> None:
    """These were not tried: their attempt does not count."""
    if not rest:
        return
    with unit_of_work():
        Message.objects.filter(id__in=[message.id for message in rest]).update(attempts=F("attempts") - 1, next_at=at)
        schedule(SEND_QUEUE, [(message.public_id, at) for message in rest])


def send_again(rows: Sequence[Message], *, at: datetime) -> int:
    """By staff: what did not arrive is tried anew, at once. What was sent or is waiting stays as it is. Returns how many."""
    with unit_of_work():
        lost = Message.objects.filter(id__in=[row.id for row in rows], state__in=(S.FAILED, S.DEAD)).order_by("id")
        again = list(lost.select_for_update())
        anew = {"state": S.QUEUED, "attempts": 0, "reason": "", "next_at": at, "changed_at": at}
        Message.objects.filter(id__in=[message.id for message in again]).update(**anew)
        schedule(SEND_QUEUE, [(message.public_id, at) for message in again])
    return len(again)
