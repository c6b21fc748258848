"""Recording facts: the event and one delivery row per listener, in the transaction of the change itself."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from directpay.database.statements import later
from directpay.events.registry import hear_at_once, names_for
from directpay.events.unit import require_transaction
from directpay.kernel.arrays import integers, moments, texts
from directpay.kernel.ids import public_id
from directpay.kernel.request_context import cause_of

SET_LIMIT = 5_000  # events in one call


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact to record: `version` is the object's own count of facts, `data` its snapshot (ids and figures only).

    `began_at`, when the object began, is for those who hear at once; it is not recorded.
    """

    type: str
    object_id: str
    version: int
    actor: str
    at: datetime
    data: dict[str, Any]
    account_ids: Sequence[str] = field(default_factory=tuple)
    began_at: datetime | None = None


INSERT = """
WITH given AS (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::int[], %s::timestamptz[], %s::text[], %s::text[], %s::jsonb[], %s::jsonb[])
        WITH ORDINALITY AS g(public_id, type, object_id, version, at, actor, request_id, account_ids, data, n)
), recorded AS (
    INSERT INTO directpay_event (public_id, type, object_id, version, at, actor, request_id, account_ids, data)
    SELECT public_id, type, object_id, version, at, actor, request_id, account_ids, data FROM given ORDER BY n
    RETURNING id, type, at
)
INSERT INTO directpay_delivery (event_id, event_at, listener, due_at, attempts, last_error)
SELECT recorded.id, recorded.at, heard.listener, recorded.at, 0, ''
FROM recorded JOIN unnest(%s::text[], %s::text[]) AS heard(type, listener) ON heard.type = recorded.type
"""


def record(events: Sequence[NewEvent]) -> None:
    """Step: append `events` in their order, with a delivery for each listener that wants them, in no round trip of its own.

    Those who only promise work for what happened hear it here and now.
    """
    require_transaction()
    if not events:
        return
    if len(events) > SET_LIMIT:
        raise ValueError(f"at most {SET_LIMIT} events at once")
    pairs = [(kind, name) for kind in dict.fromkeys(e.type for e in events) for name in names_for(kind)]
    later(
        INSERT,
        [
            texts(public_id("evt") for _ in events),
            texts(e.type for e in events),
            texts(e.object_id for e in events),
            integers(e.version for e in events),
            moments(e.at for e in events),
            texts(e.actor for e in events),
            texts(cause_of(e.object_id) for e in events),
            texts(json.dumps(list(e.account_ids)) for e in events),
            texts(json.dumps(e.data) for e in events),
            texts(kind for kind, _ in pairs),
            texts(name for _, name in pairs),
        ],
    )
    hear_at_once(events)


# A list made once: as a subquery of IN it might be looked up again and again, each time for other rows than the limit allows.
FORGET = """
DELETE FROM directpay_delivery WHERE id = ANY(ARRAY(
    SELECT id FROM directpay_delivery WHERE event_at < %s AND done_at < %s LIMIT %s FOR UPDATE SKIP LOCKED
))
"""


def forget_deliveries(*, before: datetime, limit: int) -> int:
    """Step: drop the rows of deliveries that were made before. Returns how many; the facts themselves stay."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [before, before, limit])
        return cursor.rowcount
