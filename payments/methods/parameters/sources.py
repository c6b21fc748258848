"""Whose a way to pay is that a caller names, and who may name it for whom."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from directpay.kernel.errors import InvalidInput
from directpay.people.actor import RENTER, Actor
from directpay.people.models import User
from directpay.people.queries import living_users
from payments.methods.cards.actions import CardDetached
from payments.methods.cards.models import Card
from payments.methods.cards.paying import Kept
from payments.methods.cards.queries import visible_cards
from payments.methods.models import BankAccount
from payments.methods.queries import visible_bank_accounts

BANK: Final = "us_bank_account"
TYPES: Final = (BANK, "card")


class NotTheCustomers(InvalidInput):
    """The bank account or card is somebody else's than the customer's."""

    code = "payment_method_not_of_customer"


def customer_of(data: Mapping[str, Any], actor: Actor) -> User | None:
    """The user that `customer` names: customers are users here. Raises InvalidInput."""
    if "customer" not in data:
        return None
    found = living_users(actor).filter(public_id=data["customer"]).first()
    if found is None:
        raise InvalidInput(
            f"No such customer: {data['customer']!r}. Customers are users (usr_…).", param="customer", code="resource_missing"
        )
    return found


def may_add(actor: Actor, payer: User) -> bool:
    """Nobody but the platform gives cards to others."""
    return actor.may_see_all or actor.user_id == payer.id


def oneself(actor: Actor) -> User | None:
    """The renter who asks, if one does."""
    return User.objects.filter(id=actor.user_id, role=RENTER).first() if actor.user_id is not None else None


def bank_account_named(name: str, actor: Actor) -> BankAccount:
    """The actor's own, proven or not. Raises InvalidInput."""
    found = visible_bank_accounts(actor).filter(public_id=name, detached_at=None).first()
    if found is None:
        said = f"No such payment method: {name!r}. Payment methods are bank accounts (ba_…) and cards (pm_…)."
        raise InvalidInput(said, param="payment_method", code="resource_missing")
    return found


def card_named(name: str, actor: Actor) -> Card:
    """The actor's own, attached or not, or detached. Raises InvalidInput."""
    found = visible_cards(actor).filter(public_id=name).first()
    if found is None:
        raise InvalidInput(f"No such payment method: {name!r}.", param="payment_method", code="resource_missing")
    return found


def check_usable(source: Kept, at: datetime) -> None:
    """It was let go of by nobody since it was named. Raises CardDetached."""
    if source.detached_at is not None and source.detached_at <= at:
        raise CardDetached("This payment method was detached, and cannot be used again: make a new one.", payment_method=source.public_id)


def check_types(data: Mapping[str, Any], known: Sequence[str] = TYPES) -> None:
    """Raises InvalidInput for what is no type, and for a list that leaves nothing."""
    types = data.get("payment_method_types")
    automatic = data.get("automatic_payment_methods")
    if types is not None and automatic is not None:
        raise InvalidInput("Send payment_method_types or automatic_payment_methods, not both.", param="automatic_payment_methods")
    if automatic is not None and not automatic["enabled"]:
        raise InvalidInput("Leave this away, or enable it.", param="automatic_payment_methods[enabled]")
    for n, name in enumerate(types or ()):
        if name not in known:
            raise InvalidInput(
                f"No such type of payment method: {name!r}. There are {', '.join(known)}.", param=f"payment_method_types[{n}]"
            )
    if types is not None and not types:
        raise InvalidInput(f"Name one of {', '.join(known)}.", param="payment_method_types")
