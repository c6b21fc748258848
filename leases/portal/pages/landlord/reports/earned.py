"""The owner statement with the entries behind each figure, and Schedule E."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from directpay.people.actor import LANDLORD
from leases.portal.pages.landlord.reports.asking import Ask, PeriodAsk, YearAsk
from leases.portal.pages.landlord.reports.standing import report
from leases.portal.pages.landlord.reports.wording import name_of, place_of, section_of
from leases.portal.visit import Visit, page_for
from leases.reports.files import Lines, entry_lines, schedule_lines, statement_lines
from leases.reports.queries.books import BATCH, NO_PROPERTY, Behind, books_of, entries_behind
from leases.reports.queries.books import Ask as OfBook
from leases.reports.queries.schedule_e import schedules_e
from leases.reports.queries.scope import Known, Scope, Wish, known, scope_of, today_of
from leases.reports.queries.statement import BACK, COST, INCOME, OwnerStatement, Place, codes_of, owner_statements
from leases.reports.schedule_lines import LINES, READ_ON, SOURCE
from ledger.journal.pages.asking import csv_response

ENTRIES = 200  # on a page; the file has all


@page_for(LANDLORD)
def statement(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    def shown(scope: Scope, form: Ask, seen: Known) -> dict[str, Any]:
        asked = form.cleaned_data
        found = owner_statements(scope, asked["start_date"], asked["end_date"], asked["basis"], seen)
        names = {home.public_id: home.name for home in scope.properties}
        printed = [_printed(one, names) for one in found if one.lines or any(place.stands for place in one.all_places)]
        return {"statements": printed, "since": asked["start_date"], "through": asked["end_date"], "basis": asked["basis"]}

    def lines(scope: Scope, form: Ask, seen: Known) -> tuple[str, Lines]:
        since, through, basis = (form.cleaned_data[name] for name in ("start_date", "end_date", "basis"))
        return f"owner-statement-{basis}-{since}-{through}", statement_lines(scope, since, through, basis, seen)

    return report(request, visit, PeriodAsk, "portal/landlord/reports/statement.html", shown, lines)


def _printed(found: OwnerStatement, names: dict[str, str]) -> dict[str, Any]:
    sections = [(section_of(key), _by_line(found, key), found.section_minor(key)) for key in (INCOME, BACK, COST)]
    homes = [(names.get(key, _("No property")), sum(line.minor for line in found.lines if line.home == key)) for key in found.homes]
    return {
        "found": found,
        "sections": [section for section in sections if section[1]],
        "homes": homes,
        "places": [_place(place) for place in found.places if place.stands],
        "deposits": _place(found.deposits) if found.deposits and found.deposits.stands else None,
    }


def _by_line(found: OwnerStatement, section: str) -> list[dict[str, Any]]:
    """Each line of a section over all properties."""
    sums: dict[str, list[int]] = {}
    for line in found.of_section(section):
        of_line = sums.setdefault(line.name, [0, 0])
        of_line[0] += line.minor
        of_line[1] += line.count
    return [{"name": name, "text": name_of(name), "minor": minor, "count": count} for name, (minor, count) in sums.items()]


def _place(place: Place) -> dict[str, Any]:
    return {"place": place, "title": place_of(place.name), "flows": [(name_of(flow.name), flow.minor) for flow in place.flows]}


@page_for(LANDLORD)
def entries(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Behind a figure of a statement: of one payee and currency, one line, and where it is asked for one property."""
    everything = scope_of(visit.actor, Wish())
    form = PeriodAsk(request.GET, everything, today_of(everything, visit.at), visit.at)
    payee = next((p for p in everything.payees if p.public_id == request.GET.get("payee")), None)
    codes = codes_of(request.GET.get("line", ""))
    if not form.is_valid() or payee is None or not codes:
        raise Http404
    asked, seen = form.cleaned_data, known(form.cleaned_data["known_at"], now=visit.at)
    currency = request.GET.get("currency", "")
    book = next((book for book, of_book in books_of(payee) if of_book == currency), None)
    if book is None:
        raise Http404
    of_book = OfBook(book, currency, asked["start_date"], asked["end_date"], seen)
    cash = asked["basis"] == "cash"
    if request.GET.get("format") == "csv":
        name = f"entries-{request.GET['line']}-{asked['start_date']}-{asked['end_date']}"
        return csv_response(name, entry_lines(_all(of_book, cash, codes, asked["property"]), currency))
    rows = entries_behind(of_book, cash=cash, codes=codes, home=asked["property"], limit=ENTRIES + 1)
    more = {"line": request.GET["line"], "payee": payee.public_id, "currency": currency}
    context = {
        "title": name_of(request.GET["line"]),
        "rows": rows[:ENTRIES],
        "more": len(rows) > ENTRIES,
        "total": sum(row.minor for row in rows[:ENTRIES]),
        "currency": currency,
        "names": {home.public_id: home.name for home in everything.properties} | {NO_PROPERTY: _("No property")},
        "since": asked["start_date"],
        "through": asked["end_date"],
        "known_at": seen.at,
        "back": form.again(seen.at),
        "file": form.again(seen.at, **more, format="csv"),
    }
    return render(request, "portal/landlord/reports/entries.html", context)


def _all(of_book: OfBook, cash: bool, codes: tuple[str, ...], home: str) -> Iterator[Behind]:
    after: tuple[date, int, str] | None = None
    while True:
        rows = entries_behind(of_book, cash=cash, codes=codes, home=home, after=after)
        yield from rows
        if len(rows) < BATCH:
            return
        after = (rows[-1].counts_on, rows[-1].entry_id, rows[-1].code)


@page_for(LANDLORD)
def schedule(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    def shown(scope: Scope, form: Ask, seen: Known) -> dict[str, Any]:
        found = schedules_e(scope, int(form.cleaned_data["year"]), seen)
        rows = [
            {
                "found": one,
                "lines": [(line, [home.line(line.number) for home in one.homes], one.line(line.number)) for line in LINES],
            }
            for one in found
            if one.homes
        ]
        return {"schedules": rows, "year": form.cleaned_data["year"], "source": SOURCE, "read_on": READ_ON}

    def lines(scope: Scope, form: Ask, seen: Known) -> tuple[str, Lines]:
        year = int(form.cleaned_data["year"])
        return f"schedule-e-{year}", schedule_lines(scope, year, seen)

    return report(request, visit, YearAsk, "portal/landlord/reports/schedule_e.html", shown, lines)
