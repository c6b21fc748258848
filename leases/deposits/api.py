"""`/api/v1/trust_banks` and `/api/v1/leases/{id}/deposit`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import IdField
from directpay.api.lists import Filter, related
from directpay.api.objects import rendered
from directpay.api.routes import resource, route
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ActionView, ApiView, CollectionView, Context, ObjectView, PartView
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor, not_for_renters
from directpay.people.models import Payee
from directpay.people.ways import Way
from leases.contracts.models import Lease
from leases.deposits.actions.name_trust_bank import name_trust_bank, replace_account
from leases.deposits.examples import ASKS, DEPOSIT, NOT_REPLACED, REFUSED, REPLACES, SHOWN
from leases.deposits.models import Deposit, Movement, TrustBank
from leases.deposits.queries import Standing, standings, visible_deposits, visible_trust_banks, ways_to_trust_banks
from leases.rent.api.leases import OfLease
from payments.methods.queries import visible_bank_account


class TrustBankInput(StrictSerializer):
    bank_account = IdField("ba", help_text="A verified bank account of the payee's owner. It takes deposits alone from then on.")
    payee = IdField("pye", required=False, help_text="The first of the account's owner without it.")
    state = serializers.CharField(min_length=2, max_length=2, help_text="In which the homes stand, e.g. OH.")


class ReplaceInput(StrictSerializer):
    bank_account = IdField("ba", help_text="A verified bank account of the payee's owner, in the same currency.")


class TrustBankOutput(ObjectOutput):
    payee = serializers.CharField()
    bank_account = serializers.CharField()
    state = serializers.CharField()
    currency = serializers.CharField()
    bank_name = serializers.CharField()
    last4 = serializers.CharField()


class MovementOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=Movement.Kind.values)
    amount = serializers.IntegerField(help_text="Of interest: the renter's part.")
    owners_part = serializers.IntegerField()
    charge = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    moved_on = serializers.DateField()


class DepositOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    renter = serializers.CharField(allow_null=True, help_text="Who left it; null where all did together.")
    account = serializers.CharField(help_text="To pay it: `applies_to` of a payment of its own, never together with rent.")
    amount = serializers.IntegerField()
    due_date = serializers.DateField()
    owed = serializers.IntegerField()
    in_flight = serializers.IntegerField()
    held = serializers.IntegerField()
    in_transit = serializers.IntegerField(help_text="Of what is held: not yet in the trust account.")
    interest = serializers.IntegerField(help_text="The renter's part.")
    trust_bank = serializers.CharField()
    movements = MovementOutput(many=True)


class LeaseDepositOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["lease_deposit"])
    lease = serializers.CharField()
    currency = serializers.CharField()
    asked = serializers.IntegerField(help_text="By the terms of the lease.")
    refused = serializers.CharField(allow_null=True, help_text="Why no deposit can be paid: trust_account_missing.")
    data: Any = DepositOutput(many=True)


@by_id
class TrustBanks(ApiView):
    object_name = "trust_bank"
    output_serializer: ClassVar[Any] = TrustBankOutput
    expanders = {"payee": "payee", "bank_account": "bank_account"}
    example: ClassVar[Mapping[str, Any]] = SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[TrustBank]:
        return visible_trust_banks(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_to_trust_banks(actor)

    def render(self, row: TrustBank, context: Context) -> Mapping[str, Any]:
        return rendered(
            "trust_bank",
            row,
            payee=row.payee.public_id,
            bank_account=row.bank_account.public_id,
            state=row.state,
            currency=row.currency,
            bank_name=row.bank_name,
            last4=row.last4,
        )


class TrustBanksView(TrustBanks, CollectionView):
    """Where payees keep deposits, one account a state. Naming one asks for the deposits of the leases there."""

    input_serializer = TrustBankInput
    asks = ASKS
    refusals = REFUSED
    filters = {"payee": related("payee", Payee), "state": Filter("state", serializers.CharField(max_length=2))}

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> TrustBank:
        not_for_renters(actor, "Trust accounts are named by the landlord.")
        account = visible_bank_account(data["bank_account"], actor)
        known = account.user.payees.order_by("id")
        payee = (known.filter(public_id=data["payee"]) if "payee" in data else known).first()
        if payee is None:
            raise InvalidInput("No such payee of the account's owner.", param="payee", code="resource_missing")
        return name_trust_bank(payee, account, state=data["state"], actor=actor, at=at)


class TrustBankView(TrustBanks, ObjectView):
    """One trust account."""


class ReplaceTrustAccountView(TrustBanks, ActionView):
    """Another account keeps the deposits from now on; what the old one refused or sent back goes there at once."""

    input_serializer = ReplaceInput
    asks = REPLACES
    refusals = NOT_REPLACED

    def act(self, actor: Actor, row: TrustBank, data: dict[str, Any], at: datetime) -> TrustBank:
        not_for_renters(actor, "Trust accounts are named by the landlord.")
        return replace_account(row, visible_bank_account(data["bank_account"], actor), actor=actor, at=at)


class LeaseDepositView(OfLease, PartView):
    """What of the deposit is asked, held, earned, and where it lies; each renter's own, where each left a share."""

    object_name = "lease_deposit"
    output_serializer: ClassVar[Any] = LeaseDepositOutput
    example: ClassVar[Mapping[str, Any]] = DEPOSIT
    example_id = DEPOSIT["lease"]

    def read(self, row: Lease, query: dict[str, Any], context: Context) -> Mapping[str, Any]:
        deposits = list(visible_deposits(context.actor).filter(lease=row).order_by("id"))
        found = standings(deposits)
        return {
            "object": "lease_deposit",
            "lease": row.public_id,
            "currency": row.currency,
            "asked": row.deposit_minor,
            "refused": "trust_account_missing" if row.deposit_minor and not deposits else None,
            "data": [render_deposit(d, found[d.id]) for d in deposits],
        }


def render_deposit(row: Deposit, now: Standing) -> dict[str, Any]:
    """A party's deposit as the API shows it."""
    return {
        "id": row.public_id,
        "renter": row.party.renter_id,
        "account": row.account.public_id,
        "amount": now.asked_minor,
        "due_date": row.due_on,
        "owed": now.owed_minor,
        "in_flight": now.in_flight_minor,
        "held": now.held_minor,
        "in_transit": now.in_transit_minor,
        "interest": now.interest_minor,
        "trust_bank": row.trust_bank.public_id,
        "movements": [
            {
                "id": m.public_id,
                "kind": m.kind,
                "amount": m.amount_minor,
                "owners_part": m.owners_minor,
                "charge": m.charge.public_id if m.charge else None,
                "reason": m.reason,
                "moved_on": m.moved_on,
            }
            for m in row.movements.all()
        ],
    }


urlpatterns = [
    *resource("trust_banks", TrustBanksView, TrustBankView, replace_account=ReplaceTrustAccountView),
    route("leases/{id}/deposit", LeaseDepositView),
]
