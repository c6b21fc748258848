"""Questions about payment intents, and what Stripe would call their status."""

from typing import Final

from django.db.models import Q, QuerySet

from directpay.people.actor import Actor
from directpay.people.models import Payee
from directpay.people.ways import Way, seen_by
from payments.intents.models import PaymentIntent, State
from payments.methods.models import BankAccount
from payments.methods.wallets.paying import Wallet
from payments.payins.models import Status
from payments.rails.registry import BY_WALLET

RELATED = (
    "customer",
    "payee",
    "created_by",
    "applies_to",
    "bank_account__user",
    "card__user",
    "payment__bank_account__user",
    "payment__card__user",
    "payment__payer",
)

REQUIRES_PAYMENT_METHOD: Final = "requires_payment_method"
REQUIRES_CONFIRMATION: Final = "requires_confirmation"
REQUIRES_ACTION: Final = "requires_action"
REQUIRES_CAPTURE: Final = "requires_capture"
PROCESSING: Final = "processing"
SUCCEEDED: Final = "succeeded"
CANCELED: Final = "canceled"

# API.md, resource payment_intents.
OF_PAYMENT: Final[dict[str, str]] = {
    Status.INITIATED: PROCESSING,
    Status.IN_REVIEW: PROCESSING,
    Status.PROCESSING: PROCESSING,
    Status.UNKNOWN: PROCESSING,
    Status.REQUIRES_ACTION: REQUIRES_ACTION,
    Status.AUTHORIZED: REQUIRES_CAPTURE,
    Status.COMPLETED: SUCCEEDED,
    Status.SETTLED: SUCCEEDED,
    Status.RETURNED: SUCCEEDED,
    Status.FAILED: REQUIRES_PAYMENT_METHOD,
    Status.CANCELED: CANCELED,
}
# An intent that waits for its bank account to be proven: whoever proves it may confirm again.
OF_BANK_ACCOUNT: Final[dict[str, str]] = {
    BankAccount.Status.NEW: REQUIRES_ACTION,
    BankAccount.Status.VERIFIED: REQUIRES_CONFIRMATION,
    BankAccount.Status.VERIFICATION_FAILED: REQUIRES_PAYMENT_METHOD,
    BankAccount.Status.ERRORED: REQUIRES_PAYMENT_METHOD,
}
BY_SOME_WALLET: Final = Q(rail__in=BY_WALLET, customer__isnull=False)
STATUSES: Final = (
    REQUIRES_PAYMENT_METHOD,
    REQUIRES_CONFIRMATION,
    REQUIRES_ACTION,
    REQUIRES_CAPTURE,
    PROCESSING,
    SUCCEEDED,
    CANCELED,
)


def with_related() -> QuerySet[PaymentIntent]:
    return PaymentIntent.objects.select_related(*RELATED)


def visible_intents(actor: Actor) -> QuerySet[PaymentIntent]:
    """Staff see all; everybody else what they made, what they are to pay, and what is to be paid to them."""
    return seen_by(with_related(), ways_to_intents(actor))


def ways_to_intents(actor: Actor) -> list[Way] | None:
    if actor.may_see_all:
        return None
    me = actor.user_id
    return [Way("created_by", me), Way("customer", me), Way("payee", through=Payee.objects.filter(owner_id=me), apart=True)]


def status_of(intent: PaymentIntent) -> str:
    """Stripe's status. Never kept, so that it cannot contradict the payment or the bank account."""
    if intent.status == State.CANCELED:
        return CANCELED
    if intent.status == State.CONFIRMED and intent.payment is not None:
        return OF_PAYMENT[intent.payment.status]
    if intent.card is not None or isinstance(intent.source, Wallet):
        return REQUIRES_CONFIRMATION
    if intent.bank_account is None:
        return REQUIRES_PAYMENT_METHOD
    return OF_BANK_ACCOUNT[intent.bank_account.status] if intent.status == State.AWAITING_ACTION else REQUIRES_CONFIRMATION


def where_status(status: str) -> Q:
    """The rows for which `status_of` says this."""
    payments = [own for own, shown in OF_PAYMENT.items() if shown == status]
    accounts = [own for own, shown in OF_BANK_ACCOUNT.items() if shown == status]
    found = Q(status=State.CONFIRMED, payment__status__in=payments) | Q(status=State.AWAITING_ACTION, bank_account__status__in=accounts)
    if status == CANCELED:
        found |= Q(status=State.CANCELED)
    if status == REQUIRES_PAYMENT_METHOD:
        found |= Q(status=State.OPEN, bank_account=None, card=None) & ~BY_SOME_WALLET
    if status == REQUIRES_CONFIRMATION:
        found |= Q(status=State.OPEN) & (Q(bank_account__isnull=False) | Q(card__isnull=False) | BY_SOME_WALLET)
    return found
