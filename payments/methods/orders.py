"""What a rail is told of a bank account, of a card, or of a payment by wallet."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from payments.rails.base import Order
from payments.vault.encryption import decrypt


class Numbered(Protocol):
    """A bank account, as far as a rail is told of it."""

    @property
    def public_id(self) -> str: ...
    @property
    def routing_number(self) -> str: ...
    @property
    def number_encrypted(self) -> str: ...
    @property
    def account_holder_name(self) -> str: ...


def order_on(account: Numbered, *, id: str, amount_minor: int, currency: str, placed_at: datetime, reference: str = "") -> Order:
    """The account number is opened here and goes nowhere else."""
    return Order(
        id=id,
        amount_minor=amount_minor,
        currency=currency,
        routing_number=account.routing_number,
        account_number=decrypt(account.number_encrypted, context=account.public_id),
        placed_at=placed_at,
        reference=reference,
        account_holder=account.account_holder_name,
    )


class KnownCard(Protocol):
    """A card, as far as a rail is told of it."""

    @property
    def processor_card(self) -> str: ...
    @property
    def processor_customer(self) -> str: ...


def order_by_card(
    card: KnownCard, *, id: str, amount_minor: int, currency: str, placed_at: datetime, capture: bool, reference: str
) -> Order:
    """The processor knows the card by a name of its own: there is no number to open."""
    token, keeper = card.processor_card, card.processor_customer
    return Order(id, amount_minor, currency, "", "", placed_at, token=token, capture=capture, reference=reference, customer=keeper)


def order_to_keep(card: KnownCard, *, id: str, placed_at: datetime, reference: str, owner: str, keeps_others: str) -> Order:
    """For no money: the processor is to keep it for its owner."""
    wish = order_by_card(card, id=id, amount_minor=0, currency="usd", placed_at=placed_at, capture=True, reference=reference)
    return replace(wish, owner=owner, keeps_others=keeps_others)


def order_by_wallet(
    *, id: str, amount_minor: int, currency: str, placed_at: datetime, capture: bool, reference: str, only_look: bool
) -> Order:
    """Its payer says at the wallet who they are: there is nothing to name. `only_look`: it may still be called off."""
    return Order(id, amount_minor, currency, "", "", placed_at, capture=capture, reference=reference, only_look=only_look)


def order_back(
    taken: str,
    *,
    id: str,
    amount_minor: int,
    currency: str,
    placed_at: datetime,
    reference: str,
    reason: str = "",
    processor_card: str = "",
) -> Order:
    """To where it came from: the rail knows that by its own name of what it has `taken`."""
    return Order(id, amount_minor, currency, "", "", placed_at, token=processor_card, reference=reference, gives_back=taken, reason=reason)
