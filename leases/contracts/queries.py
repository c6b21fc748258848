"""Leases that an actor may see, and the people on them."""

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.lookup import Lookup
from directpay.people.models import User
from leases.contracts.models import Lease, Party, Renter
from ledger.journal.models import Account


def with_people() -> QuerySet[Lease]:
    return Lease.objects.select_related("unit__property__payee", "unit__property__landlord").prefetch_related(
        Prefetch("parties", Party.objects.select_related("account").order_by("id")),
        Prefetch("renters", Renter.objects.select_related("user", "party").order_by("id")),
    )


def visible_leases(actor: Actor) -> QuerySet[Lease]:
    """Staff see all, landlords those of their properties, renters those that they stand on."""
    if actor.may_see_all:
        return with_people()
    mine = Q(unit__property__landlord_id=actor.user_id) | Q(id__in=Renter.objects.filter(user_id=actor.user_id).values("lease_id"))
    return with_people().filter(mine)


LEASE = ("id", "public_id", "currency")
_lookup = Lookup(visible_leases, LEASE)


def lease_to_pay(public_id: str, actor: Actor, *, currency: str | None = None) -> Lease:
    """The lease that a caller names to pay, as far as it may see it. Raises InvalidInput, also for another currency than the lease's."""
    found = _lookup.find(public_id, actor)
    if found is None:
        raise InvalidInput(f"No such lease: {public_id}.", param="lease", code="resource_missing")
    lease = Lease.from_db(connection.alias, LEASE, found)
    if currency not in (None, lease.currency):
        raise InvalidInput(f"This lease is in {lease.currency.upper()}.", param="currency")
    return lease


def renters_of_landlord(actor: Actor) -> Q:
    """For people.queries.VISIBLE_TO: a landlord knows the renters of its leases. Roommates do not learn each other's addresses."""
    return Q(id__in=Renter.objects.filter(lease__unit__property__landlord_id=actor.user_id).values("user_id"))


def owes_on(payer: User, account: Account) -> bool:
    """For payins.queries.MAY_PAY: a renter may pay any party's account of a lease that it stands on (all answer for the whole)."""
    leases = Party.objects.filter(account=account).values("lease_id")
    return Renter.objects.filter(user=payer, lease_id__in=leases).exists()
