"""In which language a person reads the pages: as chosen here, else as the account says, else as the browser asks."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "language"
COOKIE_SECONDS = 365 * 24 * 3600
ENGLISH_ONLY = ("/api/", "/admin/", "/health", "/ready", "/metrics", "/webhooks/")  # programs and staff


class TheirLanguageMiddleware:
    """After authentication: a page may ask who reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(ENGLISH_ONLY):
            return self.get_response(request)
        with translation.override(_language_of(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def _language_of(request: HttpRequest) -> str:
    known = dict(settings.LANGUAGES)
    chosen = request.COOKIES.get(COOKIE)
    if chosen in known:
        return chosen
    if request.user.is_authenticated and request.user.locale in known:
        return request.user.locale
    return translation.get_language_from_request(request)


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the choice in a cookie and go back to the page."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = redirect(back if safe and back.startswith("/") else "front")  # anything else would be taken for the name of a page
    language = request.POST.get("language")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(COOKIE, language, max_age=COOKIE_SECONDS, samesite="Lax", httponly=True, secure=not settings.SANDBOX)
    return response
