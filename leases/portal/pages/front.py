"""The front page, the way home from it, and a person's own account page."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from directpay.kernel import clock
from directpay.people.actor import LANDLORD, RENTER, STAFF
from leases.portal import dates, words
from leases.portal.story import Stop
from leases.portal.visit import Visit, page_for
from payments.pricing.fees import HOUSE_FEES_MINOR, HOUSE_FEES_PERMILLE
from payments.rails.base import Promise
from payments.rails.registry import RAILS

HOMES = {RENTER: "renter_home", LANDLORD: "landlord_home", STAFF: "admin:index"}
BY_CALENDAR = ("calendar", 1, "")  # the front page tells what banks do, also where the sandbox is quicker


@dataclass(frozen=True, slots=True)
class Price:
    """A line of the table of fees."""

    rail: str
    fee_minor: int
    percent: str  # of the amount, besides; empty: none
    said: words.Promised


def front(request: HttpRequest) -> HttpResponse:
    """What this is, for those who are not signed in; everybody else is sent home."""
    if request.user.is_authenticated:
        return redirect(HOMES[request.user.role])
    at, zone = clock.now(), ZoneInfo(settings.TIME_ZONE)
    promises = {name: rail(*BY_CALENDAR).promise(at) for name, rail in RAILS.items()}
    order = sorted(promises, key=lambda name: promises[name].clears_at, reverse=True)
    context = {
        "prices": [Price(name, HOUSE_FEES_MINOR[name], _percent(name), words.promised(name, promises[name], at, zone)) for name in order],
        "stops": _example(promises["ach"], at, zone),
        "sent_at": at.astimezone(zone),
        "quick": settings.RAIL_PROFILE == "demo",
    }
    return render(request, "portal/front.html", context)


def _percent(name: str) -> str:
    permille = HOUSE_FEES_PERMILLE.get(name, 0)
    return f"{permille // 10}.{permille % 10}%" if permille else ""


def _example(promise: Promise, at: datetime, zone: ZoneInfo) -> list[Stop]:
    """A bank transfer sent now, as it would go."""
    today = at.astimezone(zone).date()

    def on(moment: datetime) -> str:
        return dates.day_text(moment.astimezone(zone).date(), today)

    return [
        Stop("now", _("Sent"), _("now")),
        Stop("todo", _("At the bank"), on(promise.leaves_at)),
        Stop("todo", _("Cleared"), on(promise.clears_at)),
        Stop("todo", _("Ready for the landlord"), on(promise.ready_at)),
    ]


@page_for()
def account(request: HttpRequest, visit: Visit) -> HttpResponse:
    roles = {RENTER: _("a renter"), LANDLORD: _("a landlord"), STAFF: _("staff")}
    return render(request, "portal/account.html", {"person": visit.user, "role": roles[visit.user.role]})
