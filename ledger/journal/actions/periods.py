"""Closing a book through a day. Nothing is moved or locked up: what comes later is recorded in the period that is open then."""

from datetime import UTC, date, datetime, timedelta

from django.db import connection

from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from ledger.journal.actions.watermarks import mark
from ledger.journal.models import Book, Period
from ledger.journal.queries.periods import first_open_on

WESTERNMOST = timedelta(hours=-12)  # a day that is over there is over everywhere: nobody's today is closed


class PeriodClosed(Conflict):
    """The day lies in a closed period; `first_open_on` says which day does not."""

    code = "period_closed"


class PeriodNotOver(InvalidInput):
    """A period is closed when it is over."""

    code = "period_not_over"


def require_open(book: Book, day: date, *, param: str = "effective_on") -> None:
    """Step: what is recorded by hand may not be dated into a closed period (a fact of the rail may). Raises PeriodClosed.

    Until the end of the transaction nobody closes the book: a closing waits for whoever was told that a day is open.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM ledger_book WHERE id = %s FOR KEY SHARE", [book.id])
    first = first_open_on(book)
    if first and day < first:
        said = f"The books are closed before {first.isoformat()}: choose that day or a later one."
        raise PeriodClosed(said, param=param, first_open_on=first.isoformat())


def require_closable(book: Book, through_on: date, *, at: datetime) -> None:
    """Step: whether `book` can be closed through that day, which must be over everywhere. Raises PeriodNotOver, PeriodClosed."""
    if through_on >= (at.astimezone(UTC) + WESTERNMOST).date():
        raise PeriodNotOver(f"{through_on} is not over yet", param="through_on")
    first = first_open_on(book)
    if first and through_on < first:
        raise PeriodClosed(f"{book} is closed beyond {through_on} already", param="through_on", first_open_on=first.isoformat())


def close_period(book: Book, through_on: date, *, actor: Actor, at: datetime) -> Period:
    """Close `book` through a day that is over, forwards only. Raises PeriodNotOver, PeriodClosed."""
    with unit_of_work():
        book = Book.objects.select_for_update().get(id=book.id)
        require_closable(book, through_on, at=at)
        watermark = mark(at)  # never before the last one, whatever the clock says: closings keep their order
        period = Period.objects.create(
            public_id=public_id("per"),
            book=book,
            through_on=through_on,
            closed_at=watermark.at,
            watermark=watermark,
            closed_by=actor.label,
        )
        data = {"id": period.public_id, "book": str(book), "through_on": through_on.isoformat()}
        record([NewEvent(type="ledger.period_closed", object_id=period.public_id, version=1, actor=actor.label, at=at, data=data)])
        return period
