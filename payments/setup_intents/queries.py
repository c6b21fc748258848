"""Questions about setup intents, and what Stripe would call their status."""

from datetime import datetime
from typing import Final

from django.db.models import Model, Q, QuerySet

from directpay.people.actor import Actor
from directpay.people.ways import Way, seen_by
from payments.methods.cards.models import Card
from payments.methods.models import BankAccount
from payments.setup_intents.models import SetupIntent, State

RELATED = ("customer", "created_by", "bank_account__user", "card__user", "card__created_by", "mandate")
REQUIRES_PAYMENT_METHOD: Final = "requires_payment_method"
REQUIRES_CONFIRMATION: Final = "requires_confirmation"
STATUSES: Final = (
    REQUIRES_PAYMENT_METHOD,
    REQUIRES_CONFIRMATION,
    *(state.value for state in State if state != State.OPEN),
)
NAMED: Final = Q(error_code="") & (Q(bank_account__isnull=False) | Q(card__isnull=False))


def with_related() -> QuerySet[SetupIntent]:
    return SetupIntent.objects.select_related(*RELATED)


def visible_setups(actor: Actor) -> QuerySet[SetupIntent]:
    """Staff see all; everybody else what they made, and what is set up for them."""
    return seen_by(with_related(), ways_to_setups(actor))


def ways_to_setups(actor: Actor) -> list[Way] | None:
    return None if actor.may_see_all else [Way("created_by", actor.user_id), Way("customer", actor.user_id)]


def status_of(setup: SetupIntent) -> str:
    """Stripe's status. After a failure the payment method must be named again, as at Stripe."""
    if setup.status != State.OPEN:
        return str(setup.status)
    named = setup.bank_account_id is not None or setup.card_id is not None
    return REQUIRES_CONFIRMATION if named and not setup.error_code else REQUIRES_PAYMENT_METHOD


def where_status(status: str) -> Q:
    """The rows for which `status_of` says this."""
    if status == REQUIRES_CONFIRMATION:
        return Q(status=State.OPEN) & NAMED
    if status == REQUIRES_PAYMENT_METHOD:
        return Q(status=State.OPEN) & ~NAMED
    return Q(status=status)


def set_up_with(public_id: str, at: datetime) -> Q:
    """Setup intents of this bank account or card, which show it."""
    card = public_id.startswith("pm_")
    model: type[Model] = Card if card else BankAccount
    found = model._default_manager.filter(public_id=public_id).values_list("pk", flat=True).first()
    return Q(pk__in=[]) if found is None else Q(**{"card" if card else "bank_account": found}) & ~where_status(REQUIRES_PAYMENT_METHOD)


def waiting_for(bank_accounts: list[str]) -> list[str]:
    """Setup intents that wait for one of these, by public id, to be proven."""
    waiting = SetupIntent.objects.filter(status=State.REQUIRES_ACTION, bank_account__public_id__in=bank_accounts)
    return list(waiting.order_by("id").values_list("public_id", flat=True))
