"""Credits that an actor may see, and what of a debt was given up."""

from django.db.models import Case, F, QuerySet, Sum, When

from directpay.people.actor import Actor
from directpay.people.ways import seen_by
from leases.contracts.models import Party
from leases.contracts.queries import ways_by_share
from leases.credits.models import Credit


def with_lease() -> QuerySet[Credit]:
    return Credit.objects.select_related("lease__unit__property__payee", "lease__unit__property__landlord", "party__account", "charge")


def visible_credits(actor: Actor) -> QuerySet[Credit]:
    """Staff see all, landlords those on their leases, renters those of their own share."""
    return seen_by(with_lease(), ways_by_share(actor))


SIGNED = Case(When(kind=Credit.Kind.WRITE_OFF, then=F("amount_minor")), default=-F("amount_minor"))


def written_off_minor(party: Party) -> int:
    """What was written off of this party's debts and has not been asked for again."""
    kinds = (Credit.Kind.WRITE_OFF, Credit.Kind.REINSTATEMENT)
    total: int | None = Credit.objects.filter(party=party, kind__in=kinds).aggregate(total=Sum(SIGNED))["total"]
    return total or 0
