"""Putting mails down to be sent: one row for each cause, reader and kind, however often the cause is told."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from typing import Any, Final

from django.conf import settings
from django.db import connection

from directpay.due.actions import schedule
from directpay.events.unit import require_transaction
from directpay.kernel.arrays import integers, moments, texts
from directpay.kernel.ids import public_id

SEND_QUEUE: Final = "mail.send"
INSERT = """
INSERT INTO webhooks_message
    (public_id, cause, kind, user_id, about, facts, language, state, reason, attempts, message_id, created_at, next_at, changed_at)
SELECT public_id, cause, kind, user_id, about, facts, '', 'queued', '', 0, '<' || public_id || '@' || %s || '>', created_at, next_at,
    created_at
FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::jsonb[], %s::timestamptz[], %s::timestamptz[])
    WITH ORDINALITY AS given(public_id, cause, kind, user_id, about, facts, created_at, next_at, n)
ORDER BY n ON CONFLICT (cause, user_id, kind) DO NOTHING RETURNING public_id, next_at
"""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """`cause`: what makes it one and the same however often it is told. `facts`: ids and figures, no personal data."""

    cause: str
    kind: str
    user_id: int
    about: str
    at: datetime
    facts: dict[str, Any] = field(default_factory=dict)
    not_before: datetime | None = None


def write(messages: Sequence[NewMessage]) -> int:
    """Step: keep those that are new, each promised to be sent. Returns how many they were."""
    require_transaction()
    if not messages:
        return 0
    asked = [
        sender_domain(),
        texts(public_id("msg") for _ in messages),
        texts(m.cause for m in messages),
        texts(m.kind for m in messages),
        integers(m.user_id for m in messages),
        texts(m.about for m in messages),
        texts(json.dumps(m.facts) for m in messages),
        moments(m.at for m in messages),
        moments(m.not_before or m.at for m in messages),
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, asked)
        made = cursor.fetchall()
    schedule(SEND_QUEUE, made)
    return len(made)


def sender_domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
