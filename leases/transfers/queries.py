"""Transfers that an actor may see, and what they made a party owe."""

from collections.abc import Collection, Iterator
from typing import Final

from django.db.models import QuerySet

from directpay.people.actor import Actor
from directpay.people.ways import Way, seen_by
from leases.contracts.models import Renter
from leases.payment_plans.behind import Debt
from leases.properties.models import Unit
from leases.transfers.models import Transfer

RELATED: Final = ("giver__lease__unit__property", "taker__lease__unit__property", "charge", "move__old", "move__new")


def with_parties() -> QuerySet[Transfer]:
    return Transfer.objects.select_related(*RELATED)


def ways_by_either(actor: Actor) -> list[Way] | None:
    """Landlords of the lease, and whoever stands on either side. None for staff, who see all."""
    if actor.may_see_all:
        return None
    own = Renter.objects.filter(user_id=actor.user_id)
    return [
        Way("giver__lease__unit", through=Unit.objects.filter(property__landlord_id=actor.user_id)),
        Way("giver", through=own, column="party_id"),
        Way("taker", through=own, column="party_id"),
    ]


def visible_transfers(actor: Actor) -> QuerySet[Transfer]:
    return seen_by(with_parties(), ways_by_either(actor))


def given_away(lease_ids: Collection[int]) -> Iterator[tuple[int, Debt]]:
    """For payment_plans.behind.OWED_BESIDES: when the money that was ahead comes back, its giver owes this, from that day on.

    A debt that went along to another unit is a charge there, and known as such.
    """
    for transfer in Transfer.objects.filter(giver__lease_id__in=lease_ids, charge=None).order_by("id"):
        on = transfer.transferred_on
        yield transfer.giver_id, Debt(on, on, transfer.amount_minor)
