"""`/api/v1/leases/{id}/charges`: what is owed besides the rent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from rest_framework import serializers

from directpay.api.fields import AmountField, DateField, IdField, MetadataField, merged_metadata
from directpay.api.objects import rendered
from directpay.api.routes import route
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ActionView, Context
from directpay.people.actor import Actor, not_for_renters
from leases.contracts.models import Lease
from leases.contracts.queries import party_of
from leases.rent.actions.add_charge import CATEGORIES, NewCharge, add_charge
from leases.rent.api.examples import CHARGES, NOT_CHARGED, WATER_CHARGE
from leases.rent.api.leases import OfLease
from leases.rent.models import Charge


class ChargeInput(StrictSerializer):
    category = serializers.ChoiceField(choices=CATEGORIES)
    amount = AmountField()
    due_date = DateField(required=False, help_text="Today without it.")
    description = serializers.CharField(max_length=200, required=False, help_text="The renter reads it.")
    renter = IdField("usr", required=False, help_text="Who alone owes it; without it, all, each the usual share.")
    metadata = MetadataField()


class ChargeOutput(ObjectOutput):
    lease = serializers.CharField()
    renter = serializers.CharField(allow_null=True, help_text="Who alone owes it; null where all do.")
    category = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    due_date = serializers.DateField()
    owed = serializers.BooleanField(help_text="Whether it is due and stands in the books.")


class ChargeLeaseView(OfLease, ActionView):
    """Charge utilities, damages or anything else that was agreed. Due today or before, it is owed at once; it stands in the schedule."""

    object_name = "charge"
    input_serializer = ChargeInput
    output_serializer: ClassVar[Any] = ChargeOutput
    example: ClassVar[Mapping[str, Any]] = WATER_CHARGE
    expanders = {"lease": "lease", "renter": "user"}
    asks = CHARGES
    refusals = NOT_CHARGED

    def act(self, actor: Actor, row: Lease, data: dict[str, Any], at: datetime) -> Charge:
        not_for_renters(actor, "Charges are made by the landlord.")
        party = party_of(row, data["renter"], param="renter") if "renter" in data else None
        wish = NewCharge(
            category=data["category"],
            amount_minor=data["amount"],
            due_on=data.get("due_date"),
            party=party,
            description=data.get("description", ""),
            metadata=merged_metadata({}, data.get("metadata")),
        )
        return add_charge(row, wish, actor=actor, at=at)

    def render(self, row: Charge, context: Context) -> Mapping[str, Any]:
        return rendered(
            "charge",
            row,
            lease=row.lease.public_id,
            renter=row.party.renter_id if row.party else None,
            category=row.category,
            description=row.description,
            amount=row.amount_minor,
            currency=row.lease.currency,
            due_date=row.due_on,
            owed=row.posted_at is not None,
        )


urlpatterns = [route("leases/{id}/charges", ChargeLeaseView)]
