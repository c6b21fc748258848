"""Every request: timed and counted by route template (never by its address, which has no bound), and one line in the log."""

import re
import time
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from directpay.kernel.instruments import Histogram, Level
from directpay.kernel.milestones import milestone

DURATION = Histogram(
    "http_request_duration_seconds",
    "Until the answer is ready, by method, route template and class of status.",
    ["method", "route", "status"],
    bounds=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
IN_FLIGHT = Level("http_requests_in_flight", "Requests that are being answered now.")
METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "DELETE", "PUT", "PATCH"})
OTHER, STATIC, UNMATCHED = "other", "static", "unmatched"
PROBES = frozenset({"/health", "/ready", "/metrics"})  # asked every few seconds: logged only when they fail
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


class AccessMiddleware:
    """Just below `RequestIdMiddleware`: everything else is inside what it measures."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        IN_FLIGHT.add(1)
        started = time.perf_counter()
        status = 500
        try:
            response = self.get_response(request)
            status = response.status_code
            return response
        finally:
            seconds = time.perf_counter() - started
            IN_FLIGHT.add(-1)
            method, route = request.method if request.method in METHODS else OTHER, route_of(request)
            DURATION.observe(seconds, method or OTHER, route, f"{status // 100}xx")
            if settings.ACCESS_LOG and (status >= 400 or route not in PROBES):
                milestone("request_answered", method=method or OTHER, route=route, status=status, milliseconds=round(seconds * 1000))


def route_of(request: HttpRequest) -> str:
    """``/api/v1/payments/{id}``; `static` for files, `unmatched` for what no pattern answers to."""
    if request.resolver_match is not None:
        return template_of(request.resolver_match.route)
    return STATIC if request.path_info.startswith(settings.STATIC_URL) else UNMATCHED


@lru_cache(maxsize=1_000)
def template_of(pattern: str) -> str:
    """A pattern of Django's in words: parameters in braces, without what only a regular expression needs."""
    named = PARAMETER.sub(lambda found: f"{{{found[1] or found[2]}}}", pattern)
    return "/" + re.sub(r"\(\?:([^()|]*)[^()]*\)|/\?|\\Z|[\^$?\\]", lambda found: found[1] or "", named)
