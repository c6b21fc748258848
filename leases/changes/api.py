"""`/api/v1/leases/{id}/end`, `/renew`, `/rent_steps`, `/shares` and `/payment_policy`: what changes in a running lease."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from directpay.api.fields import AmountField, DateField, IdField
from directpay.api.routes import route
from directpay.api.serializers import StrictSerializer
from directpay.api.views import ActionView
from directpay.people.actor import Actor, not_for_renters
from leases.changes.actions import Renewal, change_shares, end_lease, renew_lease, step_rent
from leases.changes.examples import ENDS, NOT_ENDED, NOT_POLICIES, NOT_RENEWED, NOT_SHARED, NOT_STEPPED, POLICIES, RENEWS, SHARES, STEPS
from leases.contracts.actions import RENTERS_LIMIT
from leases.contracts.models import Lease
from leases.policies.actions import set_payment_policy
from leases.rent.api.leases import Leases, ShareInput
from leases.rent.api.policies import PaymentPolicyInput, policy_wished

LANDLORDS = "Leases are changed by the landlord."


class EndInput(StrictSerializer):
    end_date = DateField(help_text="The last day.")


class RenewInput(StrictSerializer):
    end_date = DateField(required=False, help_text="The new last day; from month to month without it.")
    rent_amount = AmountField(required=False, help_text="A month, from the day after the old end.")


class StepInput(StrictSerializer):
    from_date = DateField(help_text="The first day, in a month that is not charged yet.")
    rent_amount = AmountField(help_text="A month.")


class NewShareInput(StrictSerializer):
    user = IdField("usr")
    share = ShareInput()


class SharesInput(StrictSerializer):
    from_date = DateField(help_text="What falls due from this day on.")
    renters = serializers.ListField(child=NewShareInput(), min_length=1, max_length=RENTERS_LIMIT, help_text="All of them, in one way.")


class EndLeaseView(Leases, ActionView):
    """Set the last day. Rent after it that is owed already is credited; of a month in part, the days are counted."""

    input_serializer = EndInput
    asks = ENDS
    refusals = NOT_ENDED

    def act(self, actor: Actor, row: Lease, data: dict[str, Any], at: datetime) -> Lease:
        not_for_renters(actor, LANDLORDS)
        return end_lease(row, data["end_date"], actor=actor, at=at)


class RenewLeaseView(Leases, ActionView):
    """Go on: to a later last day, or from month to month; with another rent, if one is named."""

    input_serializer = RenewInput
    asks = RENEWS
    refusals = NOT_RENEWED

    def act(self, actor: Actor, row: Lease, data: dict[str, Any], at: datetime) -> Lease:
        not_for_renters(actor, LANDLORDS)
        return renew_lease(row, Renewal(data.get("end_date"), data.get("rent_amount")), actor=actor, at=at)


class StepRentView(Leases, ActionView):
    """Another rent from a day on. A month in which it changes costs each day's own, exact to the cent."""

    input_serializer = StepInput
    asks = STEPS
    refusals = NOT_STEPPED

    def act(self, actor: Actor, row: Lease, data: dict[str, Any], at: datetime) -> Lease:
        not_for_renters(actor, LANDLORDS)
        return step_rent(row, data["from_date"], data["rent_amount"], actor=actor, at=at)


class ChangeSharesView(Leases, ActionView):
    """Who owes how much of what falls due from a day on. What is owed already stays with whom it is owed by."""

    input_serializer = SharesInput
    asks = SHARES
    refusals = NOT_SHARED

    def act(self, actor: Actor, row: Lease, data: dict[str, Any], at: datetime) -> Lease:
        not_for_renters(actor, LANDLORDS)
        shares = [(renter["user"], renter["share"]) for renter in data["renters"]]
        return change_shares(row, data["from_date"], shares, actor=actor, at=at)


class PaymentPolicyView(Leases, ActionView):
    """What is taken on this lease from now on, and what it pays first: the whole policy, as a new version."""

    input_serializer = PaymentPolicyInput
    asks = POLICIES
    refusals = NOT_POLICIES

    def act(self, actor: Actor, row: Lease, data: dict[str, Any], at: datetime) -> Lease:
        not_for_renters(actor, "Payment policies are set by the landlord.")
        set_payment_policy(row, policy_wished(data), actor=actor, at=at)
        return row


urlpatterns = [
    route("leases/{id}/end", EndLeaseView),
    route("leases/{id}/renew", RenewLeaseView),
    route("leases/{id}/rent_steps", StepRentView),
    route("leases/{id}/shares", ChangeSharesView),
    route("leases/{id}/payment_policy", PaymentPolicyView),
]
