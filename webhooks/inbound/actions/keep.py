"""Writing down what was proven, in one statement with the promise to work on it; what arrives at one process together is written together.

Each request waits until its own event is committed. A commit costs the same for one event as for a few, and so does most of a statement:
while one thread waits for the database the others line up, and the next of them takes all along.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db import Error, OperationalError, connection

from directpay.kernel import clock
from directpay.kernel.row_scope import every_row

log = logging.getLogger(__name__)
WORK_QUEUE: Final = "inbound.work"
MOST_TOGETHER, MOST_BYTES = 50, 1_000_000


class Row(NamedTuple):
    """What the columns of these names are given; lists as array literals, `proof` the headers that were signed, as JSON."""

    public_id: str
    provider: str
    event_id: str
    kind: str
    objects_told: str
    ours: str
    account: str
    livemode: bool | None
    occurred_at: datetime | None
    body: bytes
    content_hash: str
    proof: str
    flag: str
    request_id: str


GIVEN: Final = "(%s, %s, %s, %s, %s::text[], %s::text[], %s, %s::boolean, %s::timestamptz, %s::bytea, %s, %s::jsonb, %s, %s)"
# One commit: a process that dies before it has kept nothing and answered nothing, so that the provider sends it again. Written in one
# order: two processes that are sent the same events would otherwise wait for each other.
KEEP: Final = """
WITH moment AS MATERIALIZED (SELECT {moment} AS at), fresh AS (
    INSERT INTO webhooks_providerevent (public_id, provider, event_id, kind, objects_told, ours, account, livemode, occurred_at, body,
        content_hash, headers, flag, request_id, state, reason, effects, attempts, last_error, replays, received_at, changed_at, next_at)
    SELECT given.*, 'received', '', '[]'::jsonb, 0, '', 0, at, at, at FROM (VALUES {rows}) given, moment
    ON CONFLICT (provider, event_id) DO NOTHING RETURNING public_id, request_id
), promised AS (
    INSERT INTO directpay_due (queue, key, due_at, attempts, last_error, request_id)
    SELECT %s, public_id, at, 0, '', request_id FROM fresh, moment
)
SELECT public_id FROM fresh
"""


class _Waiting:
    """`fresh` is told by whoever wrote it; None if that failed. `error`: trying again alone is of no use."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.tried = False
        self.fresh: bool | None = None
        self.error: Error | None = None


class Together:
    """The line of threads in front of one way of writing."""

    def __init__(self, write: Callable[[Sequence[Row]], Collection[str]]) -> None:
        self.write = write
        self.line: deque[_Waiting] = deque()
        self.turn = threading.Lock()

    def add(self, row: Row) -> bool:
        """Whether it was written now. Raises what writing it raises."""
        mine = _Waiting(row)
        self.line.append(mine)
        with self.turn:
            while not mine.tried:
                self._write(self._take())
        if mine.error is not None:
            raise type(mine.error)(*mine.error.args) from mine.error
        return bool(self.write([row])) if mine.fresh is None else mine.fresh

    def _take(self) -> list[_Waiting]:
        """By the one whose turn it is: the first in the line, and as many behind it as are small enough."""
        taken = [self.line.popleft()]
        size = len(taken[0].row.body)
        while self.line and len(taken) < MOST_TOGETHER:
            size += len(self.line[0].row.body)
            if size > MOST_BYTES:
                break
            taken.append(self.line.popleft())
        return taken

    def _write(self, taken: Sequence[_Waiting]) -> None:
        """Of several that are refused each tries alone: no event is lost to another's fault, and each hears of its own. A database that is
        away is away for all of them: they are told at once, for while they wait their threads serve nobody."""
        try:
            fresh = self.write([one.row for one in taken])
            for one in taken:
                one.fresh = one.row.public_id in fresh
        except Error as error:
            if len(taken) == 1 or isinstance(error, OperationalError):
                for one in taken:
                    one.error = error
            else:
                log.warning("events are written one by one, of %d together one was at fault: %s", len(taken), type(error).__name__)
        finally:
            for one in taken:
                one.tried = True


def write(rows: Sequence[Row]) -> Collection[str]:
    """One statement. The public ids of those that are new; of two with the same event id the first is."""
    ordered = sorted(rows, key=lambda row: (row.provider, row.event_id))
    moment, times = clock.in_sql()
    statement = KEEP.format(moment=moment, rows=", ".join([GIVEN] * len(rows)))
    with every_row(), connection.cursor() as cursor:
        cursor.execute(statement, [*times, *(value for row in ordered for value in row), WORK_QUEUE])
        return frozenset(name for (name,) in cursor.fetchall())


_together = Together(write)


def keep(row: Row) -> bool:
    """Whether it is new; False if an event of this id stands already. Committed on return, unless within a transaction."""
    if connection.in_atomic_block:  # what others have to say is not for this transaction to undo
        return bool(write([row]))
    return _together.add(row)
