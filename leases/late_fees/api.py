"""`/api/v1/late_fees`, `/api/v1/late_fee_policies`, `/api/v1/late_fee_presets`, and what is done with them on a lease."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from directpay.api.expanding import by_id
from directpay.api.fields import AmountField, DateField, IdField
from directpay.api.lists import Filter, read_query, related
from directpay.api.objects import json_response, rendered
from directpay.api.routes import resource, route
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ActionView, ApiView, CollectionView, Context, ObjectView
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor, not_for_renters
from directpay.people.ways import Way
from leases.contracts.late_fee import late_fee_terms, percent_text
from leases.contracts.models import LateFeePolicy, Lease
from leases.contracts.queries import rent_on, ways_by_debt, ways_by_lease
from leases.late_fees import examples
from leases.late_fees.actions.agree import agree_late_fee
from leases.late_fees.actions.assess import charge_late_fee
from leases.late_fees.actions.decide import approve_late_fee, dismiss_late_fee, waive_late_fee
from leases.late_fees.models import LateFee
from leases.late_fees.presets import GREATER, LESSER, NOT_ADVICE, PRESETS, Preset, beyond_preset
from leases.late_fees.queries import visible_late_fees, visible_policies
from leases.rent.api.late_fee import LateFeeInput, LateFeeTermsOutput, render_terms
from leases.rent.api.leases import OfLease
from leases.rent.models import Charge

KINDS, STATUSES = LateFee.Kind.values, LateFee.Status.values
LANDLORDS = "Late fees are decided on by the landlord."


class LateFeeOutput(ObjectOutput):
    lease = serializers.CharField()
    renter = serializers.CharField(allow_null=True, help_text="Who alone owes it; null where all do.")
    kind = serializers.ChoiceField(choices=KINDS)
    charge = serializers.CharField(allow_null=True, help_text="The rent that is late.")
    day = serializers.IntegerField(help_text="Days after the first fee of this charge.")
    cause = serializers.CharField(allow_null=True, help_text="The payment or receipt that came back.")
    reason_date = serializers.DateField(help_text="When the rent was due, or the money came back.")
    amount = serializers.IntegerField()
    amount_overdue = serializers.IntegerField(help_text="Of the charge, when the day that was judged had ended.")
    amount_waived = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    fee_charge = serializers.CharField(allow_null=True, help_text="The charge by which it is owed.")
    assessed_on = serializers.DateField(allow_null=True)
    waived_on = serializers.DateField(allow_null=True)
    waiver_reason = serializers.CharField(allow_blank=True)
    policy = serializers.CharField(help_text="The version by which it was judged.")


class ByHandInput(StrictSerializer):
    charge = IdField("chg", help_text="The rent that is late.")


class WaiveInput(StrictSerializer):
    amount = AmountField(required=False, help_text="All of it without.")
    reason = serializers.CharField(max_length=200, help_text="The renter reads it.")


class WarningOutput(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=["grace_too_short", "fee_above_limit"])
    message = serializers.CharField()


class PolicyOutput(ObjectOutput, LateFeeTermsOutput):
    lease = serializers.CharField()
    warnings = WarningOutput(many=True, help_text="In what it goes beyond the preset of the home's state.")


class AgreeInput(LateFeeInput):
    from_date = DateField(required=False, help_text="For what falls due from this day on; today without it.")


class LimitOutput(serializers.Serializer[Any]):
    percent = serializers.CharField()
    amount = serializers.IntegerField(allow_null=True)
    which = serializers.ChoiceField(choices=[GREATER, LESSER], help_text="Which of the two counts.")


class SuggestedOutput(serializers.Serializer[Any]):
    grace_days = serializers.IntegerField()
    percent = serializers.CharField()
    cap_amount = serializers.IntegerField(allow_null=True)


class PresetOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["late_fee_preset"])
    state = serializers.CharField()
    name = serializers.CharField()
    limit = LimitOutput()
    late_fee = SuggestedOutput(help_text="A policy within the limit, whatever the rent.")
    note = serializers.CharField(allow_blank=True)
    as_of = serializers.DateField()
    source: Any = serializers.CharField()
    advice = serializers.CharField()


class PresetsOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["list"])
    url = serializers.CharField()
    has_more = serializers.BooleanField()
    data: Any = PresetOutput(many=True)


@by_id
class LateFees(ApiView):
    object_name = "late_fee"
    output_serializer: ClassVar[Any] = LateFeeOutput
    expanders = {"lease": "lease", "renter": "user", "policy": "late_fee_policy"}
    example: ClassVar[Mapping[str, Any]] = examples.SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[LateFee]:
        return visible_late_fees(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_by_debt(actor)

    def render(self, row: LateFee, context: Context) -> Mapping[str, Any]:
        return render_late_fee(row)


class LateFeesView(LateFees, CollectionView):
    """What late rent and money that came back cost: proposed, charged, dismissed, waived."""

    filters = {
        "charge": related("charge", Charge),
        "kind": Filter("kind", serializers.ChoiceField(choices=KINDS)),
        "lease": related("lease", Lease),
        "status": Filter("status", serializers.ChoiceField(choices=STATUSES)),
    }


class LateFeeView(LateFees, ObjectView):
    """One late fee."""


class ApproveLateFeeView(LateFees, ActionView):
    """Charge what was proposed, today."""

    asks = examples.APPROVES
    refusals = examples.DECIDED

    def act(self, actor: Actor, row: LateFee, data: dict[str, Any], at: datetime) -> LateFee:
        not_for_renters(actor, LANDLORDS)
        return approve_late_fee(row, actor=actor, at=at)


class DismissLateFeeView(LateFees, ActionView):
    """Let go what was proposed, and all that would follow for the same lateness."""

    asks = examples.DISMISSES
    refusals = examples.DECIDED

    def act(self, actor: Actor, row: LateFee, data: dict[str, Any], at: datetime) -> LateFee:
        not_for_renters(actor, LANDLORDS)
        return dismiss_late_fee(row, actor=actor, at=at)


class WaiveLateFeeView(LateFees, ActionView):
    """Forgive what was charged, or a part of it, once. What was paid of it already stands as paid ahead."""

    input_serializer = WaiveInput
    asks = examples.WAIVES
    refusals = examples.NOT_WAIVED

    def act(self, actor: Actor, row: LateFee, data: dict[str, Any], at: datetime) -> LateFee:
        not_for_renters(actor, LANDLORDS)
        return waive_late_fee(row, amount_minor=data.get("amount"), reason=data["reason"], actor=actor, at=at)


class LateFeeLeaseView(OfLease, LateFees, ActionView):
    """Charge by hand what rent costs by now. What was recorded when its grace was over costs nothing by itself."""

    input_serializer = ByHandInput
    asks = examples.BY_HAND
    refusals = examples.NOT_DUE

    def act(self, actor: Actor, row: Lease, data: dict[str, Any], at: datetime) -> LateFee:
        not_for_renters(actor, LANDLORDS)
        charge = row.charges.filter(public_id=data["charge"]).first()
        if charge is None:
            raise InvalidInput(f"No such charge on this lease: {data['charge']}.", param="charge", code="resource_missing")
        return charge_late_fee(row, charge, actor=actor, at=at)


@by_id
class Policies(ApiView):
    object_name = "late_fee_policy"
    output_serializer: ClassVar[Any] = PolicyOutput
    expanders = {"lease": "lease"}
    example: ClassVar[Mapping[str, Any]] = examples.POLICY_SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[LateFeePolicy]:
        return visible_policies(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_by_lease(actor)

    def render(self, row: LateFeePolicy, context: Context) -> Mapping[str, Any]:
        home = row.lease.unit.property
        beyond = beyond_preset(row.terms, state=home.state, rent_minor=rent_on(row.lease, row.from_on))
        said = [{"code": one.code, "message": one.message} for one in beyond]
        return rendered("late_fee_policy", row, lease=row.lease.public_id, **render_terms(row), warnings=said)


class PoliciesView(Policies, CollectionView):
    """What leases agreed on for late rent, each version. The one in force stands in its lease."""

    filters = {"lease": related("lease", Lease)}


class PolicyView(Policies, ObjectView):
    """One version."""


class AgreeLateFeeView(OfLease, Policies, ActionView):
    """Agree on something else for what falls due from a day on. Older versions stay, for what fell due before."""

    input_serializer = AgreeInput
    asks = examples.AGREED
    refusals = examples.NOT_AGREED

    def act(self, actor: Actor, row: Lease, data: dict[str, Any], at: datetime) -> LateFeePolicy:
        not_for_renters(actor, "Late fees are agreed on by the landlord.")
        return agree_late_fee(row, late_fee_terms(data), from_on=data.get("from_date"), actor=actor, at=at)


class PresetsView(ApiView):
    """What states let a lease ask for late rent: dated data with its source, not legal advice."""

    object_name = "late_fee_preset"
    output_serializer = PresetsOutput
    example = examples.PRESETS_SHOWN
    http_method_names = ["get", "head", "options"]

    def get(self, request: Request, **_: Any) -> HttpResponse:
        read_query(request._request, ())
        data = [render_preset(preset) for preset in PRESETS.values()]
        return json_response({"object": "list", "url": "/v1/late_fee_presets", "has_more": False, "data": data})


def render_preset(preset: Preset) -> dict[str, Any]:
    terms = preset.terms
    return {
        "object": "late_fee_preset",
        "state": preset.state,
        "name": preset.name,
        "limit": {"percent": percent_text(preset.percent_bps), "amount": preset.amount_minor, "which": preset.which},
        "late_fee": {"grace_days": terms.grace_days, "percent": percent_text(terms.percent_bps), "cap_amount": terms.cap_minor},
        "note": preset.note,
        "as_of": preset.as_of,
        "source": preset.source,
        "advice": NOT_ADVICE,
    }


def render_late_fee(row: LateFee) -> dict[str, Any]:
    """A late fee as the API shows it."""
    return rendered(
        "late_fee",
        row,
        lease=row.lease.public_id,
        renter=row.party.renter_id if row.party else None,
        kind=str(row.kind),
        charge=row.charge.public_id if row.charge else None,
        day=row.day,
        cause=row.cause or None,
        reason_date=row.reason_on,
        amount=row.amount_minor,
        amount_overdue=row.overdue_minor,
        amount_waived=row.waived_minor,
        currency=row.lease.currency,
        status=str(row.status),
        fee_charge=row.fee_charge.public_id if row.fee_charge else None,
        assessed_on=row.assessed_on,
        waived_on=row.waived_on,
        waiver_reason=row.waiver_reason,
        policy=row.policy.public_id,
    )


urlpatterns = [
    *resource("late_fees", LateFeesView, LateFeeView, approve=ApproveLateFeeView, dismiss=DismissLateFeeView, waive=WaiveLateFeeView),
    *resource("late_fee_policies", PoliciesView, PolicyView),
    route("late_fee_presets", PresetsView),
    route("leases/{id}/late_fee", AgreeLateFeeView),
    route("leases/{id}/late_fees", LateFeeLeaseView),
]
