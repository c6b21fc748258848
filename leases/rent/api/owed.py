"""What is owed on a lease: its schedule, its balance, what a payment would pay of it."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from directpay.api.fields import AmountField, IdField
from directpay.api.routes import route
from directpay.api.serializers import StrictSerializer
from directpay.api.views import Context, PartView
from directpay.kernel.row_scope import every_row
from leases.contracts.models import Lease
from leases.contracts.queries import party_of
from leases.policies.models import PaymentPolicy
from leases.policies.queries import Policy, policies_of
from leases.rent.api.examples import ALLOCATION, BALANCE, SCHEDULE, SHOWN
from leases.rent.api.leases import Leases, ScheduleOutput, render_row
from leases.rent.claiming import allotted
from leases.rent.queries import Balance, balances, payable_charges, schedules, total, visible_charges


class LeaseScheduleOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["list"])
    url = serializers.CharField()
    has_more = serializers.BooleanField()
    data: Any = ScheduleOutput(many=True)


class OwedOutput(serializers.Serializer[Any]):
    owed = serializers.IntegerField(help_text="What is due and not paid.")
    in_flight = serializers.IntegerField(help_text="What is on its way.")
    payable = serializers.IntegerField(help_text="What a payment may be now: owed and ahead, less what is on its way.")


class RenterBalanceOutput(OwedOutput):
    user = serializers.CharField()


class LeaseBalanceOutput(OwedOutput):
    object = serializers.ChoiceField(choices=["lease_balance"])
    lease = serializers.CharField()
    currency = serializers.CharField()
    renters = RenterBalanceOutput(many=True)


class AllocationQuery(StrictSerializer):
    amount = AmountField(required=False, help_text="All that can be paid now without it.")
    renter = IdField("usr", required=False, help_text="Whose part it pays, where each owes a share.")


class AllottedOutput(serializers.Serializer[Any]):
    charge = serializers.CharField()
    category = serializers.CharField()
    due_date = serializers.DateField()
    amount = serializers.IntegerField()


class AllocationOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["allocation"])
    lease = serializers.CharField()
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    order = serializers.ChoiceField(choices=PaymentPolicy.Order.values)
    data: Any = AllottedOutput(many=True, help_text="Without what goes to charges that a roommate alone owes.")
    unallocated = serializers.IntegerField(help_text="What no charge is there for: more than can be paid now.")


class AllocationView(Leases, PartView):
    """What a payment of this amount would pay, in turn, before it is made: by the lease's payment policy, what is on its way left out."""

    output_serializer = AllocationOutput
    query_serializer = AllocationQuery
    example = ALLOCATION
    example_id = SHOWN["id"]

    def read(self, row: Lease, query: dict[str, Any], context: Context) -> Mapping[str, Any]:
        party, policy = party_of(row, query.get("renter"), param="renter"), policies_of([row.id]).get(row.id, Policy())
        with every_row():  # what comes before what, by all that the party owes
            payable = payable_charges(row, party, list(row.parties.all()))
        amount = query.get("amount", sum(open_.free_minor for open_ in payable.rows))
        turn = allotted(policy, payable.rows, amount)
        seen = {*visible_charges(context.actor).filter(id__in=[charge.id for charge, _ in turn]).values_list("id", flat=True)}
        parts = [
            {"charge": charge.public_id, "category": charge.category, "due_date": charge.due_on, "amount": part}
            for charge, part in turn
            if charge.id in seen
        ]
        rest = amount - sum(part for _, part in turn)
        said = {"object": "allocation", "lease": row.public_id, "amount": amount, "currency": row.currency}
        return {**said, "order": policy.order, "data": parts, "unallocated": rest}


class LeaseScheduleView(Leases, PartView):
    """What falls due when, what of it is paid."""

    output_serializer = LeaseScheduleOutput
    example = SCHEDULE
    example_id = SHOWN["id"]

    def read(self, row: Lease, query: dict[str, Any], context: Context) -> Mapping[str, Any]:
        rows = [render_row(r) for r in schedules([row], context.at, actor=context.actor)[row.id]]
        return {"object": "list", "url": f"/v1/leases/{row.public_id}/schedule", "has_more": False, "data": rows}


class LeaseBalanceView(Leases, PartView):
    """What is owed, on its way and payable now, for the lease and by renter."""

    output_serializer = LeaseBalanceOutput
    example = BALANCE
    example_id = SHOWN["id"]

    def read(self, row: Lease, query: dict[str, Any], context: Context) -> Mapping[str, Any]:
        parties = balances(row)
        return {
            "object": "lease_balance",
            "lease": row.public_id,
            "currency": row.currency,
            **render_balance(total(list(parties.values()))),
            "renters": [{"user": r.user.public_id, **render_balance(parties[r.party_id])} for r in row.renters.all()],
        }


def render_balance(balance: Balance) -> dict[str, int]:
    return {"owed": balance.owed_minor, "in_flight": balance.in_flight_minor, "payable": balance.payable_minor}


urlpatterns = [
    route("leases/{id}/schedule", LeaseScheduleView),
    route("leases/{id}/balance", LeaseBalanceView),
    route("leases/{id}/allocation", AllocationView),
]
