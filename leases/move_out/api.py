"""`/api/v1/move_outs` and `/api/v1/leases/{id}/move_out`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import AmountField, DateField, IdField
from directpay.api.lists import related
from directpay.api.objects import rendered
from directpay.api.routes import resource, route
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ActionView, ApiView, CollectionView, Context, ObjectView, PartView
from directpay.people.actor import Actor, not_for_renters
from directpay.people.ways import Way
from directpay.sagas.models import Saga, Step
from leases.contracts.models import Lease
from leases.contracts.queries import lease_of, party_of
from leases.move_out.actions import DAMAGES_LIMIT, NewDamage, begin_move_out, call_off
from leases.move_out.examples import ASKS, CALLS_OFF, NOT_CALLED_OFF, REFUSED, SHOWN
from leases.move_out.models import MoveOut
from leases.move_out.queries import Statement, last_move_out, sagas_of, statements_of, visible_move_outs, ways_by_lease
from leases.rent.api.leases import OfLease


class DamageInput(StrictSerializer):
    description = serializers.CharField(max_length=200, help_text="The renter reads it.")
    amount = AmountField()
    renter = IdField("usr", required=False, help_text="Who alone owes it; without it, all, each the usual share.")


class MoveOutInput(StrictSerializer):
    lease = IdField("lse")
    moved_out_on = DateField()
    damages = serializers.ListField(child=DamageInput(), required=False, max_length=DAMAGES_LIMIT)


class DamageOutput(serializers.Serializer[Any]):
    description = serializers.CharField()
    amount = serializers.IntegerField()
    charge = serializers.CharField(allow_null=True)


class SagaStepOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    status = serializers.ChoiceField(choices=Step.Status.values)


class DeductionOutput(serializers.Serializer[Any]):
    reason = serializers.CharField()
    amount = serializers.IntegerField()
    charge = serializers.CharField(allow_null=True)


class StatementOutput(serializers.Serializer[Any]):
    deposit = serializers.CharField()
    received = serializers.IntegerField()
    interest = serializers.IntegerField()
    deductions = DeductionOutput(many=True)
    back = serializers.IntegerField(help_text="Received and interest, less the deductions.")
    refund_status = serializers.CharField(allow_null=True)


class MoveOutOutput(ObjectOutput):
    lease = serializers.CharField()
    moved_out_on = serializers.DateField()
    deadline_on = serializers.DateField(help_text="By the rule of the state as we read it; not legal advice.")
    rule = serializers.CharField()
    status = serializers.ChoiceField(choices=Saga.Status.values)
    waits_for = serializers.CharField(allow_null=True)
    damages = DamageOutput(many=True)
    steps = SagaStepOutput(many=True)
    statements = StatementOutput(many=True)


class LeaseMoveOutOutput(serializers.Serializer[Any]):
    object = serializers.ChoiceField(choices=["lease_move_out"])
    lease = serializers.CharField()
    move_out = MoveOutOutput(allow_null=True)


@by_id
class MoveOuts(ApiView):
    object_name = "move_out"
    output_serializer: ClassVar[Any] = MoveOutOutput
    expanders = {"lease": "lease"}
    example: ClassVar[Mapping[str, Any]] = SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[MoveOut]:
        return visible_move_outs(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_by_lease(actor)

    def render_many(self, rows: Sequence[MoveOut], context: Context) -> list[dict[str, Any]]:
        return render_move_outs(rows, context.actor)


class MoveOutsView(MoveOuts, CollectionView):
    """Leases that end: a POST charges the damages, deducts what is owed from the deposit and gives back the rest, step by step."""

    input_serializer = MoveOutInput
    moves_money = True
    asks = ASKS
    refusals = REFUSED
    filters = {"lease": related("lease", Lease)}

    def create(self, actor: Actor, data: dict[str, Any], at: datetime) -> MoveOut:
        not_for_renters(actor, "A move-out is begun by the landlord.")
        lease = lease_of(data["lease"], actor)
        damages = [
            NewDamage(
                line["description"],
                line["amount"],
                party_of(lease, line["renter"], param=f"damages[{n}][renter]") if "renter" in line else None,
            )
            for n, line in enumerate(data.get("damages", ()))
        ]
        return begin_move_out(lease, data["moved_out_on"], damages, actor=actor, at=at)


class MoveOutView(MoveOuts, ObjectView):
    """One move-out, with its steps and the itemised statement."""


class CancelMoveOutView(MoveOuts, ActionView):
    """Call it off before anything is deducted: the damages are credited again."""

    asks = CALLS_OFF
    refusals = NOT_CALLED_OFF

    def act(self, actor: Actor, row: MoveOut, data: dict[str, Any], at: datetime) -> MoveOut:
        not_for_renters(actor, "A move-out is called off by the landlord.")
        call_off(row, actor=actor, at=at)
        return row


class LeaseMoveOutView(OfLease, PartView):
    """The move-out of a lease, the last one where another was called off; null while nobody moves out."""

    object_name = "lease_move_out"
    output_serializer: ClassVar[Any] = LeaseMoveOutOutput
    example: ClassVar[Mapping[str, Any]] = {"object": "lease_move_out", "lease": SHOWN["lease"], "move_out": None}
    example_id = SHOWN["lease"]

    def read(self, row: Lease, query: dict[str, Any], context: Context) -> Mapping[str, Any]:
        found = last_move_out(row, context.actor)
        shown = render_move_outs([found], context.actor)[0] if found else None
        return {"object": "lease_move_out", "lease": row.public_id, "move_out": shown}


def render_move_outs(rows: Sequence[MoveOut], actor: Actor) -> list[dict[str, Any]]:
    """Move-outs as the API shows them."""
    sagas, said = sagas_of(rows), statements_of(rows, actor)
    return [_rendered_one(row, sagas.get(row.id), said[row.id]) for row in rows]


def _rendered_one(row: MoveOut, saga: Saga | None, said: Sequence[Statement]) -> dict[str, Any]:
    return rendered(
        "move_out",
        row,
        lease=row.lease.public_id,
        moved_out_on=row.moved_out_on,
        deadline_on=row.deadline_on,
        rule=row.rule,
        status=str(saga.status) if saga else Saga.Status.RUNNING,
        waits_for=(saga.waits_for or None) if saga else None,
        damages=[
            {"description": d.description, "amount": d.amount_minor, "charge": d.charge.public_id if d.charge else None}
            for d in row.damages.all()
        ],
        steps=[{"name": step.name, "status": str(step.status)} for step in saga.steps.all()] if saga else [],
        statements=[_rendered(one) for one in said],
    )


def _rendered(said: Statement) -> dict[str, Any]:
    return {
        "deposit": said.deposit.public_id,
        "received": said.received_minor,
        "interest": said.interest_minor,
        "deductions": [
            {"reason": m.reason, "amount": m.amount_minor, "charge": m.charge.public_id if m.charge else None} for m in said.deductions
        ],
        "back": said.back_minor,
        "refund_status": str(said.refunds[-1].status) if said.refunds else None,
    }


urlpatterns = [
    *resource("move_outs", MoveOutsView, MoveOutView, cancel=CancelMoveOutView),
    route("leases/{id}/move_out", LeaseMoveOutView),
]
