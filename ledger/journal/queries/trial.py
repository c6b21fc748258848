"""Trial balances: of all books from the entries themselves, and of one book account by account, now or for a day of the past."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from ledger.journal.kinds import KINDS
from ledger.journal.models import Book, Watermark
from ledger.journal.queries.past import require_told

ALL = """
SELECT b.kind, b.subject, x.currency, x.debits, x.credits FROM (
    SELECT book_id, currency, coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0)::bigint AS debits,
           -coalesce(sum(amount_minor) FILTER (WHERE amount_minor < 0), 0)::bigint AS credits
    FROM (
        SELECT book_id, currency, amount_minor FROM ledger_entry
        UNION ALL
        SELECT a.book_id, a.currency, x.minor FROM ledger_archivedsum r JOIN ledger_account a ON a.id = r.account_id
        CROSS JOIN LATERAL (VALUES (r.debits_minor), (-r.credits_minor)) AS x(minor)
    ) AS moved GROUP BY book_id, currency
) x JOIN ledger_book b ON b.id = x.book_id ORDER BY b.id, x.currency
"""
ONE = """
SELECT a.id, a.public_id, a.number, a.subject, a.currency, a.fund, a.normal,
       CASE WHEN %(past)s THEN ledger_balance_as_of(a.id, %(day)s::date, %(known_at)s::timestamptz, %(snapshot)s) ELSE a.balance_minor END
FROM ledger_account a WHERE a.book_id = %(book)s ORDER BY a.number, a.subject, a.currency
"""


def trial_balance() -> list[dict]:
    """Per book and currency: debits, credits and their difference, from the entries themselves."""
    with connection.cursor() as cursor:
        cursor.execute(ALL)
        return [
            {
                "book": str(Book(kind=kind, subject=subject)),
                "currency": currency,
                "debits": debits,
                "credits": credits,
                "difference": debits - credits,
            }
            for kind, subject, currency, debits, credits in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One account: its signed balance, shown under debit or credit."""

    account_id: int
    public_id: str
    number: str
    subject: str
    currency: str
    fund: str
    normal: int
    balance_minor: int

    @property
    def name(self) -> str:
        return KINDS[self.number].name

    @property
    def debit_minor(self) -> int:
        return max(0, self.balance_minor)

    @property
    def credit_minor(self) -> int:
        return max(0, -self.balance_minor)


def trial_of_book(
    book: Book, *, day: date | None = None, known_at: datetime | None = None, watermark: Watermark | None = None
) -> list[TrialRow]:
    """Every account of a book, by number: its balance now, or as of `day` and known at `known_at` (see `balance_as_of`).

    Raises EntriesArchived, NotKnownHere.
    """
    require_told(known_at)
    given = {
        "book": book.id,
        "past": day is not None or known_at is not None,
        "day": day,
        "known_at": known_at,
        "snapshot": watermark.snapshot if watermark else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(ONE, given)
        return [TrialRow(*row) for row in cursor.fetchall()]
