"""Closed periods: what was recorded for them. A later correction keeps its effective date and counts in the open period."""

from dataclasses import dataclass
from datetime import date, timedelta

from ledger.journal.models import Book, Period
from ledger.journal.queries.trial import TrialRow, trial_of_book


def first_open_on(book: Book) -> date | None:
    """The first day that is not closed; None where nothing is."""
    latest = Period.objects.filter(book=book).order_by("-through_on").first()
    return latest.through_on + timedelta(days=1) if latest else None


@dataclass(frozen=True, slots=True)
class PeriodMovement:
    """Of one account, signed: ``opening + movement = closing``; `corrections` is the part of the movement that is of earlier days."""

    account: TrialRow
    opening_minor: int
    corrections_minor: int
    closing_minor: int

    @property
    def movement_minor(self) -> int:
        return self.closing_minor - self.opening_minor


def period_movements(period: Period) -> list[PeriodMovement]:
    """What each account moved in a closed period, as it was known at its closing: the same whenever it is asked."""
    before = Period.objects.filter(book_id=period.book_id, through_on__lt=period.through_on).order_by("-through_on").first()
    closing = _as_of(period, period)
    opening = _as_of(before, before) if before else {}
    corrected = _as_of(before, period) if before else {}
    return [
        PeriodMovement(
            row,
            opening[row.account_id].balance_minor if row.account_id in opening else 0,
            corrected[row.account_id].balance_minor - opening[row.account_id].balance_minor if row.account_id in opening else 0,
            row.balance_minor,
        )
        for row in closing.values()
    ]


def _as_of(day_of: Period, known_with: Period) -> dict[int, TrialRow]:
    """Balances through the last day of one period, as known at the closing of another."""
    rows = trial_of_book(day_of.book, day=day_of.through_on, known_at=known_with.closed_at, watermark=known_with.watermark)
    return {row.account_id: row for row in rows}
