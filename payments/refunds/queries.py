"""Refunds that an actor may see, those that somebody has to look into, and what a payment's money came by."""

from collections.abc import Callable, Iterable

from django.db.models import Exists, OuterRef, QuerySet

from directpay.people.actor import Actor
from directpay.people.models import Payee
from directpay.people.ways import Way, seen_by
from payments.payins.models import CLEARED, Payment
from payments.payins.queries import completed_reference
from payments.refunds.models import Refund, RefundPolicy

SUBMITTED = "refund.submitted:"  # of the transaction by which a part of a payment goes back
PAYMENT = ("payment__payee__owner", "payment__applies_to__book", "payment__applies_to__cost_account", "payment__bank_account")
RELATED = (*PAYMENT, "payment__card", "payment__payment_intent", "payer", "payee")


def with_related() -> QuerySet[Refund]:
    return Refund.objects.select_related(*RELATED)


def visible_refunds(actor: Actor) -> QuerySet[Refund]:
    """Staff see all; a payer what comes back to it; a landlord what its payees gave back."""
    return seen_by(with_related(), ways_to_refunds(actor))


def ways_to_refunds(actor: Actor) -> list[Way] | None:
    if actor.may_see_all:
        return None
    return [Way("payer", actor.user_id), Way("payee", through=Payee.objects.filter(owner_id=actor.user_id), apart=True)]


def may_give_back(payment: Payment, actor: Actor) -> bool:
    """Whoever was paid, and staff."""
    return actor.may_see_all or Payee.objects.filter(id=payment.payee_id, owner_id=actor.user_id).exists()


def to_look_into() -> QuerySet[Refund]:
    """The exception list: what did not arrive, and neither did another refund of as much take its place, nor has anybody seen to it."""
    later = Refund.objects.filter(payment=OuterRef("payment"), id__gt=OuterRef("id"), amount_minor__gte=OuterRef("amount_minor"))
    came_back = Refund.objects.filter(status__in=Refund.CAME_BACK, handled_at=None, payment__status__in=CLEARED)
    return came_back.filter(~Exists(later.exclude(status__in=Refund.DEAD)))


def gives_fee_back(payment: Payment) -> bool:
    """The payee's policy; without one our fee is kept."""
    return RefundPolicy.objects.filter(payee_id=payment.payee_id, gives_fee_back=True).exists()


# Rooms above say by what else a payment's money goes back, (public id, state) of each: as payouts of what was paid too much.
ALSO_BY: list[Callable[[Payment], Iterable[tuple[str, str]]]] = []


def credits_of(payment: Payment) -> list[str]:
    """References of the transactions by which its money stands, or stands again, on the account that it paid."""
    return [completed_reference(payment), *(_came_back(key, state) for key, state in _gone_of(payment) if state in Refund.DEAD)]


def debits_of(payment: Payment) -> list[str]:
    """References of those by which it went back, whatever became of that."""
    return [f"{SUBMITTED}{key}" for key, _ in _gone_of(payment)]


def _gone_of(payment: Payment) -> list[tuple[str, str]]:
    mine = Refund.objects.filter(payment_id=payment.id).order_by("id").values_list("public_id", "status")
    return [*mine, *(one for rule in ALSO_BY for one in rule(payment))]


def _came_back(public_id: str, state: str) -> str:
    return f"{'refund.returned' if state == Refund.Status.RETURNED else 'refund.failed'}:{public_id}"
