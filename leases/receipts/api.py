"""`/api/v1/receipts`: money given by hand, as the landlord records it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import AmountField, DateField, IdField, MetadataField, merged_metadata
from directpay.api.lists import Derived, Filter, related
from directpay.api.objects import rendered
from directpay.api.routes import resource
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ActionView, ApiView, CollectionView, Context, ObjectView
from directpay.kernel.errors import NotAllowed
from directpay.people.actor import RENTER, Actor
from directpay.people.ways import Way
from leases.contracts.models import Lease
from leases.contracts.queries import lease_of, party_of
from leases.receipts.actions import NewReceipt, bank_receipts, bounce_receipt, record_receipt
from leases.receipts.examples import ASKS, BANKS, BOUNCES, NOT_BANKED, NOT_BOUNCED, REFUSED, SHOWN
from leases.receipts.models import Receipt
from leases.receipts.queries import visible_receipts, ways_to_receipts, where_status

METHODS, STATUSES = Receipt.Method.values, Receipt.Status.values


class ReceiptInput(StrictSerializer):
    lease = IdField("lse")
    renter = IdField("usr", required=False, help_text="Whose debt it pays, where each owes a share.")
    amount = AmountField()
    method = serializers.ChoiceField(choices=METHODS)
    received_on = DateField(required=False, help_text="Today without it.")
    number = serializers.CharField(max_length=40, required=False, help_text="Printed on the cheque or money order.")
    note = serializers.CharField(max_length=200, required=False)
    metadata = MetadataField()


class ReceiptOutput(ObjectOutput):
    lease = serializers.CharField()
    renter = serializers.CharField(allow_null=True, help_text="Whose debt it paid; null where all owe together.")
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    method = serializers.ChoiceField(choices=METHODS)
    number = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=STATUSES)
    received_on = serializers.DateField()
    banked_on = serializers.DateField(allow_null=True)
    slip = serializers.CharField(allow_null=True, help_text="With which others it was banked.")
    bounced_on = serializers.DateField(allow_null=True)


class BankInput(StrictSerializer):
    banked_on = DateField(required=False, help_text="The day of the deposit slip; today without it.")


class BounceInput(StrictSerializer):
    bounced_on = DateField(required=False, help_text="The bank's day; today without it.")


@by_id
class Receipts(ApiView):
    object_name = "receipt"
    output_serializer: ClassVar[Any] = ReceiptOutput
    expanders = {"lease": "lease", "renter": "user"}
    example: ClassVar[Mapping[str, Any]] = SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[Receipt]:
        return visible_receipts(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_to_receipts(actor)

    def render(self, row: Receipt, context: Context) -> Mapping[str, Any]:
        return render_receipt(row)


class ReceiptsView(Receipts, CollectionView):
    """Cash, cheques and money orders that the landlord was given. A receipt pays what is owed, oldest first."""

    input_serializer = ReceiptInput
    moves_money = True
    asks = ASKS
    refusals = REFUSED
    filters = {
        "lease": related("lease", Lease),
        "method": Filter("method", serializers.ChoiceField(choices=METHODS)),
        "status": Derived(field=serializers.ChoiceField(choices=STATUSES), by=where_status),
    }

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> Receipt:
        only_landlords(actor, "Receipts are recorded by the landlord.")
        lease = lease_of(data["lease"], actor)
        wish = NewReceipt(
            party=party_of(lease, data.get("renter"), param="renter"),
            method=data["method"],
            amount_minor=data["amount"],
            received_on=data.get("received_on"),
            number=data.get("number", ""),
            note=data.get("note", ""),
            metadata=merged_metadata({}, data.get("metadata")),
        )
        return record_receipt(lease, wish, actor=actor, at=at)


class ReceiptView(Receipts, ObjectView):
    """One receipt."""


class BankReceiptView(Receipts, ActionView):
    """It was brought to the owner's bank."""

    input_serializer = BankInput
    moves_money = True
    asks = BANKS
    refusals = NOT_BANKED

    def act(self, actor: Actor, row: Receipt, data: dict[str, Any], at: datetime) -> Receipt:
        only_landlords(actor, "Receipts are banked by the landlord.")
        return bank_receipts([row], banked_on=data.get("banked_on"), actor=actor, at=at)[0]


class BounceReceiptView(Receipts, ActionView):
    """The bank did not honour it: what it paid is owed again."""

    input_serializer = BounceInput
    moves_money = True
    asks = BOUNCES
    refusals = NOT_BOUNCED

    def act(self, actor: Actor, row: Receipt, data: dict[str, Any], at: datetime) -> Receipt:
        only_landlords(actor, "A receipt is said to have bounced by the landlord.")
        return bounce_receipt(row, bounced_on=data.get("bounced_on"), actor=actor, at=at)


def only_landlords(actor: Actor, said: str) -> None:
    if actor.role == RENTER:
        raise NotAllowed(said)


def render_receipt(row: Receipt) -> dict[str, Any]:
    """A receipt as the API shows it."""
    return rendered(
        "receipt",
        row,
        lease=row.lease.public_id,
        renter=row.party.renter_id,
        amount=row.amount_minor,
        currency=row.lease.currency,
        method=row.method,
        number=row.number,
        note=row.note,
        status=str(row.status),
        received_on=row.received_on,
        banked_on=row.banked_on,
        slip=row.slip or None,
        bounced_on=row.bounced_on,
    )


urlpatterns = resource("receipts", ReceiptsView, ReceiptView, bank=BankReceiptView, bounce=BounceReceiptView)
