"""Making a payment intent: the wish alone, nothing is charged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput
from directpay.kernel.ids import public_id, random_base62
from directpay.people.actor import Actor
from directpay.people.models import Payee, User
from ledger.journal.models import Account
from payments.intents.events import fact
from payments.intents.models import PaymentIntent
from payments.methods.cards.models import Card
from payments.methods.cards.paying import Source
from payments.methods.parameters.sources import NotTheCustomers
from payments.methods.rendering import type_of
from payments.methods.wallets.paying import Wallet
from payments.rails.registry import BY_WALLET

SECRET_LENGTH = 25
DETAILS = ("description", "capture_method", "mandate_data", "metadata", "method_types", "return_url")
BANK, BY_CARD = "ach", "card"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What is paid, found by the room that knows it: an account of the books, or `origin`, the public id of e.g. a lease."""

    currency: str
    payee: Payee
    applies_to: Account | None = None
    origin: str = ""


def create_intent(
    *,
    amount_minor: int,
    currency: str,
    rail: str,
    purpose: Purpose | None,
    customer: User | None,
    bank_account: Source | None,
    details: Mapping[str, Any],
    actor: Actor,
    at: datetime,
) -> PaymentIntent:
    """Keep the wish; `details`: some of DETAILS. Without a customer it is the owner of the bank account or card. Raises InvalidInput."""
    with unit_of_work():
        intent = PaymentIntent(
            public_id=public_id("pi"),
            secret=random_base62(SECRET_LENGTH),
            amount_minor=amount_minor,
            currency=currency,
            rail=rail,
            customer=customer,
            created_by=User.objects.get(id=actor.user_id) if actor.user_id is not None else None,
            created_at=at,
            changed_at=at,
            **{name: details[name] for name in DETAILS if name in details},
        )
        if purpose is not None:
            aim(intent, purpose)
        if bank_account is not None:
            pay_from(intent, bank_account)
        intent.save(force_insert=True)
        record([fact("created", intent, actor=actor.label, at=at, was=None)])
        return intent


def aim(intent: PaymentIntent, purpose: Purpose) -> None:
    """Step: say what it pays; it is not saved yet. Raises InvalidInput."""
    if purpose.currency != intent.currency:
        raise InvalidInput(f"What this pays is in {purpose.currency.upper()}.", param="currency")
    intent.applies_to, intent.origin, intent.payee = purpose.applies_to, purpose.origin, purpose.payee


def pay_from(intent: PaymentIntent, source: Source) -> None:
    """Step: name the bank account, card or wallet; it is not saved yet. Raises InvalidInput, NotTheCustomers."""
    if type_of(source) not in intent.method_types:
        said = f"This payment intent is paid with {' or '.join(intent.method_types)}, not with {type_of(source)}."
        raise InvalidInput(said, param="payment_method", code="payment_method_type_not_allowed")
    if source.user is None:
        raise InvalidInput("This card is attached to nobody: attach it to who pays with it, or name the customer.", param="payment_method")
    if intent.customer is None:
        intent.customer = source.user
    elif intent.customer != source.user:
        raise NotTheCustomers("This payment method does not belong to the customer of this payment intent.", param="payment_method")
    if isinstance(source, Wallet):
        intent.card, intent.bank_account, intent.rail = None, None, source.rail
        return
    if isinstance(source, Card):
        intent.card, intent.bank_account, intent.rail = source, None, BY_CARD
        return
    intent.card, intent.bank_account = None, source
    if intent.rail == BY_CARD or intent.rail in BY_WALLET:
        intent.rail = BANK
    if intent.capture_method == "manual":
        raise InvalidInput("Bank debits are taken whole and at once: automatic or automatic_async.", param="capture_method")
