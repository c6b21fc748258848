"""`/api/v1/events`: the log of facts, as far as one may see it."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.examples import COMMON, EVENT, KEY, PAYEE, PAYMENT, REQUEST
from directpay.api.lists import Filter
from directpay.api.objects import unix
from directpay.api.routes import resource
from directpay.api.serializers import ObjectOutput
from directpay.api.views import ApiView, CollectionView, Context, ObjectView
from directpay.events.models import Event
from directpay.events.queries import visible_events
from directpay.people.actor import Actor
from directpay.people.queries import visible_payees
from directpay.people.ways import Way


class EventRequest(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="The Request-Id of what led to it.")


class EventData(serializers.Serializer[Any]):
    object = serializers.DictField(help_text="What it happened to, as it stood right after.")


class EventOutput(ObjectOutput):
    type = serializers.CharField()
    actor = serializers.CharField()
    request = EventRequest(allow_null=True)
    data = EventData()  # type: ignore[assignment]  # DRF keeps declared fields apart from its own `data`


class Events(ApiView):
    object_name = "event"
    order = ("at", "id")
    output_serializer = EventOutput
    example = {
        "id": EVENT,
        "object": "event",
        "type": "payment.initiated",
        "actor": f"key:{KEY}",
        "request": {"id": REQUEST},
        "data": {"object": {"id": PAYMENT, "payee": PAYEE, "amount": 150000, "status": "initiated", "currency": "usd"}},
        **COMMON,
    }

    def queryset_for(self, actor: Actor) -> QuerySet[Event]:
        return visible_events(None if actor.may_see_all else accounts_of(actor))

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return None if actor.may_see_all else [Way("account_ids__contains", [account]) for account in accounts_of(actor)]

    def render(self, row: Event, context: Context) -> Mapping[str, Any]:
        return {
            "id": row.public_id,
            "object": "event",
            "type": row.type,
            "actor": row.actor,
            "request": {"id": row.request_id} if row.request_id else None,
            "data": {"object": row.data},
            "created": unix(row.at),
            "livemode": not settings.SANDBOX,
            "metadata": {},
        }


class EventsView(Events, CollectionView):
    """Everything that happened, newest first."""

    filters = {
        "type": Filter("type", serializers.CharField(max_length=60)),
        "object": Filter("object_id", serializers.CharField(max_length=40)),
    }


class EventView(Events, ObjectView):
    """One fact."""


def accounts_of(actor: Actor) -> list[str]:
    """Public ids of those whose events it may see: its own, and its payees'."""
    return [actor.account, *visible_payees(actor).values_list("public_id", flat=True)]


urlpatterns = resource("events", EventsView, EventView)
