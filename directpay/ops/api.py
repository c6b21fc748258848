"""`/api/v1/sandbox/clock`: the time of the sandbox, and a way to move it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from directpay.api import idempotency
from directpay.api.examples import CREATED, Ask
from directpay.api.lists import read_query
from directpay.api.objects import json_response, to_bytes, unix
from directpay.api.parsers import refuse_unmeasured
from directpay.api.routes import route
from directpay.api.serializers import StrictSerializer, checked
from directpay.api.views import ApiView
from directpay.kernel import clock
from directpay.kernel.errors import DirectPayError, InvalidInput, NotAllowed, NotFound
from directpay.ops.clock import ClockBusy, advance, is_frozen, is_moved

LONGEST_SECONDS = 5 * 366 * 86_400


class AdvanceInput(StrictSerializer):
    to = serializers.DateTimeField(required=False, default_timezone=UTC)
    seconds = serializers.IntegerField(required=False, min_value=1, max_value=LONGEST_SECONDS)


class ClockOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["clock"])
    now = serializers.DateTimeField()
    unix = serializers.IntegerField()
    moved = serializers.BooleanField()
    frozen = serializers.BooleanField()
    livemode = serializers.BooleanField()


REFUSALS: tuple[DirectPayError, ...] = (
    NotAllowed("The clock is everybody's: it takes a staff key."),
    NotFound("Only the sandbox has a clock that can be moved."),
)


class SandboxClock(ApiView):
    object_name = "clock"
    kind = "object"
    output_serializer = ClockOutput
    example = {"object": "clock", "now": "2026-11-02T15:00:00Z", "unix": CREATED, "moved": True, "frozen": False, "livemode": False}
    refusals: ClassVar[Sequence[DirectPayError]] = REFUSALS

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
        read_query(request._request, ())
        return json_response(_rendered(clock.now()))


class AdvanceView(SandboxClock):
    """Move the clock forward; everything due on the way is done, in order."""

    http_method_names = ["post", "options"]
    kind = "action"
    input_serializer = AdvanceInput
    asks = {"by_seconds": Ask({"seconds": 60}, answer={"now": "2026-11-02T15:01:00Z", "unix": CREATED + 60})}
    refusals = (*REFUSALS, ClockBusy("The clock is being advanced already."))

    def post(self, request: Request) -> HttpResponse:
        read_query(request._request, ())
        refuse_unmeasured(request._request)
        key = idempotency.key_of(request.headers.get(idempotency.HEADER))
        if key is None:
            return json_response(self._advanced(request))
        given = self.given(request)
        keyed = idempotency.keyed(
            account=self.actor.account, method="POST", path=request.path, key=key, parameters=given, moves_money=False
        )
        answer = idempotency.saved_answer(keyed, self.at)
        if answer is None:
            answer = idempotency.Answer(200, to_bytes(self._advanced(request)))
            idempotency.keep(keyed, answer, clock.now())
        return answer.response()

    def _advanced(self, request: Request) -> dict[str, Any]:
        data = checked(AdvanceInput, self.given(request))
        if len(data) != 1:
            raise InvalidInput("Say where to (`to`), or how far (`seconds`).", param="to")
        return _rendered(advance(data["to"] if "to" in data else clock.now() + timedelta(seconds=data["seconds"])))


def _rendered(now: datetime) -> dict[str, Any]:
    return {"object": "clock", "now": now, "unix": unix(now), "moved": is_moved(), "frozen": is_frozen(), "livemode": False}


urlpatterns = [route("sandbox/clock", ClockView), route("sandbox/clock/advance", AdvanceView)]
