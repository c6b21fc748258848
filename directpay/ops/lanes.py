"""The WSGI application, with a short way to the doors where programs speak that neither sign in nor see a page.

Sessions, languages, rate limits of people and the like cost such a request five times what its own work does.
"""

from collections.abc import Callable
from typing import Any, Final

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.security import SecurityMiddleware

from directpay.api.request_id import RequestIdMiddleware
from directpay.ops.access import AccessMiddleware

SHORT_WAYS: Final[set[str]] = set()  # whole paths without a final slash; rooms add their own as Django starts
# Outermost first, as in MIDDLEWARE: they name, count and log a request, send it to https, know our hosts, and say how long the answer is.
ON_THE_SHORT_WAY: Final = (RequestIdMiddleware, AccessMiddleware, SecurityMiddleware, CommonMiddleware)
Chain = Callable[[HttpRequest], HttpResponseBase]


class Application(WSGIHandler):
    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async)
        whole: Chain = self._middleware_chain  # type: ignore[has-type]
        short: Any = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]  # of Django's BaseHandler
        for middleware in reversed(ON_THE_SHORT_WAY):
            short = convert_exception_to_response(middleware(short))

        def choose(request: HttpRequest) -> HttpResponseBase:
            return (short if request.path_info.rstrip("/") in SHORT_WAYS else whole)(request)

        self._middleware_chain = choose
