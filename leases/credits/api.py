"""`/api/v1/leases/{id}/credits`, and `/api/v1/credits` to look at."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import AmountField, IdField, MetadataField, merged_metadata
from directpay.api.lists import Filter, related
from directpay.api.objects import rendered
from directpay.api.routes import resource, route
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ActionView, ApiView, CollectionView, Context, ObjectView
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor, not_for_renters
from directpay.people.ways import Way
from leases.contracts.models import Lease
from leases.contracts.queries import party_of, ways_by_share
from leases.credits.actions import NewCredit, grant_credit
from leases.credits.examples import ASKS, REFUSED, SHOWN
from leases.credits.models import Credit
from leases.credits.queries import visible_credits
from leases.rent.api.leases import OfLease
from leases.rent.models import Charge

KINDS = Credit.Kind.values


class CreditInput(StrictSerializer):
    kind = serializers.ChoiceField(choices=[Credit.Kind.CREDIT, Credit.Kind.WRITE_OFF], default=str(Credit.Kind.CREDIT))
    amount = AmountField()
    reason = serializers.CharField(max_length=200, help_text="The renter reads it.")
    charge = IdField("chg", required=False, help_text="What it is for; the oldest debts without it.")
    renter = IdField("usr", required=False, help_text="Who owes less, where each owes a share.")
    metadata = MetadataField()


class CreditOutput(ObjectOutput):
    lease = serializers.CharField()
    renter = serializers.CharField(allow_null=True, help_text="Who owes less; null where all owe together.")
    charge = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(choices=KINDS)
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    reason = serializers.CharField()
    granted_on = serializers.DateField()


@by_id
class Credits(ApiView):
    object_name = "credit"
    output_serializer: ClassVar[Any] = CreditOutput
    expanders = {"lease": "lease", "renter": "user"}
    example: ClassVar[Mapping[str, Any]] = SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[Credit]:
        return visible_credits(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_by_share(actor)

    def render(self, row: Credit, context: Context) -> Mapping[str, Any]:
        return render_credit(row)


class CreditsView(Credits, CollectionView):
    """What is owed less without being paid: credits, write-offs, and what of these was asked for again."""

    filters = {
        "charge": related("charge", Charge),
        "kind": Filter("kind", serializers.ChoiceField(choices=KINDS)),
        "lease": related("lease", Lease),
    }


class CreditView(Credits, ObjectView):
    """One credit."""


class CreditLeaseView(OfLease, Credits, ActionView):
    """Let a renter owe less, or give up what will not be paid. A charge that is named is served first."""

    input_serializer = CreditInput
    asks = ASKS
    refusals = REFUSED

    def act(self, actor: Actor, row: Lease, data: dict[str, Any], at: datetime) -> Credit:
        not_for_renters(actor, "Credits are granted by the landlord.")
        charge = None
        if "charge" in data:
            charge = row.charges.filter(public_id=data["charge"]).first()
            if charge is None:
                raise InvalidInput(f"No such charge on this lease: {data['charge']}.", param="charge", code="resource_missing")
        wish = NewCredit(
            party=party_of(row, data.get("renter"), param="renter"),
            kind=data["kind"],
            amount_minor=data["amount"],
            reason=data["reason"],
            charge=charge,
            metadata=merged_metadata({}, data.get("metadata")),
        )
        return grant_credit(row, wish, actor=actor, at=at)


def render_credit(row: Credit) -> dict[str, Any]:
    """A credit as the API shows it."""
    return rendered(
        "credit",
        row,
        lease=row.lease.public_id,
        renter=row.party.renter_id,
        charge=row.charge.public_id if row.charge else None,
        kind=row.kind,
        amount=row.amount_minor,
        currency=row.lease.currency,
        reason=row.reason,
        granted_on=row.granted_on,
    )


urlpatterns = [route("leases/{id}/credits", CreditLeaseView), *resource("credits", CreditsView, CreditView)]
