"""`/api/v1/payouts`: what is sent out, and to whom."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import AmountField, CurrencyField, IdField, MetadataField, merged_metadata
from directpay.api.lists import Filter, related
from directpay.api.objects import rendered
from directpay.api.routes import resource
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ApiView, CollectionView, Context, ObjectView
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor, not_for_renters
from directpay.people.models import Payee
from directpay.people.queries import visible_payees
from directpay.people.ways import Way
from payments.methods.models import BankAccount
from payments.methods.queries import visible_bank_account
from payments.payouts.actions.create import NewPayout, create_payout
from payments.payouts.examples import ASKS, REFUSED, SHOWN
from payments.payouts.models import Payout
from payments.payouts.queries import visible_payouts, ways_to_payouts

STATUSES, PURPOSES = Payout.Status.values, Payout.Purpose.values


class PayoutInput(StrictSerializer):
    payee = IdField("pye", required=False, help_text="Whose available balance; that of the bank account's owner without it.")
    amount = AmountField()
    currency = CurrencyField()
    bank_account = IdField("ba", help_text="A verified bank account of the payee's owner.")
    metadata = MetadataField()


class PayoutOutput(ObjectOutput):
    status = serializers.ChoiceField(choices=STATUSES)
    purpose = serializers.ChoiceField(choices=PURPOSES)
    amount = serializers.IntegerField()
    interest = serializers.IntegerField(help_text="Of a deposit given back: how much of the amount is the renter's interest.")
    currency = serializers.CharField()
    payee = serializers.CharField()
    bank_account = serializers.CharField()
    rail = serializers.CharField()
    expected_on = serializers.DateField()
    paid_on = serializers.DateField(allow_null=True)
    failure_code = serializers.CharField(allow_null=True)
    failure_message = serializers.CharField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """`for` is a word of Python's."""
        return {**super().get_fields(), "for": serializers.CharField(allow_null=True, help_text="What asked for it, e.g. a deposit.")}


@by_id
class Payouts(ApiView):
    object_name = "payout"
    output_serializer: ClassVar[Any] = PayoutOutput
    expanders = {"bank_account": "bank_account", "payee": "payee"}
    example: ClassVar[Mapping[str, Any]] = SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[Payout]:
        return visible_payouts(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_to_payouts(actor)

    def render(self, row: Payout, context: Context) -> Mapping[str, Any]:
        return render_payout(row)


class PayoutsView(Payouts, CollectionView):
    """What was sent, to owners, to trust banks and back to renters. A POST sends a part of what is available to its owner."""

    input_serializer = PayoutInput
    moves_money = True
    asks = ASKS
    refusals = REFUSED
    filters = {
        "bank_account": related("bank_account", BankAccount),
        "payee": related("payee", Payee),
        "purpose": Filter("purpose", serializers.ChoiceField(choices=PURPOSES)),
        "status": Filter("status", serializers.ChoiceField(choices=STATUSES)),
    }

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> Payout:
        not_for_renters(actor, "Payouts are asked for by the landlord.")
        account = visible_bank_account(data["bank_account"], actor)
        wish = NewPayout(
            purpose=Payout.Purpose.PAYOUT,
            payee=_payee(actor, data.get("payee"), account),
            bank_account=account,
            amount_minor=data["amount"],
            currency=data["currency"],
            metadata=merged_metadata({}, data.get("metadata")),
        )
        return create_payout(wish, actor=actor, at=at)


def _payee(actor: Actor, public_id: str | None, account: BankAccount) -> Payee:
    """The one that is named, or the first of the account's owner."""
    known = visible_payees(actor)
    found = known.filter(public_id=public_id) if public_id else known.filter(owner_id=account.user_id).order_by("id")
    payee = found.first()
    if payee is None:
        raise InvalidInput("No such payee.", param="payee", code="resource_missing")
    return payee


class PayoutView(Payouts, ObjectView):
    """One payout."""


def render_payout(row: Payout) -> dict[str, Any]:
    """A payout as the API shows it."""
    return rendered(
        "payout",
        row,
        status=str(row.status),
        purpose=row.purpose,
        amount=row.amount_minor,
        interest=row.interest_minor,
        currency=row.currency,
        payee=row.payee.public_id,
        bank_account=row.bank_account.public_id,
        rail=row.rail,
        expected_on=row.expected_on,
        paid_on=row.paid_on,
        failure_code=row.failure_code or None,
        failure_message=row.failure_message or None,
        **{"for": row.origin or None},
    )


urlpatterns = resource("payouts", PayoutsView, PayoutView)
