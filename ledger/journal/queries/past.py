"""Two times: `as_of`, what is true for a day (effective date), and `known_at`, what was known of it at a moment (recording).

What was known is decided by a snapshot of the database and not by a clock (see Watermark), so that an answer, once given, stands.
"""

from datetime import date, datetime

from django.db import connection

from directpay.kernel.errors import InvalidInput
from ledger.journal.models import Watermark


class Untold(InvalidInput):
    """What was known then cannot be said here."""


class EntriesArchived(Untold):
    """What was known then could only be told from entries that are archived."""

    code = "entries_archived"


class NotKnownHere(Untold):
    """These books were imported later: what had been known before was known elsewhere."""

    code = "not_known_here"


def require_told(known_at: datetime | None) -> None:
    """Step: whether what was known at a moment can be said here at all (None: now, always). Raises EntriesArchived, NotKnownHere."""
    if known_at is None:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_untold(%s)", [known_at])
        _refuse(cursor.fetchone()[0])


def _refuse(code: str | None) -> None:
    """What `ledger_untold` says; None: it can be told."""
    if code == EntriesArchived.code:
        raise EntriesArchived("the entries of that time are archived: attach their month again to ask", param="known_at")
    if code == NotKnownHere.code:
        raise NotKnownHere("these books were imported after that moment, and do not say what was known at it", param="known_at")


def balance_as_of(account_id: int, day: date | None = None, *, known_at: datetime | None = None, watermark: Watermark | None = None) -> int:
    """Signed sum of the entries effective on or before `day` (None: whenever), of those known at `known_at` (None: now).

    `watermark` is what `known_until` gives for it. Costs a look at the checkpoints and at the entries since the last of them.
    """
    if (known_at is None) != (watermark is None):
        raise ValueError("known_at needs the watermark that decides it")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_untold(%s::timestamptz), ledger_balance_as_of(%s, %s::date, %s::timestamptz, %s)",
            [known_at, account_id, day, known_at, watermark.snapshot if watermark else None],
        )
        untold, balance = cursor.fetchone()
    _refuse(untold)
    return balance
