"""Content-Security-Policy: strict everywhere, relaxed only where a library's own pages need it."""

from typing import Any, Final

from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest
from django.http.response import HttpResponseBase

READERS: Final = {"style-src": ["'unsafe-inline'"], "img-src": ["blob:"], "worker-src": ["blob:"]}
STAFF: Final = {"script-src": ["'unsafe-inline'", "'unsafe-eval'"], "style-src": ["'unsafe-inline'"]}  # unfold runs Alpine
RELAXED: Final = {"/admin/": STAFF, "/api/docs/": READERS, "/api/redoc/": READERS}


class PagePolicyMiddleware(CSPMiddleware):
    """django-csp, with what these addresses may do besides."""

    def get_policy_parts(self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        more: dict[str, Any] | None = next((more for prefix, more in RELAXED.items() if request.path.startswith(prefix)), None)
        if more and parts.update is None:
            parts.update = more
        return parts
