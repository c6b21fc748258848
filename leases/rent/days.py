"""Days on which something is recorded that has happened."""

from datetime import date, datetime

from directpay.kernel.errors import InvalidInput
from leases.contracts.models import Lease
from leases.contracts.queries import book_of
from leases.rent.queries import local_today
from ledger.journal.actions.periods import require_open
from ledger.journal.models import Book


def day_recorded(lease: Lease, day: date | None, at: datetime, *, param: str) -> date:
    """That day or today, where the property stands; neither in the future nor in a closed period. Raises InvalidInput, PeriodClosed."""
    return day_in_book(book_of(lease), day, local_today(lease, at), param=param)


def day_in_book(book: Book, day: date | None, today: date, *, param: str) -> date:
    """The same of any owner's book, on whichever day it is today there."""
    day = day or today
    if day > today:
        raise InvalidInput("That day has not come yet.", param=param)
    require_open(book, day, param=param)
    return day
