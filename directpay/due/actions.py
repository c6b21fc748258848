"""Promising work, moving it, and taking it back: steps inside the action that makes the promise."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from directpay.database.statements import later
from directpay.events.unit import require_transaction
from directpay.kernel.arrays import moments, texts
from directpay.kernel.request_context import cause_of

A_DAY = timedelta(days=1)
UPSERT = """
INSERT INTO directpay_due (queue, key, due_at, attempts, last_error, request_id)
SELECT %s, key, due_at, 0, '', request_id
FROM unnest(%s::text[], %s::timestamptz[], %s::text[]) AS given(key, due_at, request_id) ORDER BY key
ON CONFLICT (queue, key) DO UPDATE SET due_at = excluded.due_at, attempts = 0, last_error = '', parked_at = NULL,
    request_id = coalesce(nullif(excluded.request_id, ''), directpay_due.request_id)
"""


def schedule(queue: str, items: Iterable[tuple[str, datetime]]) -> None:
    """Step: promise `queue` that each key is worked on at its time; a key already there is moved, one named twice takes the last.

    The promise keeps the request that caused it.
    """
    require_transaction()
    promised = dict(items)
    if promised:
        later(UPSERT, [queue, texts(promised), moments(promised.values()), texts(map(cause_of, promised))])


UPSERT_FOUND = """
INSERT INTO directpay_due (queue, key, due_at, attempts, last_error, request_id)
SELECT %s, key, due_at, 0, '', %s FROM (SELECTED) AS found(key, due_at) ORDER BY key
ON CONFLICT (queue, key) DO UPDATE SET due_at = excluded.due_at, attempts = 0, last_error = '', parked_at = NULL,
    request_id = coalesce(nullif(excluded.request_id, ''), directpay_due.request_id)
"""


def schedule_found(queue: str, select: str, params: Sequence[Any]) -> None:
    """Step: the same for the keys and times that a query of ours finds, without a round trip. Each key once."""
    require_transaction()
    later(UPSERT_FOUND.replace("SELECTED", select), [queue, cause_of(""), *params])


def renew(queue: str, keys: Sequence[str], at: datetime, *, after: timedelta = A_DAY) -> None:
    """Step: work that never ends is promised again, `after` this time."""
    schedule(queue, [(key, at + after) for key in keys])


def done(queue: str, keys: Sequence[str]) -> None:
    """Step: nothing is left to do for these keys."""
    require_transaction()
    if keys:
        later("DELETE FROM directpay_due WHERE queue = %s AND key = ANY(%s::text[])", [queue, texts(keys)])
