"""`/api/v1/leases/{id}/overpayment_refunds`, and `/api/v1/overpayment_refunds` to look at."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import AmountField, IdField, MetadataField, merged_metadata
from directpay.api.lists import related
from directpay.api.objects import rendered
from directpay.api.routes import resource, route
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ActionView, ApiView, CollectionView, Context, ObjectView
from directpay.people.actor import Actor, not_for_renters
from directpay.people.ways import Way
from leases.contracts.models import Lease
from leases.contracts.queries import party_of, ways_by_share
from leases.overpayments.actions import refund_overpayment
from leases.overpayments.examples import ASKS, REFUSED, SHOWN
from leases.overpayments.models import OverpaymentRefund
from leases.overpayments.queries import visible_overpayment_refunds
from leases.rent.api.leases import OfLease
from payments.payouts.models import Payout

STATUSES, PAYOUT_STATUSES = OverpaymentRefund.Status.values, Payout.Status.values


class OverpaymentRefundInput(StrictSerializer):
    renter = IdField("usr", required=False, help_text="Whose account it stands on, where each owes a share.")
    amount = AmountField(required=False, help_text="All that can be given back, without it.")
    metadata = MetadataField()


class OverpaymentPayoutOutput(serializers.Serializer[Any]):
    payout = serializers.CharField()
    payment = serializers.CharField(help_text="Of which it gives a part back.")
    amount = serializers.IntegerField()
    status = serializers.ChoiceField(choices=PAYOUT_STATUSES)


class OverpaymentRefundOutput(ObjectOutput):
    lease = serializers.CharField()
    renter = serializers.CharField(allow_null=True, help_text="Whose account it stood on; null where all owe together.")
    amount = serializers.IntegerField()
    amount_came_back = serializers.IntegerField(help_text="What could not be delivered, and stands on the account again.")
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    payouts = OverpaymentPayoutOutput(many=True)
    refunded_on = serializers.DateField()


@by_id
class OverpaymentRefunds(ApiView):
    object_name = "overpayment_refund"
    output_serializer: ClassVar[Any] = OverpaymentRefundOutput
    expanders = {"lease": "lease", "renter": "user", "payouts.payout": "payout", "payouts.payment": "payment"}
    example: ClassVar[Mapping[str, Any]] = SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[OverpaymentRefund]:
        return visible_overpayment_refunds(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_by_share(actor)

    def render(self, row: OverpaymentRefund, context: Context) -> Mapping[str, Any]:
        return render_overpayment_refund(row)


class OverpaymentRefundsView(OverpaymentRefunds, CollectionView):
    """What stood ahead on renters' accounts and was given back to whoever had paid it."""

    filters = {"lease": related("lease", Lease)}


class OverpaymentRefundView(OverpaymentRefunds, ObjectView):
    """One refund of an overpayment."""


class RefundOverpaymentView(OfLease, OverpaymentRefunds, ActionView):
    """Give back what was paid ahead: to the account it was paid from, of the newest payment first, out of what is available."""

    input_serializer = OverpaymentRefundInput
    moves_money = True
    asks = ASKS
    refusals = REFUSED

    def act(self, actor: Actor, row: Lease, data: dict[str, Any], at: datetime) -> OverpaymentRefund:
        not_for_renters(actor, "What was paid too much is given back by the landlord.")
        party = party_of(row, data.get("renter"), param="renter")
        return refund_overpayment(party, data.get("amount"), metadata=merged_metadata({}, data.get("metadata")), actor=actor, at=at)


def render_overpayment_refund(row: OverpaymentRefund) -> dict[str, Any]:
    """A refund as the API shows it."""
    return rendered(
        "overpayment_refund",
        row,
        lease=row.lease.public_id,
        renter=row.party.renter_id,
        amount=row.amount_minor,
        amount_came_back=row.came_back_minor,
        currency=row.lease.currency,
        status=str(row.status),
        payouts=[{"payout": p.public_id, "payment": p.origin, "amount": p.amount_minor, "status": str(p.status)} for p in row.payouts],
        refunded_on=row.refunded_on,
    )


urlpatterns = [
    route("leases/{id}/overpayment_refunds", RefundOverpaymentView),
    *resource("overpayment_refunds", OverpaymentRefundsView, OverpaymentRefundView),
]
