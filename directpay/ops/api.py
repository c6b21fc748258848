"""`/api/v1/sandbox/clock`: the time of the sandbox, and a way to move it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from directpay.api.objects import json_response, unix
from directpay.api.routes import route
from directpay.api.serializers import StrictSerializer, checked
from directpay.api.views import ApiView
from directpay.kernel import clock
from directpay.kernel.errors import InvalidInput, NotAllowed, NotFound
from directpay.ops.clock import advance, is_frozen, is_moved

LONGEST_SECONDS = 5 * 366 * 86_400


class AdvanceInput(StrictSerializer):
    to = serializers.DateTimeField(required=False, default_timezone=UTC)
    seconds = serializers.IntegerField(required=False, min_value=1, max_value=LONGEST_SECONDS)


class SandboxClock(ApiView):
    object_name = "clock"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not settings.SANDBOX:
            raise NotFound("Only the sandbox has a clock that can be moved.")
        if not self.actor.may_see_all:
            raise NotAllowed("The clock is everybody's: it takes a staff key.")


class ClockView(SandboxClock):
    """What time it is here."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: Request) -> HttpResponse:
        return json_response(_rendered(clock.now()))


class AdvanceView(SandboxClock):
    """Move the clock forward; everything due on the way is done, in order. Not undone by sending it again: a retry with `to` is harmless."""

    http_method_names = ["post", "options"]

    def post(self, request: Request) -> HttpResponse:
        data = checked(AdvanceInput, request.data)
        if len(data) != 1:
            raise InvalidInput("Say where to (`to`), or how far (`seconds`).", param="to")
        return json_response(_rendered(advance(data["to"] if "to" in data else clock.now() + timedelta(seconds=data["seconds"]))))


def _rendered(now: datetime) -> dict[str, Any]:
    return {"object": "clock", "now": now, "unix": unix(now), "moved": is_moved(), "frozen": is_frozen(), "livemode": False}


urlpatterns = [route("sandbox/clock", ClockView), route("sandbox/clock/advance", AdvanceView)]
