"""`/api/v1/leases`: what was agreed, with its schedule."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import AmountField, CurrencyField, DateField, IdField, MetadataField, merged_metadata
from directpay.api.lists import Derived, related
from directpay.api.objects import rendered
from directpay.api.routes import resource, route
from directpay.api.search_views import SearchView
from directpay.api.searching import Choice, Number, Reference, Times
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ApiView, CollectionView, Context, ObjectView
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor, not_for_renters
from directpay.people.models import Payee, Role, User
from directpay.people.queries import living_users
from directpay.people.ways import Way
from leases.contracts.actions import RENTERS_LIMIT, STEPS_LIMIT, Terms
from leases.contracts.late_fee import late_fee_terms
from leases.contracts.models import Lease
from leases.contracts.queries import (
    STATUSES,
    policies_in_force,
    rents_of,
    status_of,
    visible_leases,
    ways_to_leases,
    where_status,
)
from leases.policies.actions import check, set_payment_policy
from leases.policies.queries import Policy, policies_of
from leases.properties.models import Property, Unit
from leases.properties.queries import unit_named
from leases.rent.actions.open_lease import open_lease
from leases.rent.api.examples import ASKS, REFUSED, SHOWN
from leases.rent.api.late_fee import LateFeeInput, LateFeeOfLeaseOutput, render_late_fee
from leases.rent.api.policies import PaymentPolicyInput, PaymentPolicyOutput, policy_wished, render_policy
from leases.rent.queries import ScheduleRow, local_today, schedules

ROW_STATUSES = ("scheduled", "due", "partially_paid", "late", "paid")


class ShareInput(StrictSerializer):
    amount = AmountField(required=False)
    percent = serializers.JSONField(required=False)
    weight = serializers.JSONField(required=False)


class RenterInput(StrictSerializer):
    user = IdField("usr")
    share = ShareInput(required=False)


class RentStepInput(StrictSerializer):
    from_date = DateField(help_text="From this day on.")
    rent_amount = AmountField(help_text="A month.")


class RentStepOutput(serializers.Serializer[Any]):
    from_date = serializers.DateField()
    rent_amount = serializers.IntegerField()


class LeaseInput(StrictSerializer):
    property = IdField("prop", required=False)
    unit = IdField("unit")
    renters = serializers.ListField(child=RenterInput(), min_length=1, max_length=RENTERS_LIMIT)
    rent_amount = AmountField()
    currency = CurrencyField(required=False)
    start_date = DateField()
    end_date = DateField(required=False)
    due_day = serializers.IntegerField(min_value=1, max_value=31, default=1)
    deposit_amount = AmountField(allow_zero=True, default=0)
    rent_steps = serializers.ListField(child=RentStepInput(), required=False, max_length=STEPS_LIMIT)
    payment_policy = PaymentPolicyInput(required=False)
    late_fee = LateFeeInput(required=False)
    metadata = MetadataField()


class ScheduleOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    due_date = serializers.DateField()
    period_start = serializers.DateField()
    period_end = serializers.DateField()
    amount = serializers.IntegerField()
    amount_paid = serializers.IntegerField()
    amount_remaining = serializers.IntegerField()
    amount_in_flight = serializers.IntegerField()
    category = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=ROW_STATUSES)


class ShareChangeOutput(serializers.Serializer[Any]):
    from_date = serializers.DateField()
    weight = serializers.IntegerField(help_text="Against those of the others.")


class RenterOutput(serializers.Serializer[Any]):
    user = serializers.CharField()
    share = ShareInput(allow_null=True, help_text="As it was agreed at first.")
    share_changes = ShareChangeOutput(many=True, help_text="What holds from a later day on.")


class LeaseOutput(ObjectOutput):
    property = serializers.CharField()
    unit = serializers.CharField()
    landlord = serializers.CharField()
    payee = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    renters = RenterOutput(many=True)
    rent_amount = serializers.IntegerField(help_text="A month, at the start; `rent_steps` says what it is later.")
    rent_steps = RentStepOutput(many=True)
    currency = serializers.CharField()
    start_date = serializers.DateField()
    end_date = serializers.DateField(allow_null=True)
    due_day = serializers.IntegerField()
    deposit_amount = serializers.IntegerField()
    payment_policy = PaymentPolicyOutput()
    late_fee = LateFeeOfLeaseOutput(allow_null=True, help_text="What is agreed for rent that falls due today and comes late.")
    schedule = ScheduleOutput(many=True)


@by_id
class Leases(ApiView):
    object_name = "lease"
    output_serializer: ClassVar[Any] = LeaseOutput
    expanders = {"property": "property", "unit": "unit", "landlord": "user", "payee": "payee", "renters.user": "user"}
    example: ClassVar[Mapping[str, Any]] = SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[Lease]:
        return visible_leases(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_to_leases(actor)

    def render_many(self, rows: Sequence[Lease], context: Context) -> list[dict[str, Any]]:
        found, policies = schedules(rows, context.at, actor=context.actor), policies_of([row.id for row in rows])
        late_fees = policies_in_force({row.id: max(local_today(row, context.at), row.start_on) for row in rows})
        return [
            {
                **render_lease(row, found[row.id], context.at),
                "payment_policy": render_policy(policies.get(row.id, Policy())),
                "late_fee": render_late_fee(late_fees.get(row.id)),
            }
            for row in rows
        ]


class OfLease(ApiView):
    """For what is done to a lease and answers with something else."""

    def addressed(self, actor: Actor) -> tuple[str, QuerySet[Lease]]:
        return "lease", visible_leases(actor)


class LeasesView(Leases, CollectionView):
    """Leases. Creating one makes its schedule of charges; what is due already is owed at once."""

    input_serializer = LeaseInput
    asks = ASKS
    refusals = REFUSED
    filters = {
        "landlord": related("unit__property__landlord", User),
        "payee": related("unit__property__payee", Payee),
        "property": related("unit__property", Property),
        "renter": related("renters__user", User),
        "status": Derived(field=serializers.ChoiceField(choices=STATUSES), by=where_status),
        "unit": related("unit", Unit),
    }

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> Lease:
        not_for_renters(actor, "Leases are opened by the landlord.")
        unit = _unit(actor, data)
        terms = Terms(
            unit=unit,
            renters=[(_renter(actor, r["user"], n), r.get("share")) for n, r in enumerate(data["renters"])],
            rent_minor=data["rent_amount"],
            deposit_minor=data["deposit_amount"],
            start_on=data["start_date"],
            end_on=data.get("end_date"),
            due_day=data["due_day"],
            metadata=merged_metadata({}, data.get("metadata")),
            rent_steps=[(step["from_date"], step["rent_amount"]) for step in data.get("rent_steps", ())],
            late_fee=late_fee_terms(data["late_fee"], within="late_fee") if "late_fee" in data else None,
        )
        if data.get("currency", unit.property.currency) != unit.property.currency:
            raise InvalidInput(f"The property is let in {unit.property.currency.upper()}.", param="currency")
        policy = policy_wished(data["payment_policy"]) if "payment_policy" in data else None
        if policy:
            check(policy)
        lease = open_lease(terms, actor=actor, at=at)
        if policy:
            set_payment_policy(lease, policy, actor=actor, at=at)
        return lease


class SearchLeasesView(Leases, SearchView):
    """Leases, in Stripe's search language."""

    search_fields = {
        "created": Times(),
        "currency": Choice("currency"),
        "landlord": Reference("unit__property__landlord", User),
        "payee": Reference("unit__property__payee", Payee),
        "property": Reference("unit__property", Property),
        "rent_amount": Number("rent_minor"),
        "renter": Reference("renters__user", User),
        "status": Choice("", STATUSES, where_status),
        "unit": Reference("unit", Unit),
    }


class LeaseView(Leases, ObjectView):
    """One lease."""


def _unit(actor: Actor, data: Mapping[str, Any]) -> Unit:
    found = unit_named(actor, data["unit"])
    if "property" in data and found.property.public_id != data["property"]:
        raise InvalidInput("The unit does not belong to this property.", param="property", code="resource_missing")
    return found


def _renter(actor: Actor, public_id: str, n: int) -> User:
    found = living_users(actor).filter(public_id=public_id, role=Role.RENTER).first()
    if found is None:
        raise InvalidInput(f"No such renter: {public_id}.", param=f"renters[{n}][user]", code="resource_missing")
    return found


def render_row(row: ScheduleRow) -> dict[str, Any]:
    charge = row.charge
    return {
        "id": charge.public_id,
        "due_date": charge.due_on,
        "period_start": charge.period_start,
        "period_end": charge.period_end,
        "amount": charge.amount_minor,
        "amount_paid": row.paid_minor,
        "amount_remaining": row.remaining_minor,
        "amount_in_flight": row.in_flight_minor,
        "category": charge.category,
        "description": charge.description,
        "status": row.status,
    }


def render_lease(row: Lease, schedule: Sequence[ScheduleRow], at: datetime) -> dict[str, Any]:
    """A lease as the API shows it, with its schedule."""
    home = row.unit.property
    return rendered(
        "lease",
        row,
        property=home.public_id,
        unit=row.unit.public_id,
        landlord=home.landlord.public_id,
        payee=home.payee.public_id,
        status=status_of(row, local_today(row, at)),
        renters=[
            {
                "user": r.user.public_id,
                "share": r.share,
                "share_changes": [{"from_date": day, "weight": weight} for day, weight in r.party.changes],
            }
            for r in row.renters.all()
        ],
        rent_amount=row.rent_minor,
        rent_steps=[{"from_date": day, "rent_amount": rent} for day, rent in rents_of(row)[1:]],
        currency=row.currency,
        start_date=row.start_on,
        end_date=row.end_on,
        due_day=row.due_day,
        deposit_amount=row.deposit_minor,
        schedule=[render_row(r) for r in schedule],
    )


urlpatterns = [route("leases/search", SearchLeasesView), *resource("leases", LeasesView, LeaseView)]
