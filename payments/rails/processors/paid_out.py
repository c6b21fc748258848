"""What a processor has paid out to our bank: one sum for many orders, and what it is made of."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

REFUND_FAILURE: Final = "refund_failure"  # what had gone out as a refund comes in again: it did not arrive


@dataclass(frozen=True, slots=True)
class PaidLine:
    """One part of such a sum: `amount_minor` as it came in or went out, of which the processor has kept `fee_minor`."""

    reference: str  # the processor's own name of this line
    kind: str  # payment, refund, refund_failure, or what the processor calls it
    about: str  # the reference of the order that it is about, as the rail answered it; empty: none
    amount_minor: int
    fee_minor: int


@dataclass(frozen=True, slots=True)
class PaidOut:
    reference: str
    amount_minor: int
    currency: str
    arrives_on: date
    lines: tuple[PaidLine, ...]


class PayingOut(Protocol):
    """A processor that says what it has paid out. Both may raise NoAnswer and NeedsAPerson."""

    def paid_since(self, since: datetime, at: datetime) -> list[str]:
        """References of what was paid out since then."""

    def paid_out(self, reference: str, at: datetime) -> PaidOut | None:
        """One of them with all its parts; None while it is on its way."""
