"""Closed periods: what each account moved in one, and closing the next with a look at what it will mean before."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from directpay.events.look_only import LookOnly, exactly
from directpay.kernel import clock
from directpay.people.queries import actor_for_user
from ledger.journal.actions.periods import PeriodClosed, PeriodNotOver, close_period, require_closable
from ledger.journal.models import Book, Period
from ledger.journal.pages.asking import DayField
from ledger.journal.queries import first_open_on, period_movements
from ledger.journal.queries.periods import PeriodMovement

ROWS = 1_000


class CloseForm(forms.Form):
    book = forms.ModelChoiceField(Book.objects.order_by("kind", "subject"), label="Book", empty_label=None)
    through_on = DayField(label="Through", help_text="The last day of the period. It must be over.")
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)


def movements(page: LookOnly, request: HttpRequest, period: Period) -> HttpResponseBase:
    """What each account moved in the period, as it was known at its closing: the same whenever it is asked."""
    rows = [row for row in period_movements(period) if row.opening_minor or row.movement_minor or row.closing_minor]
    context: dict[str, Any] = {
        "period": period,
        "closed_at": exactly(period.closed_at),
        "rows": [_printed(row) for row in rows[:ROWS]],
        "left_out": max(0, len(rows) - ROWS),
        "totals": _totals(rows),
    }
    return page.page(request, "ledger/period.html", f"{period.book} through {period.through_on:%-d %b %Y}", context)


def close(page: LookOnly, request: HttpRequest) -> HttpResponseBase:
    """GET: the form. POST: what closing would mean, and with the confirmation that this gives, the closing itself."""
    now = clock.now()
    form = CloseForm(request.POST if request.method == "POST" else None, initial={"book": _wanted(request)})
    context: dict[str, Any] = {"form": form, "standing": _standing()}
    if request.method == "POST" and form.is_valid():
        book, through_on = form.cleaned_data["book"], form.cleaned_data["through_on"]
        try:
            if form.cleaned_data["confirmed"] == through_on.isoformat():
                actor = actor_for_user(request.user)  # type: ignore[arg-type]
                period = close_period(book, through_on, actor=actor, at=now)
                messages.success(request, f"{book} is closed through {through_on:%-d %b %Y}.")
                return redirect("admin:ledger_period_change", period.pk)
            require_closable(book, through_on, at=now)
            context["preview"] = _preview(book, through_on, now)
        except PeriodClosed as refused:
            first = date.fromisoformat(str(refused.details["first_open_on"]))
            form.add_error(
                "through_on", f"{book} is closed through {first - timedelta(days=1):%-d %b %Y}: the first open day is {first:%-d %b %Y}."
            )
        except PeriodNotOver:
            form.add_error("through_on", "This day is not over yet.")
    refused_form = form.is_bound and not form.is_valid()
    return page.page(request, "ledger/close_period.html", "Close a period", context, status=422 if refused_form else 200)


def _wanted(request: HttpRequest) -> Book | None:
    """The book named in the address, or the platform's."""
    wanted = request.GET.get("book", "")
    return Book.objects.filter(Q(subject=wanted, kind="L") if wanted else Q(kind="P")).first()


def _preview(book: Book, through_on: date, now: datetime) -> dict[str, Any]:
    first = first_open_on(book)
    return {
        "book": book,
        "through_on": through_on,
        "open_from": through_on + timedelta(days=1),
        "closed_through": first - timedelta(days=1) if first else None,
        "at": exactly(now),
        "confirm": through_on.isoformat(),
    }


def _standing() -> list[dict[str, Any]]:
    """Each book and its first open day, a page of them."""
    latest: dict[int, date] = {}
    for book_id, through_on in Period.objects.order_by("through_on").values_list("book_id", "through_on"):
        latest[book_id] = through_on + timedelta(days=1)
    return [{"book": book, "first_open_on": latest.get(book.id)} for book in Book.objects.order_by("kind", "subject")[:ROWS]]


def _printed(row: PeriodMovement) -> dict[str, Any]:
    """Signed by the account's normal side, as its balance is shown."""
    sign = row.account.normal
    return {
        "account": row.account,
        "opening_minor": sign * row.opening_minor,
        "movement_minor": sign * row.movement_minor,
        "corrections_minor": sign * row.corrections_minor,
        "closing_minor": sign * row.closing_minor,
    }


def _totals(rows: list[PeriodMovement]) -> list[dict[str, Any]]:
    """Per currency, signed debit + and credit −: each column adds up to nothing."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        four = (row.opening_minor, row.movement_minor, row.corrections_minor, row.closing_minor)
        sums[row.account.currency] = [a + b for a, b in zip(sums.get(row.account.currency, [0] * 4), four, strict=True)]
    names = ("opening_minor", "movement_minor", "corrections_minor", "closing_minor")
    return [{"currency": currency, **dict(zip(names, four, strict=True))} for currency, four in sorted(sums.items())]
