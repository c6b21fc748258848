"""Bank charges that an actor may see."""

from django.db.models import QuerySet

from directpay.people.actor import Actor
from directpay.people.ways import Way, seen_by
from leases.bank_charges.models import BankCharge


def ways_to_bank_charges(actor: Actor) -> list[Way] | None:
    """The owner's own. None for staff, who see all."""
    return None if actor.may_see_all else [Way("payee__owner_id", actor.user_id)]


def visible_bank_charges(actor: Actor) -> QuerySet[BankCharge]:
    return seen_by(BankCharge.objects.select_related("payee", "property"), ways_to_bank_charges(actor))
