"""Taking in what a provider sends: proven, then kept together with the promise to work on it, in one statement."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.conf import settings
from django.db import connection

from directpay.due.hints import hint_after_commit
from directpay.kernel.arrays import texts
from directpay.kernel.ids import public_id
from directpay.kernel.request_context import request_id
from directpay.kernel.row_scope import every_row
from webhooks.inbound.providers import PROVIDERS
from webhooks.inbound.providers.base import Provider, Told

WORK_QUEUE: Final = "inbound.work"


class Outcome(StrEnum):
    RECEIVED = "received"
    DUPLICATE = "duplicate"  # the same event again: nothing is done
    COLLISION = "collision"  # another body under its id: kept and flagged


# One commit: a process that dies before it has kept nothing and answered nothing, so that the provider sends it again.
KEEP: Final = """
WITH fresh AS (
    INSERT INTO webhooks_providerevent (public_id, provider, event_id, kind, objects_told, ours, account, livemode, occurred_at, body,
        content_hash, headers, state, flag, reason, effects, attempts, last_error, replays, request_id, received_at, changed_at, next_at)
    VALUES (%s, %s, %s, %s, %s::text[], %s::text[], %s, %s, %s, %s, %s, %s::jsonb, 'received', %s, '', '[]', 0, '', 0, %s, %s, %s, %s)
    ON CONFLICT (provider, event_id) DO NOTHING RETURNING public_id
), promised AS (
    INSERT INTO directpay_due (queue, key, due_at, attempts, last_error, request_id) SELECT %s, public_id, %s, 0, '', %s FROM fresh
)
SELECT public_id FROM fresh
"""
# Another body under the same id, once; what it is compared with stands since an earlier commit.
KEEP_COLLISION: Final = """
WITH known AS (SELECT id, public_id, content_hash FROM webhooks_providerevent WHERE provider = %s AND event_id = %s),
kept AS (
    INSERT INTO webhooks_collision (event_id, body, content_hash, headers, request_id, received_at)
    SELECT id, %s, %s, %s::jsonb, %s, %s FROM known WHERE content_hash <> %s ON CONFLICT (event_id, content_hash) DO NOTHING
)
SELECT public_id, content_hash <> %s FROM known
"""


def receive(
    provider: str, headers: Mapping[str, str], body: bytes, *, at: datetime, seen_at: Sequence[datetime]
) -> tuple[Outcome, str, Told]:
    """Keep what `provider` proves to have sent. `headers` by lower-case name; `seen_at`: what time it may be for the sender.

    Returns what became of it, its public id, and what it says. Raises SignatureRefused, NotConfigured.
    """
    sender = PROVIDERS[provider]
    sender.check(headers, body, seen_at)
    told = sender.read(body, sandbox=settings.SANDBOX)
    proof = json.dumps({name: headers[name] for name in sender.kept_headers if name in headers})
    with every_row():
        kept = _keep(sender, told, body, proof, at)
        if kept:
            hint_after_commit()
            return Outcome.RECEIVED, kept, told
        known, other = _keep_collision(sender, told, body, proof, at)
    return (Outcome.COLLISION if other else Outcome.DUPLICATE), known, told


def _keep(sender: Provider, told: Told, body: bytes, proof: str, at: datetime) -> str:
    """Its public id; empty if its event id is known."""
    request = request_id.get()
    about: list[Any] = [told.kind, texts(told.objects), texts(told.ours), told.account, told.livemode, told.occurred_at]
    row: list[Any] = [public_id("pev"), sender.name, told.event_id, *about, body, told.content, proof, told.flag, request, at, at, at]
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [*row, WORK_QUEUE, at, request])
        found = cursor.fetchone()
    return found[0] if found else ""


def _keep_collision(sender: Provider, told: Told, body: bytes, proof: str, at: datetime) -> tuple[str, bool]:
    kept: list[Any] = [body, told.content, proof, request_id.get(), at, told.content]
    with connection.cursor() as cursor:
        cursor.execute(KEEP_COLLISION, [sender.name, told.event_id, *kept, told.content])
        known, other = cursor.fetchone()
    return known, other
