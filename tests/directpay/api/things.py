"""A small resource to try the conventions on: each thing is a payee, so that real rows appear, or don't."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from rest_framework import serializers

from directpay.api import docs
from directpay.api.fields import AmountField, CurrencyField, DateField, IdField, MetadataField, merged_metadata
from directpay.api.handlers import no_such_address
from directpay.api.lists import Filter
from directpay.api.objects import rendered
from directpay.api.routes import resource, route
from directpay.api.serializers import MetadataOnly, ObjectOutput, StrictSerializer
from directpay.api.users import render_user
from directpay.api.views import ActionView, ApiView, CollectionView, Context, ObjectView, PartView
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from directpay.people.models import Payee, User
from directpay.people.queries import visible_payees

started, go_on = threading.Event(), threading.Event()  # for the thing named "wait"


class Address(StrictSerializer):
    city = serializers.CharField(max_length=40)
    line2 = serializers.CharField(max_length=40, required=False)


class Unit(StrictSerializer):
    name = serializers.CharField(max_length=40)
    rent = AmountField(required=False, allow_zero=True)


class ThingInput(StrictSerializer):
    name = serializers.CharField(max_length=200)
    amount = AmountField(required=False)
    currency = CurrencyField(required=False)
    start_date = DateField(required=False)
    owner = IdField("usr", required=False)
    address = Address(required=False)
    units = serializers.ListField(child=Unit(), required=False, max_length=20)
    tags = serializers.ListField(child=serializers.CharField(max_length=5), max_length=3, required=False)
    paused = serializers.BooleanField(required=False)
    metadata = MetadataField()


class ThingOutput(ObjectOutput):
    name = serializers.CharField()


def make(name: str, at: datetime, metadata: Mapping[str, str] | None = None) -> Payee:
    """A row; then the name says what goes wrong."""
    with unit_of_work():
        return _make(name, at, metadata)


def _make(name: str, at: datetime, metadata: Mapping[str, str] | None) -> Payee:
    owner = User.objects.filter(role="landlord").earliest("id")
    thing = Payee(public_id=public_id("thing"), owner=owner, name=name, metadata=dict(metadata or {}), created_at=at)
    if name == "half-truth":
        thing.owner_id = 0  # the foreign key is deferred: Postgres says so only at the end
    thing.save()
    if name == "wait":
        started.set()
        go_on.wait(10)
    if name == "bug":
        raise RuntimeError("secret detail of Alice's row")
    if name == "refused":
        raise Conflict("This thing is in the way.", code="thing_in_the_way", param="name", thing=thing.public_id)
    if name == "wrong sql":
        connection.cursor().execute("SELECT 1 FROM no_such_table")
    if name == "database away":
        raise OperationalError("server closed the connection")
    if name == "suspicious":
        raise SuspiciousOperation("no")
    return thing


def owners(rows: Sequence[Payee], context: Context) -> list[dict[str, Any]]:
    return [render_user(row.owner) for row in rows]


def payees_of_owners(rows: Sequence[Payee], context: Context) -> list[dict[str, Any]]:
    return [rendered("payee", row.owner.payees.earliest("id")) for row in rows]


class Things(ApiView):
    object_name = "thing"
    output_serializer = ThingOutput
    expanders = {"owner": owners, "owner.payee": payees_of_owners}

    def queryset_for(self, actor: Actor) -> QuerySet[Payee]:
        return visible_payees(actor)

    def render(self, row: Payee, context: Context) -> dict[str, Any]:
        return rendered("thing", row, name=row.name, owner=row.owner.public_id)


class ThingsView(Things, CollectionView):
    """Things."""

    input_serializer = ThingInput
    filters = {"name": Filter("name", serializers.CharField()), "started": Filter("created_at__date", DateField(), ranges=True)}

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> Any:
        thing = make(data["name"], at, data.get("metadata"))
        return Conflict("It stands, and yet no.", code="thing_refused_for_good") if data["name"] == "refused for good" else thing


class ThingView(Things, ObjectView):
    """One thing."""

    update_serializer = MetadataOnly

    def update(self, actor: Actor, row: Payee, data: dict[str, Any], at: datetime) -> Payee:
        row.metadata = merged_metadata(row.metadata, data.get("metadata"))
        row.save()
        return row

    def delete_row(self, actor: Actor, row: Payee, at: datetime) -> None:
        row.name = "gone"  # the runtime role deletes nothing of worth
        row.save()


class RenameView(Things, ActionView):
    """Give it another name."""

    class Input(StrictSerializer):
        name = serializers.CharField(max_length=200)

    input_serializer = Input

    def act(self, actor: Actor, row: Payee, data: dict[str, Any], at: datetime) -> Payee:
        row.name = data["name"]
        row.save()
        return row


class SizeView(Things, PartView):
    """How long its name is."""

    class Query(StrictSerializer):
        times = serializers.IntegerField(default=1)

    query_serializer = Query

    def read(self, row: Payee, query: dict[str, Any], context: Context) -> dict[str, Any]:
        return {"object": "size", "size": len(row.name) * query["times"]}


class TransfersView(ThingsView):
    """As things, but they move money."""

    moves_money = True
    key_in_body = True
    order = ("created_at", "id")


class TokensView(ThingsView):
    """What a publishable key may make."""

    takes_publishable_keys = True


class ReadingsView(Things, CollectionView):
    """A list to which nobody adds."""


class ReadingView(Things, ObjectView):
    """One to which nobody changes anything."""


def broken_page(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("outside of the conventions")


def suspicious_page(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("outside of the conventions")


API = [
    *resource("things", ThingsView, ThingView, rename=RenameView, size=SizeView),
    *resource("readings", ReadingsView, ReadingView),
    route("transfers", TransfersView),
    route("tokens", TokensView),
    path("broken", broken_page),
    path("suspicious", suspicious_page),
]
urlpatterns = [
    path("api/v1/", include(API)),
    path("api/", include(docs.urlpatterns)),
    re_path(r"^api(?:/|$)", no_such_address),
    path("broken", broken_page),
]
handler400 = "directpay.api.handlers.bad_request"
handler403 = "directpay.api.handlers.permission_denied"
handler404 = "directpay.api.handlers.page_not_found"
handler500 = "directpay.api.handlers.server_error"
