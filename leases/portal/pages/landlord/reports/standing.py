"""The index of reports, the rent roll and aging."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from directpay.people.actor import LANDLORD
from leases.portal.pages.landlord.reports.asking import Ask, DayAsk
from leases.portal.pages.landlord.reports.wording import status_word
from leases.portal.visit import Visit, page_for
from leases.reports.files import Lines, aging_lines, rent_roll_lines
from leases.reports.queries.aging import Aged, AgingRow, aging
from leases.reports.queries.rent_roll import RollRow, Totals, rent_roll
from leases.reports.queries.scope import Known, Scope, Wish, known, scope_of, today_of
from ledger.journal.pages.asking import csv_response

ROWS = 500  # on a page; the file has all


@page_for(LANDLORD)
def index(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    return render(request, "portal/landlord/reports/index.html", {"homes": scope_of(visit.actor, Wish()).properties})


def report(
    request: HttpRequest,
    visit: Visit,
    ask: type[Ask],
    template: str,
    shown: Callable[[Scope, Ask, Known], dict[str, Any]],
    lines: Callable[[Scope, Ask, Known], tuple[str, Lines]],
) -> HttpResponseBase:
    """A page with its form, or with ``format=csv`` its file. A form that is wrong shows what is wrong, and no report."""
    everything = scope_of(visit.actor, Wish())
    form = ask(request.GET, everything, today_of(everything, visit.at), visit.at)
    context: dict[str, Any] = {"form": form, "homes": everything.properties, "names": {h.public_id: h.name for h in everything.properties}}
    if not form.is_valid():
        return render(request, template, context, status=422)
    scope = scope_of(visit.actor, Wish(property=form.cleaned_data["property"])) if form.cleaned_data["property"] else everything
    seen = known(form.cleaned_data["known_at"], now=visit.at)
    if request.GET.get("format") == "csv":
        name, rows = lines(scope, form, seen)
        return csv_response(name, rows)
    context |= {"known_at": seen.at, "again": form.again(seen.at), "file": form.again(seen.at, format="csv")}
    return render(request, template, context | shown(scope, form, seen))


@page_for(LANDLORD)
def roll(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    def shown(scope: Scope, form: Ask, seen: Known) -> dict[str, Any]:
        totals = Totals()
        rows = _counted(rent_roll(scope, form.cleaned_data["as_of"], seen), totals)
        printed = [{"row": row, "status": status_word(row.status)} for row in islice(rows, ROWS)]
        left_out = sum(1 for _row in rows)
        sums = [(unit, sums, totals.units.get(unit, 0), totals.vacant.get(unit, 0)) for unit, sums in sorted(totals.sums.items())]
        return {"rows": printed, "left_out": left_out, "totals": sums, "day": form.cleaned_data["as_of"]}

    def lines(scope: Scope, form: Ask, seen: Known) -> tuple[str, Lines]:
        day = form.cleaned_data["as_of"]
        return f"rent-roll-{day}", rent_roll_lines(scope, day, seen)

    return report(request, visit, DayAsk, "portal/landlord/reports/rent_roll.html", shown, lines)


def _counted(rows: Iterator[RollRow], totals: Totals) -> Iterator[RollRow]:
    for row in rows:
        totals.add(row)
        yield row


@page_for(LANDLORD)
def ages(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    def shown(scope: Scope, form: Ask, seen: Known) -> dict[str, Any]:
        totals: dict[str, Aged] = {}
        rows = _aged(aging(scope, form.cleaned_data["as_of"], seen), totals)
        printed = list(islice(rows, ROWS))
        left_out = sum(1 for _row in rows)
        return {"rows": printed, "left_out": left_out, "totals": sorted(totals.items()), "day": form.cleaned_data["as_of"]}

    def lines(scope: Scope, form: Ask, seen: Known) -> tuple[str, Lines]:
        day = form.cleaned_data["as_of"]
        return f"aging-{day}", aging_lines(scope, day, seen)

    return report(request, visit, DayAsk, "portal/landlord/reports/aging.html", shown, lines)


def _aged(rows: Iterator[AgingRow], totals: dict[str, Aged]) -> Iterator[AgingRow]:
    for row in rows:
        totals[row.currency] = totals.get(row.currency, Aged()) + row.aged
        yield row
