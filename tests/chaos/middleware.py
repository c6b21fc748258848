"""Holds an answer back after everything is committed, when a test asks for it: time to be killed between effect and answer."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

HEADER = "X-Chaos-Hold-Answer"


class HoldAnswer:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        time.sleep(float(request.headers.get(HEADER, "0")))
        return response
