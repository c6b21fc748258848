"""`/api/v1/customers`: renters as Stripe's clients know them. A customer's id is the user's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import IdField, MetadataField, PhoneField, merged_metadata
from directpay.api.lists import Filter
from directpay.api.paging import LIMIT_DEFAULT, LIMIT_MAX, Listed
from directpay.api.routes import resource
from directpay.api.serializers import StrictSerializer
from directpay.api.views import ApiView, CollectionView, Context, ObjectView, PartView
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.models import Locale, Role, User
from directpay.people.ways import Way
from payments.customers import examples
from payments.customers.actions import Choice, create_customer, delete_customer, update_customer
from payments.customers.queries import methods_of, visible_customers, ways_to_customers
from payments.customers.rendering import render_customer
from payments.methods.cards.models import Card
from payments.methods.models import BankAccount
from payments.methods.rendering import CARD, US_BANK_ACCOUNT, render_payment_method

WRITTEN = ("email", "name", "phone", "description")
SETTING = "invoice_settings[default_payment_method]"


class InvoiceSettings(StrictSerializer):
    default_payment_method = serializers.CharField(
        max_length=80, required=False, allow_blank=True, help_text="One that is attached to the customer; empty: none."
    )


class WrittenInput(StrictSerializer):
    """What create and update have in common."""

    name = serializers.CharField(max_length=200, required=False, help_text="The address, where it is not given.")
    phone = PhoneField(required=False, allow_blank=True)
    description = serializers.CharField(max_length=350, required=False, allow_blank=True)
    preferred_locales = serializers.ListField(
        child=serializers.ChoiceField(choices=Locale.values), required=False, max_length=2, help_text="The first is spoken."
    )
    invoice_settings = InvoiceSettings(required=False)


class CustomerInput(WrittenInput):
    email = serializers.EmailField(max_length=254)
    payment_method = serializers.CharField(max_length=80, required=False, help_text="A card that nobody has yet.")
    metadata = MetadataField()


class CustomerUpdate(WrittenInput):
    email = serializers.EmailField(max_length=254, required=False)
    metadata = MetadataField(for_update=True)


class MethodsQuery(StrictSerializer):
    type = serializers.ChoiceField(choices=[CARD, US_BANK_ACCOUNT], required=False)
    limit = serializers.IntegerField(min_value=1, max_value=LIMIT_MAX, default=LIMIT_DEFAULT)
    starting_after = IdField("pm", "ba", required=False)


class CustomerOutput(serializers.Serializer[Any]):
    """A customer; of one that was deleted, the id and `deleted`."""

    id = serializers.CharField()
    object = serializers.ChoiceField(choices=["customer"])
    deleted = serializers.BooleanField(required=False, help_text="True, and nothing else, of one that was deleted.")
    address = serializers.DictField(required=False, allow_null=True)
    balance = serializers.IntegerField(required=False)
    created = serializers.IntegerField(required=False, help_text="Unix seconds.")
    currency = serializers.CharField(required=False, allow_null=True)
    default_source = serializers.CharField(required=False, allow_null=True)
    delinquent = serializers.BooleanField(required=False)
    description = serializers.CharField(required=False, allow_null=True)
    discount = serializers.DictField(required=False, allow_null=True)
    email = serializers.EmailField(required=False)
    invoice_settings = serializers.DictField(required=False)
    livemode = serializers.BooleanField(required=False)
    metadata = MetadataField(required=False)
    name = serializers.CharField(required=False)
    phone = serializers.CharField(required=False, allow_null=True)
    preferred_locales = serializers.ListField(child=serializers.CharField(), required=False)
    shipping = serializers.DictField(required=False, allow_null=True)
    tax_exempt = serializers.CharField(required=False)
    test_clock = serializers.CharField(required=False, allow_null=True)


class MethodsOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["list"])
    url = serializers.CharField()
    has_more = serializers.BooleanField()

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "data": serializers.ListField(child=serializers.DictField())}


@by_id
class Customers(ApiView):
    object_name = "customer"
    output_serializer: ClassVar[Any] = CustomerOutput
    example: ClassVar[Mapping[str, Any]] = examples.SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[User]:
        return visible_customers(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_to_customers(actor)

    def render(self, row: User, context: Context) -> Mapping[str, Any]:
        return render_customer(row, context)


class CustomersView(Customers, CollectionView):
    """Renters that are not deleted. An address that somebody has already is refused, as for users."""

    input_serializer = CustomerInput
    asks = examples.ASKS
    refusals = examples.NOT_MADE
    filters = {"email": Filter("email__iexact", serializers.CharField(max_length=254))}

    def listed(self) -> Listed:
        return Listed(visible_customers(self.actor), self.ways_for(self.actor), self.order, Q(role=Role.RENTER, deleted_at=None))

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> User:
        written = {"name": data["email"], **_written(data, {})}
        made = create_customer(written, card=data.get("payment_method"), actor=actor, at=at)
        default = _default(data, made, actor)
        return made if default is None else update_customer(made, {}, default=default, actor=actor, at=at)


class CustomerView(Customers, ObjectView):
    """One customer. Deleting takes back how it pays and signs in, never what it has paid; open payments and leases keep it."""

    update_serializer = CustomerUpdate
    asks = examples.UPDATES
    refusals = examples.NOT_CHANGED
    keeps = examples.KEPT
    deleted_id = examples.FRANK

    def update(self, actor: Actor, row: User, data: dict[str, Any], at: datetime) -> User:
        return update_customer(row, _written(data, row.metadata), default=_default(data, row, actor), actor=actor, at=at)

    def delete_row(self, actor: Actor, row: User, at: datetime) -> None:
        delete_customer(row, actor=actor, at=at)


class CustomersMethodsView(Customers, PartView):
    """What a customer pays with, cards and bank accounts, newest first; as far as the caller may see it."""

    output_serializer: ClassVar[Any] = MethodsOutput
    query_serializer = MethodsQuery
    example: ClassVar[Mapping[str, Any]] = examples.METHODS
    example_id = examples.ERIN

    def read(self, row: User, query: dict[str, Any], context: Context) -> Mapping[str, Any]:
        limit = query["limit"]
        found = methods_of(row, context.actor, query.get("type"), query.get("starting_after"), limit + 1)
        data = [render_payment_method(source, context) for source in found[:limit]]
        url = f"/v1/customers/{row.public_id}/payment_methods"
        return {"object": "list", "url": url, "has_more": len(found) > limit, "data": data}


def _written(data: Mapping[str, Any], metadata: Mapping[str, str]) -> dict[str, Any]:
    """Parameters as columns, those that were given."""
    found = {name: data[name] for name in WRITTEN if name in data}
    if data.get("preferred_locales"):
        found["locale"] = data["preferred_locales"][0]
    if "metadata" in data:
        found["metadata"] = merged_metadata(metadata, data["metadata"])
    return found


def _default(data: Mapping[str, Any], customer: User, actor: Actor) -> Choice | None:
    """What `invoice_settings` names of the customer's own: None where it is not given. Raises InvalidInput."""
    name = data.get("invoice_settings", {}).get("default_payment_method")
    if not name:
        return None if name is None else Choice(None)
    kinds: tuple[type[Card] | type[BankAccount], ...] = (Card, BankAccount)
    for kind in kinds:
        if (found := kind._default_manager.filter(public_id=name, user=customer).first()) is not None:
            return Choice(found)
    raise InvalidInput(f"No such payment method: {name!r}.", param=SETTING, code="resource_missing")


urlpatterns = [*resource("customers", CustomersView, CustomerView, payment_methods=CustomersMethodsView)]
