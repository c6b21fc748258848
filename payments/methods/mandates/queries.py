"""Mandates that an actor may see, and the one that a debit needs."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.ways import Way, seen_by
from payments.methods.mandates.models import Mandate
from payments.methods.models import BankAccount


class MandateMissing(InvalidInput):
    """Nobody allowed to debit this bank account, or the permission was taken back."""

    code = "mandate_missing"


def ways_to_mandates(actor: Actor) -> list[Way] | None:
    """Staff see all, everybody else their own."""
    return None if actor.may_see_all else [Way("user", actor.user_id)]


def visible_mandates(actor: Actor) -> QuerySet[Mandate]:
    return seen_by(Mandate.objects.select_related("user", "bank_account"), ways_to_mandates(actor))


def where_mandate_status(status: str, at: datetime) -> Q:
    return Q(revoked_at=None) if status == Mandate.Status.ACTIVE else Q(revoked_at__isnull=False)


def live_mandate(account: BankAccount, *, public_id: str | None = None, param: str = "mandate") -> Mandate:
    """The newest permission to debit this account that stands, or the one that is named. Raises MandateMissing."""
    standing = Mandate.objects.select_related("user", "bank_account").filter(bank_account=account, revoked_at=None)
    found = (standing.filter(public_id=public_id) if public_id else standing.order_by("-id")).first()
    if found is None:
        said = (
            "There is no such mandate for this bank account, or it was revoked." if public_id else "This bank account has no mandate yet."
        )
        raise MandateMissing(f"{said} Its owner must agree to one first.", param=param)
    return found


def newest_mandates(account_ids: Sequence[int]) -> dict[int, Mandate]:
    """By bank account, the newest permission that stands."""
    standing = Mandate.objects.filter(bank_account_id__in=list(account_ids), revoked_at=None)
    return {row.bank_account_id: row for row in standing.order_by("bank_account_id", "-id").distinct("bank_account_id")}


def lock_mandates(ids: Sequence[int]) -> dict[int, Mandate]:
    """Step: these mandates as they stand, kept so until the transaction ends; locked after leases, before payments and accounts."""
    rows = Mandate.objects.filter(id__in=list(ids)).order_by("id").select_for_update(of=("self",), no_key=True)
    return {row.id: row for row in rows}
