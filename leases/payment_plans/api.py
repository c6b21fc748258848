"""`/api/v1/payment_plans`, and how one is proposed on a lease."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import AmountField, DateField, IdField, MetadataField, merged_metadata
from directpay.api.lists import Filter, related
from directpay.api.objects import rendered
from directpay.api.routes import resource, route
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ActionView, ApiView, CollectionView, Context, ObjectView
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import RENTER, Actor
from directpay.people.ways import Way
from leases.contracts.models import Lease, Party
from leases.contracts.queries import party_of, ways_by_share
from leases.payment_plans import examples
from leases.payment_plans.actions.decide import accept_plan, cancel_plan
from leases.payment_plans.actions.propose import GRACE, GRACE_LIMIT, PARTS_LIMIT, NewPlan, propose_plan
from leases.payment_plans.models import PaymentPlan
from leases.payment_plans.queries import PartNow, parts_now, visible_plans
from leases.payment_plans.reckoning import INTERVALS, MONTH, STATES, Dated
from leases.rent.api.leases import OfLease

STATUSES, SIDES = PaymentPlan.Status.values, PaymentPlan.Side.values


class PlanPartInput(StrictSerializer):
    date = DateField()
    amount = AmountField()


class PaymentPlanInput(StrictSerializer):
    renter = IdField("usr", required=False, help_text="Whose share, where each owes one.")
    amount = AmountField(required=False, help_text="All that is owed without it, or what the parts come to.")
    installments = serializers.IntegerField(
        required=False, min_value=1, max_value=PARTS_LIMIT, help_text="So many equal parts; or say the `parts`."
    )
    start_date = DateField(required=False, help_text="With `installments`: the day of the first; tomorrow without it.")
    interval = serializers.ChoiceField(choices=INTERVALS, default=MONTH, help_text="With `installments`: from one to the next.")
    parts = serializers.ListField(child=PlanPartInput(), required=False, min_length=1, max_length=PARTS_LIMIT)
    grace_days = serializers.IntegerField(
        default=GRACE, min_value=0, max_value=GRACE_LIMIT, help_text="After a part, before the plan is broken."
    )
    fees_go_on = serializers.BooleanField(default=False, help_text="Whether what is covered costs late fees meanwhile.")
    note = serializers.CharField(max_length=200, default="", help_text="The other side reads it.")
    metadata = MetadataField()


class PlanPartOutput(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    date = serializers.DateField()
    amount = serializers.IntegerField()
    amount_remaining = serializers.IntegerField(help_text="By what is owed now; what is on its way counts as paid.")
    status = serializers.ChoiceField(choices=STATES)


class CoveredChargeOutput(serializers.Serializer[Any]):
    charge = serializers.CharField()
    amount = serializers.IntegerField()


class PaymentPlanOutput(ObjectOutput):
    lease = serializers.CharField()
    renter = serializers.CharField(allow_null=True, help_text="Who alone owes it; null where all do.")
    status = serializers.ChoiceField(choices=STATUSES)
    proposed_by = serializers.ChoiceField(choices=SIDES)
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    grace_days = serializers.IntegerField()
    fees_go_on = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)
    parts: Any = PlanPartOutput(many=True, help_text="Reckoned anew each time; none once the plan has ended.")
    covered: Any = CoveredChargeOutput(many=True, help_text="What is judged by the days of the plan, since it was accepted.")
    accepted_on = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)


@by_id
class Plans(ApiView):
    object_name = "payment_plan"
    output_serializer: ClassVar[Any] = PaymentPlanOutput
    expanders = {"lease": "lease", "renter": "user"}
    example: ClassVar[Mapping[str, Any]] = examples.SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[PaymentPlan]:
        return visible_plans(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_by_share(actor)

    def render_many(self, rows: Sequence[PaymentPlan], context: Context) -> list[dict[str, Any]]:
        now = parts_now(rows, context.at)
        return [render_plan(row, now[row.id]) for row in rows]


class PlansView(Plans, CollectionView):
    """What is owed, agreed to be paid in dated parts. While a plan is kept the ladder of arrears stands still."""

    filters = {"lease": related("lease", Lease), "status": Filter("status", serializers.ChoiceField(choices=STATUSES))}


class PlanView(Plans, ObjectView):
    """One payment plan, with how its parts stand."""


class PlanLeaseView(OfLease, Plans, ActionView):
    """Propose to pay what is owed in parts: by the landlord, or by the renter who owes it. Nothing changes until the other side accepts."""

    input_serializer = PaymentPlanInput
    asks = examples.PROPOSES
    refusals = examples.NOT_PROPOSED

    def act(self, actor: Actor, row: Lease, data: dict[str, Any], at: datetime) -> PaymentPlan:
        wish = NewPlan(
            party=_party(row, actor, data.get("renter")),
            amount_minor=data.get("amount"),
            parts=[Dated(part["date"], part["amount"]) for part in data.get("parts", ())],
            count=data.get("installments"),
            start_on=data.get("start_date"),
            interval=data["interval"],
            grace_days=data["grace_days"],
            fees_go_on=data["fees_go_on"],
            note=data["note"],
            metadata=merged_metadata({}, data.get("metadata")),
        )
        return propose_plan(row, wish, actor=actor, at=at)


class AcceptPlanView(Plans, ActionView):
    """Accept what the other side proposed, while all of it is still owed and its days are to come."""

    asks = examples.ACCEPTS
    refusals = examples.NOT_ACCEPTED

    def act(self, actor: Actor, row: PaymentPlan, data: dict[str, Any], at: datetime) -> PaymentPlan:
        return accept_plan(row, actor=actor, at=at)


class CancelPlanView(Plans, ActionView):
    """Call it off, proposed or kept: either side may. The ladder goes on where it stood."""

    asks = examples.CALLS_OFF
    refusals = examples.NOT_CALLED_OFF

    def act(self, actor: Actor, row: PaymentPlan, data: dict[str, Any], at: datetime) -> PaymentPlan:
        return cancel_plan(row, actor=actor, at=at)


def _party(lease: Lease, actor: Actor, renter: str | None) -> Party:
    """A renter asks for the own share alone. Raises InvalidInput."""
    if actor.role != RENTER:
        return party_of(lease, renter, param="renter")
    if renter not in (None, actor.user_public_id):
        raise InvalidInput("A renter asks for the own share.", param="renter")
    return party_of(lease, actor.user_public_id, param="renter")


def render_plan(row: PaymentPlan, now: Sequence[PartNow]) -> dict[str, Any]:
    """A payment plan as the API shows it."""
    return rendered(
        "payment_plan",
        row,
        lease=row.lease.public_id,
        renter=row.party.renter_id,
        status=str(row.status),
        proposed_by=str(row.proposed_by),
        amount=row.amount_minor,
        currency=row.lease.currency,
        grace_days=row.grace_days,
        fees_go_on=row.fees_go_on,
        note=row.note,
        parts=[
            {
                "number": part.number,
                "date": part.due_on,
                "amount": part.amount_minor,
                "amount_remaining": part.open_minor,
                "status": part.state,
            }
            for part in now
        ],
        covered=[{"charge": one.charge.public_id, "amount": one.amount_minor} for one in row.covered.all()],
        accepted_on=row.accepted_on,
        ended_on=row.ended_on,
    )


urlpatterns = [
    *resource("payment_plans", PlansView, PlanView, accept=AcceptPlanView, cancel=CancelPlanView),
    route("leases/{id}/payment_plans", PlanLeaseView),
]
