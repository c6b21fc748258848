"""The statement of an account: what was recorded between two moments, in the order of recording, with the running balance.

A page is read by the index of recording, so that it costs the same at a thousand entries and at ten million. A statement until a
moment that has passed is the same for ever: it counts what was known at that moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from ledger.journal.models import Account, Watermark
from ledger.journal.queries.past import balance_as_of

PAGE = 100
LAST_SEQ = 2**63 - 1  # after every entry of the moment `since` itself
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


def statement(
    account: Account, *, since: datetime, until: datetime, watermark: Watermark, after: Place | None = None, limit: int | None = PAGE
) -> Statement:
    """Entries recorded after `since` and not after `until`; `watermark` is `known_until(until)`. `limit` None gives all of them.

    `opening_minor` and `closing_minor` are the balances at `since` and `until`, whatever page is shown.
    """
    given: dict[str, Any] = {
        "account": account.id,
        "until": until,
        "after_at": after.at if after else since,
        "after_seq": after.seq if after else LAST_SEQ,
        "snapshot": watermark.snapshot,
        "limit": None if limit is None else limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(LINES, given)
        rows = [StatementLine(*row) for row in cursor.fetchall()]
    return Statement(
        account,
        since,
        until,
        balance_as_of(account.id, known_at=since, watermark=watermark),
        rows if limit is None else rows[:limit],
        balance_as_of(account.id, known_at=until, watermark=watermark),
        limit is not None and len(rows) > limit,
    )
