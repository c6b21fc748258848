"""`Request-Id` on every answer: the caller's own if it is sane, else ours; events, logs and tasks carry it on."""

import re
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from directpay.api.errors import API_PREFIX, error_response, is_html
from directpay.kernel.ids import public_id
from directpay.kernel.request_context import request_id

# It is logged: without a letter it might be the number of an account or of a card.
SANE = re.compile(r"(?![0-9_.\-]{7,}$)[A-Za-z0-9_.\-]{1,64}")
HEADER = "Request-Id"


class RequestIdMiddleware:
    """Names the request for everything that runs below. Also the last net under the API: never an HTML page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        name = given if SANE.fullmatch(given) else public_id("req")
        token = request_id.set(name)
        request.directpay_request_id = name  # type: ignore[attr-defined]  # for what is logged when all of this has ended
        try:
            response = self.get_response(request)
            if response.status_code >= 400 and request.path.startswith(API_PREFIX) and is_html(response):
                response = error_response(response.status_code)
        finally:
            request_id.reset(token)
        response[HEADER] = name
        return response
