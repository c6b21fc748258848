"""The schema and its readers, served from this machine; `policy` lets their scripts write styles."""

import hashlib
from functools import cache
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import path
from django.utils import translation
from django.utils.cache import get_conditional_response
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from directpay.api.limits.rates import Bucket, spend
from directpay.api.reference.document import document
from directpay.people.sign_in.address import network_of

_building = Lock()


class SchemaView(SpectacularAPIView):
    """It takes half a second to write, and asks for no key: it is written once for each process, and charged to the address."""

    schema = None  # it does not describe itself

    def check_throttles(self, request: Request) -> None:
        """Raises RateLimited."""
        spend([Bucket("address", network_of(request._request))])

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        renderer: Any = type(request.accepted_renderer)
        with _building:
            body, tag = _written(renderer, settings.ROOT_URLCONF, tuple(settings.API_CHANGES), repr(settings.SPECTACULAR_SETTINGS))
        answer = HttpResponse(body, content_type=renderer.media_type)
        answer["Content-Disposition"] = f'inline; filename="{settings.SPECTACULAR_SETTINGS["TITLE"]}.{renderer.format}"'
        answer["ETag"], answer["Vary"] = tag, "Accept"
        return get_conditional_response(request._request, etag=tag, response=answer)


@cache
def _written(renderer: type[BaseRenderer], *_depends_on: Any) -> tuple[bytes, str]:
    """The document in this way of writing, in the language of the code, and its ETag; `_depends_on`: what it is made from."""
    with translation.override(settings.LANGUAGE_CODE):
        text = renderer().render(document(), renderer_context={})
    body = text.encode() if isinstance(text, str) else text
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


class RedocView(SpectacularRedocView):
    """Without the fonts that the original fetches from elsewhere."""

    template_name = "api/redoc.html"


urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(), name="docs"),
    path("redoc/", RedocView.as_view(), name="redoc"),
]
