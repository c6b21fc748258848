"""The statement of an account: what was recorded between two moments, in the order of recording, with the running balance.

A page is read by the index of recording, so that it costs the same at a thousand entries and at ten million. A statement until a
moment that has passed is the same for ever: it counts what was known at that moment. The next one begins with what this one ended
with, so that what took its moment before and was committed after stands on the next: every entry stands on one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db import connection

from ledger.journal.models import Account, Watermark
from ledger.journal.queries.past import balance_as_of

PAGE = 100
LAST = """
SELECT e.at, e.seq FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
WHERE e.account_id = %s AND e.at <= %s AND ledger_known(t.created_xid, %s) ORDER BY e.at DESC, e.seq DESC LIMIT 1
"""
LINES = """
SELECT e.seq, e.at, e.effective_on, t.reference, t.public_id, t.kind, t.reverses_id IS NOT NULL, e.item, e.amount_minor, e.balance_after
FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
WHERE e.account_id = %(account)s AND (e.at, e.seq) > (%(after_at)s, %(after_seq)s) AND e.at <= %(until)s
  AND ledger_known(t.created_xid, %(snapshot)s)
ORDER BY e.at, e.seq LIMIT %(limit)s
"""


class Place(NamedTuple):
    """Of a line in an account's order of recording. Both are needed: the index is ordered by both."""

    at: datetime
    seq: int


BEGINNING = Place(datetime(1, 1, 1, tzinfo=UTC), 0)


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment to another, each with the watermark that decides what was known at it: ``ledger.journal.actions.span``."""

    since: datetime
    until: datetime
    known_at_since: Watermark
    known_at_until: Watermark


@dataclass(frozen=True, slots=True)
class StatementLine:
    """`amount_minor` and `balance_minor` are signed: debit +, credit −."""

    seq: int
    at: datetime
    effective_on: date
    reference: str
    transaction: str
    kind: str
    reversal: bool
    item: str | None
    amount_minor: int
    balance_minor: int

    @property
    def place(self) -> Place:
        """Where the next page goes on."""
        return Place(self.at, self.seq)


@dataclass(frozen=True, slots=True)
class Statement:
    """`more` says that another page follows: ask again with ``after=lines[-1].place``."""

    account: Account
    since: datetime
    until: datetime
    opening_minor: int
    lines: Sequence[StatementLine]
    closing_minor: int
    more: bool


def statement(account: Account, asked: Span, *, after: Place | None = None, limit: int | None = PAGE) -> Statement:
    """What became known between the ends of a span, in the order of recording. `limit` None gives all of it.

    `opening_minor` and `closing_minor` are the balances at the two moments, whatever page is shown. Raises EntriesArchived, NotKnownHere.
    """
    opening = balance_as_of(account.id, known_at=asked.since, watermark=asked.known_at_since)
    place = after or _last_known(account, asked)
    given: dict[str, Any] = {
        "account": account.id,
        "until": asked.until,
        "after_at": place.at,
        "after_seq": place.seq,
        "snapshot": asked.known_at_until.snapshot,
        "limit": None if limit is None else limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(LINES, given)
        rows = [StatementLine(*row) for row in cursor.fetchall()]
    return Statement(
        account,
        asked.since,
        asked.until,
        opening,
        rows if limit is None else rows[:limit],
        balance_as_of(account.id, known_at=asked.until, watermark=asked.known_at_until),
        limit is not None and len(rows) > limit,
    )


def _last_known(account: Account, asked: Span) -> Place:
    """The last entry that the statement before has listed."""
    with connection.cursor() as cursor:
        cursor.execute(LAST, [account.id, asked.since, asked.known_at_since.snapshot])
        found = cursor.fetchone()
    return Place(*found) if found else BEGINNING
