"""`/api/v1/refunds`, in the shape of https://docs.stripe.com/api/refunds/object; `payment`, `payer`, `payee` and `rail` are ours."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from django.db.models import Q, QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import AmountField, IdField, MetadataField, merged_metadata
from directpay.api.lists import Derived, related
from directpay.api.objects import rendered
from directpay.api.routes import resource
from directpay.api.serializers import MetadataOnly, ObjectOutput, StrictSerializer
from directpay.api.views import ApiView, CollectionView, Context, ObjectView
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.models import Payee
from directpay.people.ways import Way
from payments.payins.models import Payment
from payments.payins.queries import visible_payments
from payments.refunds.actions.change import update_refund
from payments.refunds.actions.create import refund_payment
from payments.refunds.examples import ASKS, NOT_NOTED, NOTED, REFUSED, SHOWN
from payments.refunds.models import Refund
from payments.refunds.queries import visible_refunds, ways_to_refunds

S = Refund.Status
# Ours → Stripe's. One that came back after it had arrived is failed there too.
STATUSES: Final[dict[str, str]] = {
    S.PENDING: "pending",
    S.SUBMITTED: "pending",
    S.UNKNOWN: "pending",
    S.SUCCEEDED: "succeeded",
    S.FAILED: "failed",
    S.RETURNED: "failed",
    S.CANCELED: "canceled",
}
SHOWN_AS: Final = list(dict.fromkeys(STATUSES.values()))
# What Stripe has and we do not: said, so that a client that reads it finds nothing rather than an error.
NOTHING: Final = dict.fromkeys(("balance_transaction", "receipt_number", "source_transfer_reversal", "transfer_reversal"))


class RefundInput(StrictSerializer):
    payment = IdField("pay", required=False)
    payment_intent = IdField("pi", required=False, help_text="The same, by the intent that it was made for. One of the two.")
    amount = AmountField(required=False, help_text="What is left of the payment, without it.")
    reason = serializers.ChoiceField(choices=Refund.Reason.values, required=False)
    metadata = MetadataField()


class RefundOutput(ObjectOutput):
    amount = serializers.IntegerField()
    balance_transaction = serializers.CharField(allow_null=True)
    charge = serializers.CharField(help_text="The payment, by the name that it has at Stripe.")
    currency = serializers.CharField()
    expected_on = serializers.DateField()
    failure_message = serializers.CharField(allow_null=True)
    failure_reason = serializers.CharField(allow_null=True)
    fee_refunded = serializers.IntegerField(help_text="Of our fee, to whoever paid it: the payer's beside the amount.")
    payee = serializers.CharField()
    payer = serializers.CharField()
    payment = serializers.CharField()
    payment_intent = serializers.CharField(allow_null=True)
    rail = serializers.CharField(help_text="By which it goes back.")
    reason = serializers.ChoiceField(choices=Refund.Reason.values, allow_null=True)
    receipt_number = serializers.CharField(allow_null=True)
    source_transfer_reversal = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=SHOWN_AS)
    transfer_reversal = serializers.CharField(allow_null=True)


def _shown_as(status: str, at: datetime) -> Q:
    return Q(status__in=[own for own, shown in STATUSES.items() if shown == status])


def _of_intent(public_id: str, at: datetime) -> Q:
    """Its payment is found first, so that an index on the pair of it and time serves the list."""
    found = Payment.objects.filter(payment_intent__public_id=public_id).values_list("pk", flat=True).first()
    return Q(pk__in=[]) if found is None else Q(payment=found)


@by_id
class Refunds(ApiView):
    object_name = "refund"
    output_serializer: ClassVar[Any] = RefundOutput
    expanders = {"charge": "payment", "payee": "payee", "payer": "user", "payment": "payment"}
    example: ClassVar[Mapping[str, Any]] = SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[Refund]:
        return visible_refunds(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_to_refunds(actor)

    def render(self, row: Refund, context: Context) -> Mapping[str, Any]:
        return render_refund(row)


class RefundsView(Refunds, CollectionView):
    """What of payments went back to their payers, or is on its way there. A POST gives a part of one back, or what is left of it."""

    input_serializer = RefundInput
    moves_money = True
    asks = ASKS
    refusals = REFUSED
    filters = {
        "payment": related("payment", Payment),
        "payment_intent": Derived(field=serializers.CharField(max_length=40), by=_of_intent),
        "payee": related("payee", Payee),
        "status": Derived(field=serializers.ChoiceField(choices=SHOWN_AS), by=_shown_as),
    }

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> Refund:
        payment = _payment(actor, data)
        return refund_payment(
            payment,
            data.get("amount", payment.refundable_minor),
            reason=data.get("reason", ""),
            metadata=merged_metadata({}, data.get("metadata")),
            actor=actor,
            at=at,
        )


def _payment(actor: Actor, data: Mapping[str, Any]) -> Payment:
    given = [name for name in ("payment", "payment_intent") if name in data]
    if len(given) != 1:
        raise InvalidInput("Name one: payment, or payment_intent.", param="payment", code=None if given else "parameter_missing")
    name = given[0]
    lookup = "public_id" if name == "payment" else "payment_intent__public_id"
    found = visible_payments(actor).filter(**{lookup: data[name]}).first()
    if found is None:
        said = "No such payment" if name == "payment" else "Nothing was paid on such a payment intent"
        raise InvalidInput(f"{said}: {data[name]}.", param=name, code="resource_missing")
    return found


class RefundView(Refunds, ObjectView):
    """One refund. What is written on it may be changed, and nothing else of it."""

    update_serializer = MetadataOnly
    asks = NOTED
    refusals = NOT_NOTED

    def update(self, actor: Actor, row: Refund, data: dict[str, Any], at: datetime) -> Refund:
        return update_refund(row, data.get("metadata", {}), actor=actor, at=at)


def render_refund(row: Refund) -> dict[str, Any]:
    """A refund as Stripe's clients read it."""
    intent = getattr(row.payment, "payment_intent", None)  # the other side of a one-to-one: none where there is none
    return rendered(
        "refund",
        row,
        **NOTHING,
        amount=row.amount_minor,
        charge=row.payment.public_id,
        currency=row.currency,
        expected_on=row.expected_on,
        failure_message=row.failure_message or None,
        failure_reason=row.failure_code or None,
        fee_refunded=row.clawed_minor + row.payer_fee_minor,
        payee=row.payee.public_id,
        payer=row.payer.public_id,
        payment=row.payment.public_id,
        payment_intent=intent.public_id if intent else None,
        rail=row.rail,
        reason=row.reason or None,
        status=STATUSES[row.status],
    )


urlpatterns = resource("refunds", RefundsView, RefundView)
