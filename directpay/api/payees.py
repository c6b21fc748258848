"""`/api/v1/payees`: the legal persons that rent is paid to. Each landlord begins with one."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.examples import ALICE, COMMON, PAYEE
from directpay.api.expanding import by_id
from directpay.api.lists import related
from directpay.api.objects import rendered
from directpay.api.routes import resource
from directpay.api.serializers import ObjectOutput
from directpay.api.views import ApiView, CollectionView, Context, ObjectView
from directpay.people.actor import Actor
from directpay.people.models import Payee, User
from directpay.people.queries import visible_payees


class PayeeOutput(ObjectOutput):
    name = serializers.CharField()
    owner = serializers.CharField()


@by_id
class Payees(ApiView):
    object_name = "payee"
    output_serializer = PayeeOutput
    expanders = {"owner": "user"}
    example = {"id": PAYEE, "object": "payee", "name": "Alice Adams", "owner": ALICE, **COMMON}

    def queryset_for(self, actor: Actor) -> QuerySet[Payee]:
        return visible_payees(actor)

    def render(self, row: Payee, context: Context) -> Mapping[str, Any]:
        return rendered("payee", row, name=row.name, owner=row.owner.public_id)


class PayeesView(Payees, CollectionView):
    """To whom rent is paid: one book each."""

    filters = {"owner": related("owner", User)}


class PayeeView(Payees, ObjectView):
    """One payee."""


urlpatterns = resource("payees", PayeesView, PayeeView)
