"""Days on which something is recorded that has happened."""

from datetime import date, datetime

from directpay.kernel.errors import InvalidInput
from leases.contracts.models import Lease
from leases.contracts.queries import book_of
from leases.rent.queries import local_today
from ledger.journal.actions.periods import require_open


def day_recorded(lease: Lease, day: date | None, at: datetime, *, param: str) -> date:
    """That day or today, where the property stands; neither in the future nor in a closed period. Raises InvalidInput, PeriodClosed."""
    today = local_today(lease, at)
    day = day or today
    if day > today:
        raise InvalidInput("That day has not come yet.", param=param)
    require_open(book_of(lease), day, param=param)
    return day
