"""`/api/v1/arrears_policies` and `/api/v1/leases/{id}/arrears`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import DateField, IdField
from directpay.api.lists import related
from directpay.api.objects import rendered
from directpay.api.routes import resource, route
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ApiView, CollectionView, Context, ObjectView, PartView
from directpay.people.actor import RENTER, Actor, not_for_renters
from directpay.people.models import Payee
from directpay.people.queries import payee_named
from directpay.people.ways import Way
from leases.arrears import examples
from leases.arrears.actions.set_policy import set_arrears_policy
from leases.arrears.ladder import DAYS_LIMIT, KINDS, STEPS_LIMIT, WORDING_LIMIT, read_steps
from leases.arrears.models import ArrearsCase, ArrearsPolicy
from leases.arrears.queries import Behind, behind_of, visible_arrears_policies, visible_cases, ways_to_policies
from leases.contracts.models import Lease
from leases.rent.api.leases import OfLease

CASES_LIMIT = 50


class ArrearsStepInput(StrictSerializer):
    kind = serializers.ChoiceField(choices=KINDS)
    days_after_due = serializers.IntegerField(
        required=False, min_value=1, max_value=DAYS_LIMIT, help_text="Not of a late fee: when it comes is agreed in the lease."
    )
    wording = serializers.CharField(max_length=WORDING_LIMIT, required=False, help_text="Your own words, added to ours.")


class ArrearsPolicyInput(StrictSerializer):
    payee = IdField("pye", required=False, help_text="The one that you began with without it.")
    from_date = DateField(required=False, help_text="For cases that are opened from this day on; today without it.")
    steps = serializers.ListField(
        child=ArrearsStepInput(), min_length=1, max_length=STEPS_LIMIT, help_text="Each later than the one before."
    )


class ArrearsStepOutput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=KINDS)
    days_after_due = serializers.IntegerField(allow_null=True)
    wording = serializers.CharField(allow_blank=True)


class ArrearsPolicyOutput(ObjectOutput):
    payee = serializers.CharField()
    from_date = serializers.DateField()
    steps: Any = ArrearsStepOutput(many=True)
    standard = serializers.BooleanField(help_text="Ours, where none was set.")


class ReachedStepOutput(serializers.Serializer[Any]):
    level = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=KINDS)
    days_after_due = serializers.IntegerField()
    amount_overdue = serializers.IntegerField(help_text="When it was reached.")
    told = serializers.BooleanField(help_text="Of several that were passed at once the highest alone.")
    reached_on = serializers.DateField()


class ArrearsCaseOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    renter = serializers.CharField(allow_null=True, help_text="Who alone owes it; null where all do.")
    policy = serializers.CharField(help_text="The version by which it was opened.")
    since = serializers.DateField(help_text="When the oldest debt that was open was due.")
    opened_on = serializers.DateField()
    closed_on = serializers.DateField(allow_null=True)
    reason = serializers.ChoiceField(choices=ArrearsCase.Reason.values, allow_null=True, help_text="Why it is closed.")
    steps: Any = ReachedStepOutput(many=True)


class NextStepOutput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=KINDS)
    date = serializers.DateField()


class BehindPartyOutput(serializers.Serializer[Any]):
    renter = serializers.CharField(allow_null=True, help_text="Who alone owes it; null where all do.")
    since = serializers.DateField(help_text="When the oldest debt that is open was due.")
    amount_overdue = serializers.IntegerField(help_text="What is on its way counts as paid.")
    payment_plan = serializers.CharField(allow_null=True, help_text="The one that is kept: meanwhile no step comes.")
    next_step = NextStepOutput(allow_null=True)


class LeaseArrearsOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["lease_arrears"])
    lease = serializers.CharField()
    currency = serializers.CharField()
    data: Any = BehindPartyOutput(many=True, help_text="Who is overdue now.")
    cases: Any = ArrearsCaseOutput(many=True, help_text="Newest first, closed ones too.")


@by_id
class Policies(ApiView):
    object_name = "arrears_policy"
    output_serializer: ClassVar[Any] = ArrearsPolicyOutput
    expanders = {"payee": "payee"}
    example: ClassVar[Mapping[str, Any]] = examples.POLICY_SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[ArrearsPolicy]:
        return visible_arrears_policies(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_to_policies(actor)

    def render(self, row: ArrearsPolicy, context: Context) -> Mapping[str, Any]:
        return rendered(
            "arrears_policy", row, payee=row.payee.public_id, from_date=row.from_on, steps=list(row.steps), standard=row.standard
        )


class PoliciesView(Policies, CollectionView):
    """What renters hear, and when, once something is overdue: each version. Running cases keep theirs."""

    input_serializer = ArrearsPolicyInput
    asks = examples.SETS
    refusals = examples.NOT_SET
    filters = {"payee": related("payee", Payee)}

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> ArrearsPolicy:
        not_for_renters(actor, "What renters hear is said by the landlord.")
        steps = read_steps(data["steps"])
        payee = payee_named(actor, data.get("payee"), unnamed="Say for which payee.")
        return set_arrears_policy(payee, steps, from_on=data.get("from_date"), actor=actor, at=at)


class PolicyView(Policies, ObjectView):
    """One version."""


class LeaseArrearsView(OfLease, PartView):
    """Who is overdue on a lease since when, which steps that has come to, and which comes next. Renters see their own share."""

    object_name = "lease_arrears"
    output_serializer: ClassVar[Any] = LeaseArrearsOutput
    example: ClassVar[Mapping[str, Any]] = examples.ARREARS_SHOWN
    example_id = examples.ARREARS_SHOWN["lease"]

    def read(self, row: Lease, query: dict[str, Any], context: Context) -> Mapping[str, Any]:
        cases = visible_cases(context.actor).filter(lease=row).order_by("-id")[:CASES_LIMIT]
        return {
            "object": "lease_arrears",
            "lease": row.public_id,
            "currency": row.currency,
            "data": [_behind(one) for one in behind_of([row], context.at) if _concerns(one, context.actor)],
            "cases": [render_case(case) for case in cases],
        }


def _concerns(one: Behind, actor: Actor) -> bool:
    return actor.role != RENTER or any(r.user_id == actor.user_id and r.party_id == one.party.id for r in one.lease.renters.all())


def _behind(one: Behind) -> dict[str, Any]:
    return {
        "renter": one.party.renter_id,
        "since": one.since_on,
        "amount_overdue": one.overdue_minor,
        "payment_plan": one.plan.public_id if one.plan else None,
        "next_step": {"kind": one.next[0].kind, "date": one.next[1]} if one.next else None,
    }


def render_case(row: ArrearsCase) -> dict[str, Any]:
    """A case as the API shows it."""
    return {
        "id": row.public_id,
        "renter": row.party.renter_id,
        "policy": row.policy.public_id,
        "since": row.since_on,
        "opened_on": row.opened_on,
        "closed_on": row.closed_on,
        "reason": row.reason or None,
        "steps": [
            {
                "level": step.level,
                "kind": step.kind,
                "days_after_due": step.days,
                "amount_overdue": step.overdue_minor,
                "told": step.told,
                "reached_on": step.reached_on,
            }
            for step in row.steps.all()
        ],
    }


urlpatterns = [*resource("arrears_policies", PoliciesView, PolicyView), route("leases/{id}/arrears", LeaseArrearsView)]
