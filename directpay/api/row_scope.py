"""Each request is shown the rows of who asks, from its first query: nobody's until that is known."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from directpay.api.errors import API_PREFIX
from directpay.kernel.row_scope import EVERYBODY, NOBODY, every_row, rows_of
from directpay.people.queries import actor_for_user

# Doors of libraries and of the house's own machines, which ask for themselves: sign-in, apps, staff pages, monitoring.
OF_THE_HOUSE = ("/accounts/", "/admin/", "/oauth/", "/.well-known/", "/health", "/ready", "/metrics")


class RowScopeMiddleware:
    """After the one that knows who is signed in. On the API nobody is known yet: `KeyAuthentication` says who it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with rows_of(_scope(request)):
            return self.get_response(request)


def _scope(request: HttpRequest) -> int:
    if request.path.startswith(API_PREFIX):
        return NOBODY
    if request.path.startswith(OF_THE_HOUSE):
        return EVERYBODY
    with every_row():
        return actor_for_user(request.user).rows if request.user.is_authenticated else NOBODY
