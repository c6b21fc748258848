"""What Django asks for outside of views: JSON under /api/, its usual pages elsewhere."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from directpay.api.errors import API_PREFIX, error_response

LIMIT_SECONDS = 60


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(API_PREFIX):
        return defaults.bad_request(request, exception)
    return error_response(413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(API_PREFIX):
        return defaults.permission_denied(request, exception)
    return error_response(403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(API_PREFIX):
        return defaults.page_not_found(request, exception)
    return error_response(404)


def server_error(request: HttpRequest) -> HttpResponse:
    if not request.path.startswith(API_PREFIX):
        return defaults.server_error(request)
    return error_response(500)


def too_many_requests(request: HttpRequest, *, seconds: int = LIMIT_SECONDS) -> HttpResponse:
    """For our limits and for allauth's, which count within a minute, or a few."""
    page = render(request, "429.html", status=429)
    page["Retry-After"] = str(seconds)
    return page


@csrf_exempt
def no_such_address(request: HttpRequest, **_: Any) -> HttpResponse:
    """The last route under /api/: JSON also where DEBUG would draw a page."""
    return error_response(404)


def closed(request: HttpRequest, **_: Any) -> HttpResponse:
    """Pages of a library that we do not offer."""
    raise Http404
