"""`/api/v1/notification_preferences`: which mails a person gets, and when none may come."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from directpay.api.examples import BOB, Ask
from directpay.api.fields import IdField
from directpay.api.lists import read_query
from directpay.api.objects import json_response
from directpay.api.routes import route
from directpay.api.serializers import StrictSerializer, checked
from directpay.api.views import ApiView, Context
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.models import User
from directpay.people.queries import visible_users
from webhooks.mail.actions.choose import Wish, choose_mail
from webhooks.mail.kinds import KINDS, kinds_for
from webhooks.mail.queries import chosen_by_one

WHOSE: Final = "One's own without it; the platform and staff say whose."
ZONE: Final = "Of the quiet hours; null: where the home stands."
KindsInput: Any = type(
    "KindsInput",
    (StrictSerializer,),
    {name: serializers.ChoiceField(choices=kind.choices, required=False) for name, kind in KINDS.items()},
)
KindsOutput: Any = type(
    "KindsOutput",
    (serializers.Serializer,),
    {name: serializers.ChoiceField(choices=kind.choices, required=False) for name, kind in KINDS.items()},
)


# `from` is a word of Python's, and cannot be written as the name of a field.
QuietHoursInput: Any = type(
    "QuietHoursInput",
    (StrictSerializer,),
    {
        "from": serializers.TimeField(required=False),
        "until": serializers.TimeField(required=False),
        "timezone": serializers.CharField(max_length=64, required=False, allow_blank=True, help_text=ZONE),
    },
)
QuietHoursOutput: Any = type(
    "QuietHoursOutput",
    (serializers.Serializer,),
    {
        "from": serializers.CharField(),
        "until": serializers.CharField(),
        "timezone": serializers.CharField(allow_null=True, help_text=ZONE),
    },
)


class PreferencesQuery(StrictSerializer):
    user = IdField("usr", required=False, help_text=WHOSE)


class PreferencesInput(PreferencesQuery):
    kinds = KindsInput(required=False, help_text="What is not named stays.")
    quiet_hours = QuietHoursInput(required=False, help_text="When no mail comes; `from` as `until`: at any hour.")


class PreferencesOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["notification_preferences"])
    user = serializers.CharField()
    kinds = KindsOutput(help_text="Those that this person gets; what may not be turned off is always on.")
    quiet_hours = QuietHoursOutput()
    livemode = serializers.BooleanField()


def _shown(**changes: str) -> dict[str, Any]:
    return {**{kind.name: kind.choices[0] for kind in kinds_for("renter")}, **changes}


SHOWN: Final[dict[str, Any]] = {
    "object": "notification_preferences",
    "user": BOB,
    "kinds": _shown(),
    "quiet_hours": {"from": "21:00", "until": "08:00", "timezone": None},
    "livemode": False,
}
ASKS: Final = {"preferences": Ask({"user": BOB, "kinds": {"statement": "off"}}, answer={"kinds": _shown(statement="off")})}


class PreferencesView(ApiView):
    """Which mails a person gets. What law or the safety of money needs cannot be turned off."""

    object_name = "notification_preferences"
    kind = "object"
    output_serializer = PreferencesOutput
    update_serializer = PreferencesInput
    query_serializer = PreferencesQuery
    http_method_names = ["get", "head", "post", "options"]
    example: ClassVar[Mapping[str, Any]] = SHOWN
    query_examples = {"user": BOB}
    asks = ASKS
    refusals = (
        InvalidInput("Say whose preferences.", param="user"),
        InvalidInput("No such user: usr_nobody.", param="user"),
        InvalidInput("This person gets no mail of the kind payment_received.", param="kinds[payment_received]"),
        InvalidInput("No such time zone.", param="quiet_hours[timezone]"),
    )

    def get(self, request: Request) -> HttpResponse:
        query = checked(PreferencesQuery, read_query(request._request, ("user",)))
        return json_response(self.render(_user(self.actor, query), Context(self.actor, self.at)))

    def post(self, request: Request) -> HttpResponse:
        return self.post_once(request, PreferencesInput, 200, self._choose)

    def _choose(self, data: dict[str, Any], at: datetime) -> User:
        user, quiet = _user(self.actor, data), data.get("quiet_hours", {})
        wish = Wish(data.get("kinds", {}), quiet.get("from"), quiet.get("until"), quiet.get("timezone"))
        choose_mail(user, wish, actor=self.actor, at=at)
        return user

    def render(self, row: User, context: Context) -> Mapping[str, Any]:
        chosen = chosen_by_one(row)
        quiet = {"from": f"{chosen.quiet_from:%H:%M}", "until": f"{chosen.quiet_until:%H:%M}", "timezone": chosen.timezone or None}
        kinds = {kind.name: chosen.of(kind.name) for kind in kinds_for(row.role)}
        return {"object": self.object_name, "user": row.public_id, "kinds": kinds, "quiet_hours": quiet, "livemode": False}


def _user(actor: Actor, data: Mapping[str, Any]) -> User:
    """Oneself; for staff whom they name. Raises InvalidInput, the same for whoever is not there and whoever is another."""
    named = data.get("user") or actor.user_public_id
    if named is None:
        raise InvalidInput("Say whose preferences.", param="user")
    found = visible_users(actor).filter(public_id=named).first() if actor.may_see_all or named == actor.user_public_id else None
    if found is None:
        raise InvalidInput(f"No such user: {named}.", param="user")
    return found


urlpatterns = [route("notification_preferences", PreferencesView)]
