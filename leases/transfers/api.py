"""`/api/v1/leases/{id}/transfers` and `/move`, and `/api/v1/transfers` to look at."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from directpay.api.expanding import by_id
from directpay.api.fields import AmountField, DateField, IdField, MetadataField, merged_metadata
from directpay.api.lists import related
from directpay.api.objects import rendered
from directpay.api.routes import resource, route
from directpay.api.serializers import ObjectOutput, StrictSerializer
from directpay.api.views import ActionView, ApiView, CollectionView, Context, ObjectView
from directpay.kernel.errors import InvalidInput, NotAllowed
from directpay.people.actor import RENTER, Actor, not_for_renters
from directpay.people.ways import Way
from leases.contracts.models import Lease
from leases.contracts.queries import party_of
from leases.properties.queries import unit_named
from leases.rent.api.leases import Leases, OfLease
from leases.transfers.actions import NewHome, give_credit, move_to_unit
from leases.transfers.examples import GIVEN, MOVED, NOT_GIVEN, NOT_MOVED, SHOWN
from leases.transfers.models import Transfer
from leases.transfers.queries import visible_transfers, ways_by_either


class CreditTransferInput(StrictSerializer):
    from_renter = IdField("usr", help_text="Who has paid ahead.")
    to_renter = IdField("usr", help_text="Whose share it pays.")
    amount = AmountField()
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, help_text="Asked of landlords; both renters read it.")


class TransferOutput(ObjectOutput):
    lease = serializers.CharField(help_text="On which it counts; of a move, the new one.")
    from_renter = serializers.CharField(allow_null=True, help_text="Who owes more by it; null where all owe together.")
    to_renter = serializers.CharField(allow_null=True, help_text="Who owes less by it.")
    from_lease = serializers.CharField(help_text="Of who owes more by it.")
    to_lease = serializers.CharField(help_text="Of who owes less by it.")
    charge = serializers.CharField(allow_null=True, help_text="As which a debt went along.")
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    transferred_on = serializers.DateField()


class MoveInput(StrictSerializer):
    unit = IdField("unit")
    from_date = DateField(help_text="The first day there; the lease ends the day before.")
    rent_amount = AmountField(required=False, help_text="A month; as it would have been without it.")
    due_day = serializers.IntegerField(min_value=1, max_value=31, required=False)
    end_date = DateField(required=False, help_text="As the lease was to end without it.")
    metadata = MetadataField()


@by_id
class Transfers(ApiView):
    object_name = "transfer"
    output_serializer: ClassVar[Any] = TransferOutput
    expanders = {"lease": "lease", "from_renter": "user", "to_renter": "user", "from_lease": "lease", "to_lease": "lease"}
    example: ClassVar[Mapping[str, Any]] = SHOWN

    def queryset_for(self, actor: Actor) -> QuerySet[Transfer]:
        return visible_transfers(actor)

    def ways_for(self, actor: Actor) -> list[Way] | None:
        return ways_by_either(actor)

    def render(self, row: Transfer, context: Context) -> Mapping[str, Any]:
        return render_transfer(row)


class TransfersView(Transfers, CollectionView):
    """What went from one who owes to another, without any money moving."""

    filters = {"from_lease": related("giver__lease", Lease), "to_lease": related("taker__lease", Lease)}


class TransferView(Transfers, ObjectView):
    """One transfer."""


class GiveCreditView(OfLease, Transfers, ActionView):
    """Give what one renter has paid ahead to what another owes. A renter gives his own; a landlord says why."""

    input_serializer = CreditTransferInput
    asks = GIVEN
    refusals = NOT_GIVEN

    def act(self, actor: Actor, row: Lease, data: dict[str, Any], at: datetime) -> Transfer:
        giver = party_of(row, data["from_renter"], param="from_renter")
        taker = party_of(row, data["to_renter"], param="to_renter")
        reason = data.get("reason", "")
        if actor.role == RENTER and actor.user_public_id != data["from_renter"]:
            raise NotAllowed("What another has paid ahead is not yours to give.")
        if actor.role != RENTER and not reason:
            raise InvalidInput("Say why: both renters read it.", param="reason", code="parameter_missing")
        return give_credit(giver, taker, data["amount"], reason=reason, actor=actor, at=at)


class MoveView(Leases, ActionView):
    """Renters go to another unit of the same owner: this lease ends the day before; what they owe or have paid ahead goes along."""

    input_serializer = MoveInput
    asks = MOVED
    refusals = NOT_MOVED

    def act(self, actor: Actor, row: Lease, data: dict[str, Any], at: datetime) -> Lease:
        not_for_renters(actor, "Leases are changed by the landlord.")
        unit = unit_named(actor, data["unit"])
        metadata = merged_metadata({}, data.get("metadata"))
        home = NewHome(unit, data["from_date"], data.get("rent_amount"), data.get("due_day"), data.get("end_date"), metadata)
        return move_to_unit(row, home, actor=actor, at=at)


def render_transfer(row: Transfer) -> dict[str, Any]:
    """A transfer as the API shows it."""
    lease = row.move.new if row.move else row.giver.lease
    return rendered(
        "transfer",
        row,
        lease=lease.public_id,
        from_renter=row.giver.renter_id,
        to_renter=row.taker.renter_id,
        from_lease=row.giver.lease.public_id,
        to_lease=row.taker.lease.public_id,
        charge=row.charge.public_id if row.charge else None,
        amount=row.amount_minor,
        currency=lease.currency,
        reason=row.reason,
        transferred_on=row.transferred_on,
    )


urlpatterns = [
    route("leases/{id}/transfers", GiveCreditView),
    route("leases/{id}/move", MoveView),
    *resource("transfers", TransfersView, TransferView),
]
