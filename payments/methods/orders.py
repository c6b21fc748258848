"""What a rail is told of a bank account."""

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


def order_on(account: Numbered, *, id: str, amount_minor: int, currency: str, placed_at: datetime) -> Order:
    """The account number is opened here and goes nowhere else."""
    return Order(
        id=id,
        amount_minor=amount_minor,
        currency=currency,
        routing_number=account.routing_number,
        account_number=decrypt(account.number_encrypted, context=account.public_id),
        placed_at=placed_at,
    )
