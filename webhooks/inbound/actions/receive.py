"""Taking in what a provider sends: proven, then kept together with the promise to work on it."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.conf import settings
from django.db import connection

from directpay.due.hints import hint_after_commit
from directpay.kernel import clock
from directpay.kernel.arrays import texts
from directpay.kernel.ids import public_id
from directpay.kernel.request_context import request_id
from directpay.kernel.row_scope import every_row
from webhooks.inbound.actions.keep import Row, keep
from webhooks.inbound.providers import PROVIDERS
from webhooks.inbound.providers.base import Provider, Told


class Outcome(StrEnum):
    RECEIVED = "received"
    DUPLICATE = "duplicate"  # the same event again: nothing is done
    COLLISION = "collision"  # another body under its id: kept and flagged


# Another body under the same id, once; what it is compared with stands since an earlier commit.
KEEP_COLLISION: Final = """
WITH known AS (SELECT id, public_id, content_hash FROM webhooks_providerevent WHERE provider = %s AND event_id = %s),
kept AS (
    INSERT INTO webhooks_collision (event_id, body, content_hash, headers, request_id, received_at)
    SELECT id, %s, %s, %s::jsonb, %s, %s FROM known WHERE content_hash <> %s ON CONFLICT (event_id, content_hash) DO NOTHING
)
SELECT public_id, content_hash <> %s FROM known
"""


def receive(provider: str, headers: Mapping[str, str], body: bytes, *, seen_at: Iterable[datetime]) -> tuple[Outcome, str, Told]:
    """Keep what `provider` proves to have sent. `headers` by lower-case name; `seen_at`: what time it may be for the sender.

    Returns what became of it, its public id, and what it says. Raises SignatureRefused, NotConfigured.
    """
    sender = PROVIDERS[provider]
    sender.check(headers, body, seen_at)
    told = sender.read(body, sandbox=settings.SANDBOX)
    proof = json.dumps({name: headers[name] for name in sender.kept_headers if name in headers})
    name = public_id("pev")
    about = (told.kind, texts(told.objects), texts(told.ours), told.account, told.livemode, told.occurred_at)
    if keep(Row(name, sender.name, told.event_id, *about, body, told.content, proof, told.flag, request_id.get())):
        hint_after_commit()
        return Outcome.RECEIVED, name, told
    known, other = _keep_collision(sender, told, body, proof, clock.now())
    return (Outcome.COLLISION if other else Outcome.DUPLICATE), known, told


def _keep_collision(sender: Provider, told: Told, body: bytes, proof: str, at: datetime) -> tuple[str, bool]:
    kept: list[Any] = [body, told.content, proof, request_id.get(), at, told.content]
    with every_row(), connection.cursor() as cursor:
        cursor.execute(KEEP_COLLISION, [sender.name, told.event_id, *kept, told.content])
        known, other = cursor.fetchone()
    return known, other
