"""What is to be posted: legs on two sides, and the transaction that they make."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ledger.journal.actions.refusals import PostingRefused

LARGEST_MINOR = 2**63 - 1


class Postable(Protocol):
    """What a leg must know of its account."""

    @property
    def id(self) -> int: ...
    @property
    def by_item(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Leg:
    """One entry to be: a positive amount in minor units on one side of an account. Build it with `debit` or `credit`."""

    account_id: int
    signed_minor: int
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """A transaction to be: `reference` is ``<kind>:<object id>[:<part>]``, unique for ever.

    `reverses_id` is the transaction of which it is the exact opposite; see `reverse`.
    """

    reference: str
    kind: str
    effective_on: date
    legs: Sequence[Leg]
    reverses_id: int | None = None


def debit(account: Postable, amount_minor: int, item: str | None = None) -> Leg:
    """Raises PostingRefused (amount_invalid, amount_too_large)."""
    return Leg(account.id, _positive(amount_minor), item if account.by_item else None)


def credit(account: Postable, amount_minor: int, item: str | None = None) -> Leg:
    """Raises PostingRefused (amount_invalid, amount_too_large)."""
    return Leg(account.id, -_positive(amount_minor), item if account.by_item else None)


def _positive(amount_minor: int) -> int:
    if type(amount_minor) is not int or amount_minor <= 0:
        raise PostingRefused("a leg takes a positive whole number of minor units and a side", code="amount_invalid", param="amount")
    if amount_minor > LARGEST_MINOR:
        raise PostingRefused("an amount beyond 64 bits", code="amount_too_large", param="amount")
    return amount_minor
