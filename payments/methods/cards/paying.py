"""Paying with a card: which one, and whether it may be paid with."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from directpay.kernel.clock import EASTERN, today
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.lookup import Lookup
from directpay.people.models import User
from payments.methods.cards.actions import CardDetached, create_card
from payments.methods.cards.checks import CardRefused
from payments.methods.cards.models import Card
from payments.methods.cards.queries import visible_cards
from payments.methods.models import BankAccount
from payments.methods.queries import ask_for_bank_account_to_pay_from
from payments.methods.wallets.paying import Wallet
from payments.rails.cards.sandbox import BY_NAME
from payments.rails.registry import BY_CARD

Kept = BankAccount | Card  # of what somebody pays with, what is kept here
Source = Kept | Wallet
WANTED = ("id", "public_id", "user_id", "exp_month", "exp_year", "processor", "detached_at")
CARD = tuple(field.attname for field in Card._meta.concrete_fields if field.attname in WANTED)  # in the order that `from_db` reads them in
_lookup = Lookup(visible_cards, (*CARD, "user__public_id"))


class NoCardsForDeposits(InvalidInput):
    """A card payment can be taken back for months, and the deposit is forwarded within days."""

    code = "cards_not_taken_for_deposits"


def ask_for_source_to_pay_with(public_id: str, actor: Actor, at: datetime, *, param: str) -> Callable[[], Source]:
    """A bank account or card that the actor may pay with, asked together with what else is asked before it is looked at.

    Raises InvalidInput (unknown or foreign look the same), BankAccountNotVerified, CardDetached.
    """
    if public_id in BY_NAME:
        return lambda: _named(public_id, actor, at, param)
    if not public_id.startswith("pm_"):
        return ask_for_bank_account_to_pay_from(public_id, actor, param=param)
    asked = _lookup.ask(public_id, actor)

    def told() -> Card:
        found = asked()
        if found is None:
            raise InvalidInput(f"No such payment method: {public_id!r}.", param=param, code="resource_missing")
        *values, owner = found
        card = Card.from_db(connection.alias, CARD, values)
        if owner is None:
            raise InvalidInput("This card is attached to nobody: attach it to who pays with it first.", param=param)
        card.user = User.from_db(connection.alias, ("id", "public_id"), [card.user_id, owner])
        if card.detached_at is not None:
            raise CardDetached("This card was detached, and cannot be used again: make a new one.", payment_method=public_id)
        return card

    return told


def _named(name: str, actor: Actor, at: datetime, param: str) -> Card:
    """A published test name makes a card of whoever asks."""
    user = User.objects.filter(id=actor.user_id).first()
    if user is None:
        raise InvalidInput("The platform pays nothing itself: attach a card to who pays with it.", param=param)
    return create_card(name, user=user, actor=actor, at=at)


def check_card(card: Card, *, rail: str, into_trust: bool, at: datetime) -> None:
    """Raises InvalidInput, NoCardsForDeposits, CardRefused."""
    if rail not in BY_CARD:
        raise InvalidInput("A card is paid with by the rail card.", param="rail")
    if into_trust:
        raise NoCardsForDeposits("A deposit is not paid by card: pay it from a bank account.", param="payment_method")
    day = today(EASTERN, at)
    if (card.exp_year, card.exp_month) < (day.year, day.month):
        raise CardRefused("This card has expired.", param="payment_method", code="expired_card")
