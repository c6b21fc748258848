"""Promising work, moving it, and taking it back: steps inside the action that makes the promise."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from directpay.database.statements import later
from directpay.events.unit import require_transaction
from directpay.kernel.arrays import moments, texts
from directpay.kernel.request_context import cause_of

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Leased:
    """The promises that are being worked on outside a transaction, and until when they are put off meanwhile."""

    queue: str
    keys: Sequence[str]
    until: datetime


_leased: ContextVar[Leased | None] = ContextVar("leased", default=None)


@contextmanager
def leased(queue: str, keys: Sequence[str], until: datetime) -> Iterator[None]:
    """Within, letting go of these promises or moving them on spares those that somebody has made anew since they were claimed.

    What was learnt before that is no answer to it: of two times the earlier one stays.
    """
    token = _leased.set(Leased(queue, keys, until))
    try:
        yield
    finally:
        _leased.reset(token)


def _claimed(queue: str) -> list[Any]:
    """The keys of this queue that are being worked on, and their time."""
    held = _leased.get()
    return [texts(held.keys), held.until] if held is not None and held.queue == queue else [texts(()), None]


UPSERT = """
INSERT INTO directpay_due (queue, key, due_at, attempts, last_error, request_id)
SELECT %s, key, due_at, 0, '', request_id
FROM unnest(%s::text[], %s::timestamptz[], %s::text[]) AS given(key, due_at, request_id) ORDER BY key
ON CONFLICT (queue, key) DO UPDATE SET due_at = excluded.due_at, attempts = 0, last_error = '', parked_at = NULL,
    request_id = coalesce(nullif(excluded.request_id, ''), directpay_due.request_id)
WHERE directpay_due.key <> ALL (%s::text[]) OR directpay_due.due_at = %s OR excluded.due_at < directpay_due.due_at
"""


def schedule(queue: str, items: Iterable[tuple[str, datetime]]) -> None:
    """Step: promise `queue` that each key is worked on at its time; a key already there is moved, one named twice takes the last.

    The promise keeps the request that caused it.
    """
    require_transaction()
    promised = dict(items)
    if promised:
        given = [queue, texts(promised), moments(promised.values()), texts(map(cause_of, promised))]
        later(UPSERT, [*given, *_claimed(queue)])


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


DONE = """
DELETE FROM directpay_due WHERE queue = %s AND key = ANY (%s::text[]) AND (key <> ALL (%s::text[]) OR due_at = %s)
"""


def done(queue: str, keys: Sequence[str]) -> None:
    """Step: nothing is left to do for these keys."""
    require_transaction()
    if keys:
        later(DONE, [queue, texts(keys), *_claimed(queue)])
