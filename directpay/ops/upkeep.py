"""Work that nobody asks for and that never ends: partitions ahead of need, old idempotency answers dropped, what rooms register."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection

from directpay.api.idempotency import forget_old_answers
from directpay.due.actions import schedule
from directpay.due.registry import QUEUES
from directpay.events.unit import unit_of_work
from directpay.kernel import clock
from directpay.ops import partitions
from directpay.people.oauth.actions import forget_ended_tokens

ANSWERS_QUEUE = "ops.answers"
SIGN_INS_QUEUE = "ops.sign_ins"
EVERY = timedelta(days=1)
ALL = "all"
PROMISE = """
INSERT INTO directpay_due (queue, key, due_at, attempts, last_error) SELECT queue, %s, %s, 0, '' FROM unnest(%s::text[]) AS queue
ON CONFLICT (queue, key) DO UPDATE SET due_at = excluded.due_at, attempts = 0, parked_at = NULL
WHERE directpay_due.parked_at IS NOT NULL
"""
FORGET_CACHED = "DELETE FROM directpay_cache WHERE expires < %s"


def promise_upkeep() -> None:
    """See to it that the rows are there (each renews itself when it is worked on), and after a long rest the partitions too."""
    at = clock.now()
    partitions.make_partitions(at.date(), at.date())
    with unit_of_work(), connection.cursor() as cursor:
        cursor.execute(PROMISE, [ALL, at, [queue.name for queue in QUEUES.values() if queue.always]])


def drop_old_answers(keys: Sequence[str], at: datetime) -> None:
    """The due queue's work: answers older than a day; the keys of money are kept for ever, without their answers."""
    forget_old_answers(at=at)
    with unit_of_work():
        schedule(ANSWERS_QUEUE, [(key, at + EVERY) for key in keys])


def forget_sign_ins(keys: Sequence[str], at: datetime) -> None:
    """The due queue's work: sessions, tokens and cached values that have ended. Sessions and the cache end by the machine's clock."""
    SessionStore.clear_expired()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    forget_ended_tokens(at=at)
    with unit_of_work(), connection.cursor() as cursor:
        cursor.execute(FORGET_CACHED, [clock.system_now()])
        schedule(SIGN_INS_QUEUE, [(key, at + EVERY) for key in keys])
