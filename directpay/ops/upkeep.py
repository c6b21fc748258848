"""Work that nobody asks for and that never ends: partitions ahead of need, what is old enough dropped, what rooms register."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection

from directpay.api.idempotency import forget_old_answers
from directpay.due.actions import A_DAY, renew
from directpay.due.registry import QUEUES
from directpay.events.actions import forget_deliveries
from directpay.events.unit import unit_of_work
from directpay.kernel import clock
from directpay.ops import partitions
from directpay.people.oauth.actions import forget_ended_tokens

ANSWERS_QUEUE, RETENTION_QUEUE, SIGN_INS_QUEUE = "ops.answers", "ops.retention", "ops.sign_ins"
SOON = timedelta(minutes=1)
AT_ONCE = 10_000  # rows in one transaction
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
        renew(ANSWERS_QUEUE, keys, at)


def drop_what_is_old(keys: Sequence[str], at: datetime) -> None:
    """The due queue's work: deliveries made long ago, and sessions that have ended. Events, and what was not delivered, stay for ever.

    Sessions end by the machine's clock: to move the sandbox's signs nobody out.
    """
    with unit_of_work():
        dropped = forget_deliveries(before=at - timedelta(days=settings.KEEP_DELIVERIES_DAYS), limit=AT_ONCE)
        ended = list(
            Session.objects.filter(expire_date__lt=clock.system_now()).order_by("expire_date").values_list("pk", flat=True)[:AT_ONCE]
        )
        sessions, _ = Session.objects.filter(pk__in=ended).delete()
        more = max(dropped, sessions) >= AT_ONCE
        renew(RETENTION_QUEUE, keys, at, after=SOON if more else A_DAY)


def forget_sign_ins(keys: Sequence[str], at: datetime) -> None:
    """The due queue's work: what is known of sessions that are gone, tokens that have ended, cached values (by the machine's clock)."""
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    forget_ended_tokens(at=at)
    with unit_of_work(), connection.cursor() as cursor:
        cursor.execute(FORGET_CACHED, [clock.system_now()])
        renew(SIGN_INS_QUEUE, keys, at)
