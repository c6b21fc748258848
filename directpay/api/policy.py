"""What holds for every page: a strict Content-Security-Policy, relaxed only where a library's own pages need it, and sane queries."""

from collections.abc import Callable
from typing import Any, Final

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

READERS: Final = {"style-src": ["'unsafe-inline'"], "img-src": ["blob:"], "worker-src": ["blob:"]}
STAFF: Final = {"script-src": ["'unsafe-inline'", "'unsafe-eval'"], "style-src": ["'unsafe-inline'"]}  # unfold runs Alpine
NOTHING: Final = "default-src 'none'; frame-ancestors 'none'"  # an answer to a program is not a page
RELAXED: Final = {"/admin/": STAFF, "/api/docs/": READERS, "/api/redoc/": READERS}


class PagePolicyMiddleware(CSPMiddleware):
    """django-csp, with what these addresses may do besides. JSON may do nothing, which need not be worked out for each answer."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.get("Content-Type", "").startswith("application/json"):
            response.setdefault(HEADER, NOTHING)
            return response
        return super().process_response(request, response)

    def get_policy_parts(self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        more: dict[str, Any] | None = next((more for prefix, more in RELAXED.items() if request.path.startswith(prefix)), None)
        if more and parts.update is None:
            parts.update = more
        return parts


class SaneQueryMiddleware:
    """Refuses NUL in a query of the staff's pages: Django's lists hand what is filtered to PostgreSQL, which has no place for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/admin/") and "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("There is a NUL in this query.")
        return self.get_response(request)
