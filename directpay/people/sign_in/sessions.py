"""Where a person is signed in, and ending it: allauth keeps a row for each session, from sign-in on."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from directpay.kernel import clock

# Sign → name, in this order: most browsers also name those that they are made like.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrom": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
SHOWN_LETTERS = 60


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One line of the page."""

    id: int
    device: str
    address: str
    since: datetime
    is_this_one: bool


def sessions_of(request: HttpRequest) -> list[SignedIn]:
    """This one first, then the newest; those that have ended are forgotten on the way."""
    zone, here = ZoneInfo(settings.TIME_ZONE), request.session.session_key
    rows = UserSession.objects.purge_and_list(request.user)
    rows.sort(key=lambda row: (row.session_key == here, row.created_at), reverse=True)
    return [SignedIn(row.pk, device_of(row.user_agent), row.ip, row.created_at.astimezone(zone), row.session_key == here) for row in rows]


def device_of(user_agent: str) -> str:
    """`Firefox, Windows`: what a browser says of itself, or the beginning of it."""
    found = [next((name for sign, name in signs.items() if sign in user_agent), "") for signs in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found)) or user_agent[:SHOWN_LETTERS] or _("a program")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """The list; a POST ends one of them, or all others. Sessions last by the machine's clock, as their cookies do."""
    if request.method == "POST":
        return _end(request)
    today = clock.system_now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    return render(request, "account/sessions.html", {"sessions": sessions_of(request), "today": today})


def _end(request: HttpRequest) -> HttpResponse:
    """One's own alone: what is not in the list is nobody's business here, and is passed over."""
    here = request.session.session_key
    others = UserSession.objects.filter(user=request.user).exclude(session_key=here)
    if "others" not in request.POST:
        chosen = request.POST.get("session", "")
        others = others.filter(pk=int(chosen)) if chosen.isdecimal() and len(chosen) < 19 else others.none()
    for session in others:
        session.end()
    messages.success(request, _("Ended: whoever sits there has to sign in again."))
    return redirect("sessions")
