"""`/webhooks/stripe`, `/webhooks/paypal`: nobody signs in here, the signature is the key. Answered at once; the work comes later."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt

from directpay.api.errors import answer_for, error_response
from directpay.api.parsers import LengthRequired
from directpay.kernel import clock
from directpay.kernel.errors import DirectPayError, TooLarge
from directpay.kernel.instruments import Counter
from directpay.kernel.milestones import milestone
from webhooks.inbound.actions.receive import Outcome, receive
from webhooks.inbound.hints import label_of
from webhooks.inbound.providers import PROVIDERS

MOST_BYTES: Final = 10 * 1024 * 1024
RECEIVED = Counter("webhook_events_received_total", "Requests of providers, by what was answered.", ["provider", "kind", "status"])
SAID: Final = {Outcome.RECEIVED: "received", Outcome.DUPLICATE: "already processed", Outcome.COLLISION: "already processed"}


class WrongContentType(DirectPayError):
    """Providers send JSON (415)."""

    status = 415
    code = "content_type_unsupported"


class Times:
    """What time it may be for a sender: that of our machine, and if that does not fit, that of the sandbox, whose clock is moved."""

    def __iter__(self) -> Iterator[datetime]:
        yield clock.system_now()
        if settings.SANDBOX:
            yield clock.now()


@csrf_exempt
def hear(request: HttpRequest, provider: str) -> HttpResponse:
    """200 once it is kept, whatever comes of it. A refusal keeps nothing, and names the header that is at fault."""
    if request.method != "POST":
        refused = error_response(405)
        refused["Allow"] = "POST"
        return refused
    try:
        outcome, name, told = receive(provider, _headers(request), _body(request, provider), seen_at=Times())
    except Exception as error:
        refused = answer_for(error)
        code = error.code if isinstance(error, DirectPayError) else str(refused.status_code)
        RECEIVED.add(provider, "", code)
        milestone("webhook_refused", provider=provider, code=code)
        return refused
    RECEIVED.add(provider, label_of(provider, told.kind), outcome)
    milestone(f"webhook_{outcome}", provider=provider, provider_event=name, kind=told.kind)
    return JsonResponse({"received": True, "status": SAID[outcome], "id": name})


def _headers(request: HttpRequest) -> Mapping[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _body(request: HttpRequest, provider: str) -> bytes:
    """Judged by what it says of itself before any of it is read."""
    if request.content_type not in PROVIDERS[provider].content_types:
        raise WrongContentType("The body of an event is application/json.")
    length = request.META.get("CONTENT_LENGTH", "")
    if not length:
        raise LengthRequired("The header Content-Length is missing.")
    if not length.isdigit() or int(length) > MOST_BYTES:
        raise TooLarge(f"A body has at most {MOST_BYTES} bytes.")
    return request.read(MOST_BYTES)


urlpatterns = [re_path(rf"^webhooks/{name}/?$", hear, {"provider": name}, name=f"webhooks-{name}") for name in PROVIDERS]
