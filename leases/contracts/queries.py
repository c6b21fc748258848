"""Leases that an actor may see, and the people on them."""

from django.db.models import Prefetch, Q, QuerySet

from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
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


def lease_to_pay(public_id: str, actor: Actor, *, currency: str | None = None) -> Lease:
    """The lease that a caller names to pay, as far as it may see it. Raises InvalidInput, also for another currency than the lease's."""
    found = visible_leases(actor).filter(public_id=public_id).first()
    if found is None:
        raise InvalidInput(f"No such lease: {public_id}.", param="lease", code="resource_missing")
    if currency not in (None, found.currency):
        raise InvalidInput(f"This lease is in {found.currency.upper()}.", param="currency")
    return found


def renter_on(lease: Lease, user: User, *, param: str) -> Renter:
    """The tenancy of `user`. Raises InvalidInput when it is not on this lease."""
    found = Renter.objects.select_related("party__account").filter(lease=lease, user=user).first()
    if found is None:
        raise InvalidInput("This account belongs to nobody on the lease.", param=param)
    return found


def renters_of_landlord(actor: Actor) -> Q:
    """For people.queries.VISIBLE_TO: a landlord knows the renters of its leases. Roommates do not learn each other's addresses."""
    return Q(id__in=Renter.objects.filter(lease__unit__property__landlord_id=actor.user_id).values("user_id"))


def owes_on(payer: User, account: Account) -> bool:
    """For payins.queries.MAY_PAY: a renter may pay any party's account of a lease that it stands on (all answer for the whole)."""
    leases = Party.objects.filter(account=account).values("lease_id")
    return Renter.objects.filter(user=payer, lease_id__in=leases).exists()
