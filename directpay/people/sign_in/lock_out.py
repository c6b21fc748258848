"""Too many wrong tries: nobody signs in to that account from that address for a while. django-axes counts, in PostgreSQL.

It counts by account and address together, so that a stranger cannot lock somebody out of their own home, and apart from that by
address alone, much later, against one who tries one password on many accounts. An account is what was typed: whether somebody has
that e-mail makes no difference to what is counted or answered. Time is the installation's own (`kernel.clock`).
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from directpay.kernel import clock

LOGIN_LIMIT = 254


class LockOut(AxesDatabaseHandler):
    """axes reads the machine's clock into the request; here each question is asked at the installation's time."""

    def is_allowed(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        request.axes_attempt_time = clock.now()  # type: ignore[attr-defined]
        return super().is_allowed(request, credentials)

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        if super().is_locked(request, credentials):
            return True
        tried = _recent(request).aggregate(tries=Sum("failures_since_start"))["tries"] or 0
        return tried >= settings.SIGN_IN_TRIES_PER_ADDRESS

    def user_login_failed(self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **given: Any) -> None:
        if request is not None:
            request.axes_attempt_time = clock.now()  # type: ignore[attr-defined]
        super().user_login_failed(sender, credentials, request, **given)

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **given: Any) -> None:
        request.axes_attempt_time = clock.now()  # type: ignore[attr-defined]
        super().user_logged_in(sender, request, user, **given)

    def user_logged_out(self, sender: Any, request: HttpRequest, user: Any, **given: Any) -> None:
        request.axes_attempt_time = clock.now()  # type: ignore[attr-defined]
        super().user_logged_out(sender, request, user, **given)


def login_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What was typed as the account, written in one way."""
    typed = (credentials or {}).get("email") or request.POST.get("login", "")
    return str(typed).replace("\0", "").strip().lower()[:LOGIN_LIMIT]


def cool_off(request: HttpRequest | None = None) -> timedelta:
    return timedelta(minutes=settings.SIGN_IN_COOL_OFF_MINUTES)


def locked_until(request: HttpRequest, credentials: dict[str, Any] | None = None) -> datetime:
    """When the next try is taken: a cool-off after the last one that was counted."""
    account = Q(username=login_of(request, credentials))
    attempts = _recent(request)
    last = attempts.filter(account).aggregate(at=Max("attempt_time"))["at"] or attempts.aggregate(at=Max("attempt_time"))["at"]
    return (last or clock.now()) + cool_off()


def answer(request: HttpRequest, response: HttpResponseBase | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """The page of a locked door, with `Retry-After` in seconds; the same whether the account exists or not."""
    until = locked_until(request, credentials)
    context = {"locked_until": until.astimezone(ZoneInfo(settings.TIME_ZONE))}
    page = render(request, "429.html", context, status=429)
    page["Retry-After"] = max(1, round((until - clock.now()).total_seconds()))
    page["Cache-Control"] = "no-store"
    return page


def _recent(request: HttpRequest) -> Any:
    """What was counted from this address within the cool-off."""
    return AccessAttempt.objects.filter(
        ip_address=request.axes_ip_address,  # type: ignore[attr-defined]
        attempt_time__gte=get_cool_off_threshold(request),
    )
