"""Credits that an actor may see, and what of a debt was given up."""

from django.db.models import Case, F, QuerySet, Sum, When

from directpay.people.actor import Actor
from directpay.people.ways import Way, any_of
from leases.contracts.models import Party, Renter
from leases.credits.models import Credit
from leases.properties.models import Unit


def with_lease() -> QuerySet[Credit]:
    return Credit.objects.select_related("lease__unit__property__payee", "lease__unit__property__landlord", "party__account", "charge")


def visible_credits(actor: Actor) -> QuerySet[Credit]:
    """Staff see all, landlords those on their leases, renters those of their own share."""
    ways = ways_to_credits(actor)
    return with_lease() if ways is None else with_lease().filter(any_of(ways))


def ways_to_credits(actor: Actor) -> list[Way] | None:
    if actor.may_see_all:
        return None
    lets = Way("lease__unit", through=Unit.objects.filter(property__landlord_id=actor.user_id))
    return [lets, Way("party", through=Renter.objects.filter(user_id=actor.user_id), column="party_id")]


SIGNED = Case(When(kind=Credit.Kind.WRITE_OFF, then=F("amount_minor")), default=-F("amount_minor"))


def written_off_minor(party: Party) -> int:
    """What was written off of this party's debts and has not been asked for again."""
    kinds = (Credit.Kind.WRITE_OFF, Credit.Kind.REINSTATEMENT)
    total: int | None = Credit.objects.filter(party=party, kind__in=kinds).aggregate(total=Sum(SIGNED))["total"]
    return total or 0
