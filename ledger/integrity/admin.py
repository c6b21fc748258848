"""The integrity page: what each invariant of the books said when it was last asked, and a button that asks again."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect

from directpay.events.look_only import LookOnly, amount, exactly
from directpay.kernel import clock
from directpay.kernel.money import EXPONENTS, words
from directpay.people.queries import actor_for_user
from ledger.integrity.actions import ask_for_check, is_asked_for
from ledger.integrity.models import Check
from ledger.integrity.queries import findings_of, latest_check
from ledger.journal.invariants import Finding

EARLIER = 14  # checks below the latest
GROUPS: Final = (
    ("broken", "Broken", "Somebody should look at these now. Nothing was changed."),
    ("holds", "Holds", "Asked, and nothing contradicts them."),
    ("not_applicable", "Not yet applicable", "What these are about does not exist yet: they were not asked, and say nothing."),
)


@admin.register(Check)
class CheckAdmin(LookOnly):
    """The list is the latest check, a row is an earlier one: both are the same page."""

    list_display = ("__str__",)

    def pages(self) -> Sequence[tuple[str, Callable[..., HttpResponseBase], str]]:
        return (("now/", self.check_now, "ledger_check_now"),)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        return self._shown(request, latest_check(), latest=True)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        if request.method != "GET":
            raise PermissionDenied
        check = Check.objects.filter(id=object_id).first() if object_id.isascii() and object_id.isdigit() and len(object_id) < 19 else None
        if check is None:
            raise Http404
        return self._shown(request, check, latest=False)

    def check_now(self, request: HttpRequest) -> HttpResponseBase:
        """Asks the worker: a check reads every entry, which no request should wait for."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        ask_for_check(actor=actor_for_user(request.user), at=clock.now())  # type: ignore[arg-type]
        messages.info(request, "The books are being checked. This page shows the result as soon as it is there.")
        return redirect("admin:ledger_check_changelist")

    def _shown(self, request: HttpRequest, check: Check | None, *, latest: bool) -> HttpResponseBase:
        findings = findings_of(check) if check else []
        context = {
            "check": check,
            "latest": latest,
            "asked": latest and is_asked_for(),
            "checked_at": exactly(check.at) if check else "",
            "groups": [
                {"state": state, "title": title, "meaning": meaning, "findings": [_printed(f) for f in findings if f.state == state]}
                for state, title, meaning in GROUPS
            ],
            "earlier": [{"check": one, "at": exactly(one.at)} for one in Check.objects.order_by("-at", "-id").defer("findings")[:EARLIER]],
        }
        return self.page(request, "ledger/integrity.html", "Integrity of the books", context)


def _by_how_much(off_minor: int, finding: Finding) -> str:
    """As money where all broken rows are of one currency that they name, else in minor units."""
    rows = [dict(zip(finding.columns, row, strict=True)) for row in finding.broken]
    named = {str(row.get("currency") or str(row.get("account", "")).rpartition(".")[2]) for row in rows}
    currency = named.pop() if len(named) == 1 and finding.rows == len(rows) else ""
    return words(off_minor, currency) if currency in EXPONENTS else f"{off_minor:,} minor units"


def _printed(finding: Finding) -> dict[str, Any]:
    """A finding with its pill's word and its rows as the page prints them."""
    word = {"holds": "holds", "broken": "broken", "not_applicable": "not yet applicable"}[finding.state]
    if finding.off_minor is not None and finding.broken:
        word = f"broken by {_by_how_much(finding.off_minor, finding)}"
    elif finding.broken:
        word = f"broken in {finding.rows:,} rows"
    return {
        "finding": finding,
        "word": word,
        "heads": ["off by, in minor units" if column == "off_minor" else column.replace("_", " ") for column in finding.columns],
        "figures": [amount(minor, currency) for currency, minor in finding.figures],
        "more": finding.rows - len(finding.broken),
    }
