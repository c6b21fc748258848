"""The price of a payment: a fee per rail, by card and wallet with a share of the amount, paid by payee or payer (BOOKS.md rules 11, 12)."""

from dataclasses import dataclass
from typing import Literal

from directpay.kernel.money import divide_half_even
from payments.pricing.models import RailFee

HOUSE_FEES_MINOR = {"ach": 200, "same_day_ach": 150, "instant": 100, "wire": 1500, "card": 30, "stripe_ach": 200, "paypal": 30}
HOUSE_FEES_PERMILLE = {"card": 29, "paypal": 29}  # of the amount, beside the fixed part


@dataclass(frozen=True, slots=True)
class Price:
    """Frozen on the payment. All in minor units of its currency."""

    amount_minor: int
    fee_minor: int
    fee_payer: Literal["payee", "payer"]

    @property
    def charged_minor(self) -> int:
        """What the payer is charged."""
        return self.amount_minor + (self.fee_minor if self.fee_payer == "payer" else 0)

    @property
    def net_minor(self) -> int:
        """What the payee gets."""
        return self.amount_minor - (self.fee_minor if self.fee_payer == "payee" else 0)


def price(amount_minor: int, *, rail: str, payee_id: int) -> Price:
    """The price of paying `amount_minor` to this payee over this rail."""
    own = RailFee.objects.filter(payee_id=payee_id, rail=rail).first()
    return price_with(amount_minor, rail, (own.fee_minor, own.fee_payer) if own else None)


def price_with(amount_minor: int, rail: str, own: tuple[int, str] | None) -> Price:
    """The same where the payee's own fee on this rail, and who pays it, is known; None: it has none."""
    if own:
        return Price(amount_minor, own[0], own[1])  # type: ignore[arg-type]
    return Price(amount_minor, HOUSE_FEES_MINOR[rail] + divide_half_even(amount_minor * HOUSE_FEES_PERMILLE.get(rail, 0), 1000), "payee")
