"""Each request is shown the rows of who asks, from its first query: nobody's until that is known."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from directpay.api.errors import API_PREFIX
from directpay.kernel.row_scope import EVERYBODY, NOBODY, every_row, rows_of
from directpay.people.queries import actor_for_user

# Doors of libraries and of the house's own machines, which ask for themselves: sign-in, apps, staff pages, monitoring.
OF_THE_HOUSE = ("/accounts/", "/admin/", "/oauth/", "/.well-known/")
OF_ITS_MACHINES = ("/health", "/ready", "/metrics")


class RowScopeMiddleware:
    """After the one that knows who is signed in. On the API nobody is known yet: `KeyAuthentication` says who it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        scope = _scope(request)
        with rows_of(scope):
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = _within(scope, response.streaming_content)
        return response


def _within(scope: int, parts: Any) -> Iterator[Any]:
    """What is made while it is sent, when the request is over, is made for the same person."""
    iterator = iter(parts)
    while True:
        with rows_of(scope):
            try:
                part = next(iterator)
            except StopIteration:
                return
        yield part


def _scope(request: HttpRequest) -> int:
    if request.path.startswith(API_PREFIX):
        return NOBODY
    if request.path.startswith(OF_THE_HOUSE) or request.path in OF_ITS_MACHINES:
        return EVERYBODY
    with every_row():
        return actor_for_user(request.user).rows if request.user.is_authenticated else NOBODY
