"""The statement of an account: page by page on the screen, whole as CSV. Until a moment that has passed it is the same for ever."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from directpay.events.look_only import LookOnly, exactly
from directpay.kernel import clock
from directpay.kernel.clock import EASTERN
from directpay.kernel.sheets import Cell, Figure, figure
from ledger.journal.actions.watermarks import NotYetKnown, span
from ledger.journal.models import Account, Transaction
from ledger.journal.pages.asking import MomentField, csv_response
from ledger.journal.queries import StatementLine, statement
from ledger.journal.queries.past import Untold, require_told
from ledger.journal.queries.statement import PAGE, Place, Span

BATCH = 2_000  # lines of a file in memory at once
LONGEST_SEQ = 2**63 - 1
COLUMNS = (
    "seq",
    "recorded_at",
    "effective_on",
    "reference",
    "transaction",
    "kind",
    "reversal",
    "item",
    "debit_minor",
    "credit_minor",
    "balance_minor",
    "debit",
    "credit",
    "balance",
)


class StatementForm(forms.Form):
    since = MomentField(label="Recorded after", help_text="Eastern time. Empty: the beginning of this month.")
    until = MomentField(label="Recorded until", help_text="And as known at that moment. Empty: now.")
    after_seq = forms.IntegerField(required=False, min_value=0, max_value=LONGEST_SEQ, widget=forms.HiddenInput)
    after_at = MomentField()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("since") and given.get("until") and given["since"] > given["until"]:
            self.add_error("since", "This lies after the end of the statement.")
        return given


def screen(page: LookOnly, request: HttpRequest, account_id: int) -> HttpResponseBase:
    account, now, form = get_object_or_404(Account.objects.select_related("book"), id=account_id), clock.now(), StatementForm(request.GET)
    context: dict[str, Any] = {"form": form, "account": account, "currency": account.currency}
    if form.is_valid():
        since, until = _between(form, now)
        try:
            context |= _shown(account, form, span(since, until, now=now))
        except NotYetKnown:
            form.add_error("until", "This moment lies in the future.")
        except Untold as error:
            form.add_error("since", error.message)
    title = f"Statement of {account.code}"
    return page.page(request, "ledger/statement.html", title, context, status=200 if form.is_valid() else 422)


def file(page: LookOnly, request: HttpRequest, account_id: int) -> HttpResponseBase:
    now, form = clock.now(), StatementForm(request.GET)
    if not form.is_valid() or (form.cleaned_data["until"] or now) > now:
        return screen(page, request, account_id)
    account = get_object_or_404(Account.objects.select_related("book"), id=account_id)
    since, until = _between(form, now)
    try:
        require_told(since)
    except Untold:
        return screen(page, request, account_id)
    return csv_response(f"statement-{account.code}-{until.date()}", _lines(account, span(since, until, now=now)))


def _between(form: StatementForm, now: datetime) -> tuple[datetime, datetime]:
    until = form.cleaned_data["until"] or now
    month = until.astimezone(EASTERN).replace(day=1, hour=0, minute=0, second=0, microsecond=0) - timedelta(microseconds=1)
    return form.cleaned_data["since"] or month, until


def _shown(account: Account, form: StatementForm, between: Span) -> dict[str, Any]:
    """What the page prints: amounts and balances positive on the account's normal side, nothing that another day would change."""
    seq, at = form.cleaned_data["after_seq"], form.cleaned_data["after_at"]
    after = Place(at, seq) if seq and at else None
    found, since, until = statement(account, between, after=after), between.since, between.until
    asked = {"since": since.isoformat(), "until": until.isoformat()}
    ids = dict(Transaction.objects.filter(public_id__in=[line.transaction for line in found.lines]).values_list("public_id", "id"))
    opening = found.opening_minor
    if after and found.lines:
        opening = found.lines[0].balance_minor - found.lines[0].amount_minor
    following = ""
    if found.more:
        place = found.lines[-1].place
        following = urlencode({**asked, "after_at": place.at.isoformat(), "after_seq": place.seq})
    return {
        "found": found,
        "lines": [_printed(account, line, ids) for line in found.lines],
        "since": exactly(since),
        "until": exactly(until),
        "exact_since": since.isoformat(),
        "exact_until": until.isoformat(),
        "opening_minor": account.normal * opening,
        "carried_minor": account.normal * found.lines[-1].balance_minor if found.lines else account.normal * opening,
        "closing_minor": account.normal * found.closing_minor,
        "first_page": after is None,
        "again": urlencode(asked),
        "following": following,
        "page_lines": PAGE,
    }


def _printed(account: Account, line: StatementLine, ids: dict[str, int]) -> dict[str, Any]:
    day = line.at.astimezone(EASTERN).date()
    return {
        "line": line,
        "transaction_id": ids[line.transaction],
        "recorded": exactly(line.at),
        "effective_on": None if line.effective_on == day else line.effective_on,
        "debit_minor": line.amount_minor if line.amount_minor > 0 else None,
        "credit_minor": -line.amount_minor if line.amount_minor < 0 else None,
        "balance_minor": account.normal * line.balance_minor,
    }


def _lines(account: Account, between: Span) -> Iterator[Sequence[Cell]]:
    """The whole statement, a few thousand lines in memory at once; read to the end, it says whether it adds up."""
    unit, sign = account.currency, account.normal
    yield "statement", account.code
    yield "account", account.public_id
    yield "name", account.kind.name
    yield "book", str(account.book)
    yield "currency", unit
    yield "normal_side", "debit" if sign == 1 else "credit"
    yield "recorded_after", between.since
    yield "recorded_until", between.until
    yield "known_at", between.until
    yield ()
    yield COLUMNS
    found = statement(account, between, limit=BATCH)
    opening, debits, credits = found.opening_minor, 0, 0
    yield _sum_line("opening", None, None, sign * opening, unit)
    while True:
        for line in found.lines:
            debit, credit = max(0, line.amount_minor), max(0, -line.amount_minor)
            debits, credits = debits + debit, credits + credit
            yield _line(line, debit, credit, sign, unit)
        if not found.more:
            break
        found = statement(account, between, after=found.lines[-1].place, limit=BATCH)
    yield _sum_line("closing", debits, credits, sign * found.closing_minor, unit)
    yield _sum_line("unexplained", None, None, found.closing_minor - opening - debits + credits, unit)


def _line(line: StatementLine, debit: int, credit: int, sign: int, unit: str) -> Sequence[Cell]:
    what = (line.reference, line.transaction, line.kind, "reversal" if line.reversal else "", line.item)
    minor = (debit or None, credit or None, sign * line.balance_minor)
    return (line.seq, line.at, line.effective_on, *what, *minor, *(_decimal(value, unit) for value in minor))


def _sum_line(name: str, debit: int | None, credit: int | None, balance: int, unit: str) -> Sequence[Cell]:
    minor = (debit, credit, balance)
    return ("", "", "", name, "", "", "", "", *minor, *(_decimal(value, unit) for value in minor))


def _decimal(minor: int | None, unit: str) -> Figure | None:
    return None if minor is None else figure(minor, unit)
