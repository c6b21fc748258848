"""The same limits for pages: by the person who is signed in, and by the address."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from directpay.api.errors import API_PREFIX
from directpay.api.handlers import too_many_requests
from directpay.api.limits.rates import Bucket, RateLimited, spend
from directpay.people.sign_in.address import network_of

FREE = ("/health", "/ready", "/metrics")  # asked by machines of the house, and never the way in


class PageRateMiddleware:
    """After the one that knows who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(API_PREFIX) or request.path in FREE:
            return self.get_response(request)
        buckets = [Bucket("address", network_of(request))]
        if request.user.is_authenticated:
            buckets.append(Bucket("user", str(request.user.pk)))
        try:
            spend(buckets)
        except RateLimited as refused:
            return too_many_requests(request, seconds=refused.retry_after_seconds)
        return self.get_response(request)
