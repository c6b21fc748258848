"""`/api/v1/bank_charges`: what the owner's bank charged the owner."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import AmountField, CurrencyField, DateField, IdField, MetadataField, merged_metadata
from directpay.api.lists import related
from directpay.api.objects import rendered
from directpay.api.routes import resource
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ApiView, CollectionView, Context, ObjectView
from directpay.people.actor import Actor, not_for_renters
from directpay.people.models import Payee
from directpay.people.queries import payee_named
from directpay.people.ways import Way
from leases.bank_charges.actions import NewBankCharge, record_bank_charge
from leases.bank_charges.examples import ASKS, REFUSED, SHOWN
from leases.bank_charges.models import BankCharge
from leases.bank_charges.queries import visible_bank_charges, ways_to_bank_charges
from leases.properties.models import Property
from leases.properties.queries import property_named

UNNAMED = "Say whose bank it was, or which property it counts for."


class BankChargeInput(StrictSerializer):
    payee = IdField("pye", required=False, help_text="Whose bank it was; your own without it.")
    property = IdField("prop", required=False, help_text="Which it counts for; none in particular without it.")
    amount = AmountField()
    currency = CurrencyField()
    charged_on = DateField(required=False, help_text="The bank's day; today without it.")
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    metadata = MetadataField()


class BankChargeOutput(ObjectOutput):
    payee = serializers.CharField()
    property = serializers.CharField(allow_null=True)
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    charged_on = serializers.DateField()
    description = serializers.CharField(allow_blank=True)


@by_id
class BankCharges(ApiView):
    object_name = "bank_charge"
    output_serializer: ClassVar[Any] = BankChargeOutput
    expanders = {"payee": "payee", "property": "property"}
    example: ClassVar[Mapping[str, Any]] = SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[BankCharge]:
        return visible_bank_charges(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_to_bank_charges(actor)

    def render(self, row: BankCharge, context: Context) -> Mapping[str, Any]:
        return rendered(
            "bank_charge",
            row,
            payee=row.payee.public_id,
            property=row.property.public_id if row.property else None,
            amount=row.amount_minor,
            currency=row.currency,
            charged_on=row.charged_on,
            description=row.description,
        )


class BankChargesView(BankCharges, CollectionView):
    """What an owner's bank took from the owner, as its statement says."""

    input_serializer = BankChargeInput
    asks = ASKS
    refusals = REFUSED
    filters = {"payee": related("payee", Payee), "property": related("property", Property)}

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> BankCharge:
        not_for_renters(actor, "Bank charges are recorded by the owner.")
        home = property_named(actor, data["property"]) if "property" in data else None
        wish = NewBankCharge(
            payee=home.payee if home and "payee" not in data else payee_named(actor, data.get("payee"), unnamed=UNNAMED),
            property=home,
            currency=data["currency"],
            amount_minor=data["amount"],
            charged_on=data.get("charged_on"),
            description=data.get("description", ""),
            metadata=merged_metadata({}, data.get("metadata")),
        )
        return record_bank_charge(wish, actor=actor, at=at)


class BankChargeView(BankCharges, ObjectView):
    """One bank charge."""


urlpatterns = resource("bank_charges", BankChargesView, BankChargeView)
