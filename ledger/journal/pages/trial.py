"""Trial balances: of all books, and of one book account by account, for a day and as known at a moment; on the page and as CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from directpay.events.look_only import LookOnly, exactly
from directpay.kernel import clock
from directpay.kernel.sheets import Cell, figure
from ledger.journal.actions.watermarks import NotYetKnown, known_until
from ledger.journal.models import Book
from ledger.journal.pages.asking import DayField, MomentField, csv_response
from ledger.journal.queries import TrialRow, trial_balance, trial_of_book
from ledger.journal.queries.past import Untold

ROWS = 1_000  # on a page; the file has all
COLUMNS = ("account", "name", "subject", "currency", "fund", "debit_minor", "credit_minor", "debit", "credit", "account_id")


class TrialForm(forms.Form):
    as_of = DayField(required=False, label="As of", help_text="What is effective through this day. Empty: whenever.")
    known_at = MomentField(label="Known at", help_text="What was recorded until this moment, Eastern time. Empty: now.")


@dataclass(frozen=True, slots=True)
class Total:
    """Of one currency: the two columns and what lies between them, which is nothing."""

    currency: str
    debit_minor: int
    credit_minor: int

    @property
    def difference_minor(self) -> int:
        return self.debit_minor - self.credit_minor


def all_books(page: LookOnly, request: HttpRequest) -> HttpResponseBase:
    """Debits and credits of every book and currency, from the entries themselves."""
    books = {str(book): book.id for book in Book.objects.all()}
    rows = [row | {"id": books[row["book"]]} for row in trial_balance()]
    totals = _add_up((row["currency"], row["debits"], row["credits"]) for row in rows)
    return page.page(
        request, "ledger/trial_balances.html", "Trial balance of all books", {"rows": rows, "totals": totals, "at": exactly(clock.now())}
    )


def one_book(page: LookOnly, request: HttpRequest, book_id: int) -> HttpResponseBase:
    book, now, form = get_object_or_404(Book, id=book_id), clock.now(), TrialForm(request.GET)
    asked: dict[str, date | datetime | None] = form.cleaned_data if form.is_valid() else {}
    rows: Sequence[TrialRow] = []
    if form.is_valid():
        try:
            rows = _trial(book, form, now)
        except NotYetKnown:
            form.add_error("known_at", "This moment lies in the future.")
        except Untold as error:
            form.add_error("known_at", error.message)
    context = {
        "form": form,
        "book": book,
        "rows": rows[:ROWS],
        "left_out": max(0, len(rows) - ROWS),
        "totals": totals_of(rows),
        "as_of": asked.get("as_of"),
        "known_at": exactly(form.cleaned_data.get("known_at") or now),
        "again": urlencode({"as_of": asked.get("as_of") or "", "known_at": (form.cleaned_data.get("known_at") or now).isoformat()}),
    }
    return page.page(request, "ledger/trial_balance.html", f"Trial balance of {book}", context, status=200 if form.is_valid() else 422)


def one_book_csv(page: LookOnly, request: HttpRequest, book_id: int) -> HttpResponseBase:
    """The same, always as known at a moment that the file names: asked again with it, the file is the same to the byte."""
    now, form = clock.now(), TrialForm(request.GET)
    if not form.is_valid() or (form.cleaned_data["known_at"] or now) > now:
        return one_book(page, request, book_id)
    book, as_of, known_at = get_object_or_404(Book, id=book_id), form.cleaned_data["as_of"], form.cleaned_data["known_at"] or now
    try:
        rows = trial_of_book(book, day=as_of, known_at=known_at, watermark=known_until(known_at, now=now))
    except Untold:
        return one_book(page, request, book_id)
    return csv_response(f"trial-balance-{book}-{as_of or known_at.date()}", _file(book, as_of, known_at, rows))


def _trial(book: Book, form: TrialForm, now: datetime) -> list[TrialRow]:
    known_at = form.cleaned_data["known_at"]
    watermark = known_until(known_at, now=now) if known_at else None
    return trial_of_book(book, day=form.cleaned_data["as_of"], known_at=known_at, watermark=watermark)


def totals_of(rows: Sequence[TrialRow]) -> list[Total]:
    return _add_up((row.currency, row.debit_minor, row.credit_minor) for row in rows)


def _add_up(sides: Iterator[tuple[str, int, int]]) -> list[Total]:
    sums: dict[str, tuple[int, int]] = {}
    for currency, debit, credit in sides:
        before = sums.get(currency, (0, 0))
        sums[currency] = (before[0] + debit, before[1] + credit)
    return [Total(currency, *both) for currency, both in sorted(sums.items())]


def _file(book: Book, as_of: date | None, known_at: datetime, rows: Sequence[TrialRow]) -> Iterator[Sequence[Cell]]:
    yield "trial_balance", str(book)
    yield "as_of", as_of or "whenever"
    yield "known_at", known_at
    yield ()
    yield COLUMNS
    for row in rows:
        two = (figure(row.debit_minor, row.currency), figure(row.credit_minor, row.currency))
        yield row.number, row.name, row.subject, row.currency, row.fund, row.debit_minor, row.credit_minor, *two, row.public_id
    for total in totals_of(rows):
        sides, unit = (total.debit_minor, total.credit_minor), total.currency
        yield "total", "", "", unit, "", *sides, *(figure(side, unit) for side in sides), ""
        yield "difference", "", "", unit, "", total.difference_minor, None, figure(total.difference_minor, unit), None, ""
