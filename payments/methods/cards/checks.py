"""Whether what somebody typed in is a card that is taken here. Raises CardRefused; nothing of it is repeated in what is said."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from directpay.kernel.errors import DirectPayError
from directpay.kernel.masking import is_card_number
from payments.rails.cards.sandbox import BY_NUMBER, SandboxCard

YEARS_AHEAD = 50


class CardRefused(DirectPayError):
    """The card itself is the trouble (402)."""

    status = 402
    type = "card_error"
    code = "card_declined"


class TestModeOnly(CardRefused):
    """A number that may be somebody's: in the sandbox only published test numbers are taken."""

    __test__ = False


def check_number(text: str) -> SandboxCard:
    """The card of the sandbox that has this number. Raises CardRefused, TestModeOnly."""
    digits = text.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit() and is_card_number(digits)):
        raise CardRefused("This is not the number of a card: its check digit does not fit.", param="card[number]", code="incorrect_number")
    found = BY_NUMBER.get(digits)
    if found is None:
        said = "This is a sandbox: it takes published test numbers only. Never type in a real card."
        raise TestModeOnly(said, param="card[number]", decline_code="test_mode_live_card")
    return found


def check_expiry(month: int, year: int, today: date) -> None:
    """Good until the last day of its month. A year may have two digits."""
    if not 1 <= month <= 12:
        raise CardRefused("A card expires in a month from 1 to 12.", param="card[exp_month]", code="invalid_expiry_month")
    if not today.year <= year <= today.year + YEARS_AHEAD:
        raise CardRefused("This card has expired, or that is no year.", param="card[exp_year]", code="invalid_expiry_year")
    if (year, month) < (today.year, today.month):
        raise CardRefused("This card has expired.", param="card[exp_month]", code="invalid_expiry_month")


def check_cvc(text: str | None, card: SandboxCard) -> str:
    """`pass` or `fail`, as the issuer says; `unchecked` where none was given."""
    if text is None:
        return "unchecked"
    if not (text.isascii() and text.isdigit() and len(text) == card.cvc_length):
        raise CardRefused(f"The security code of this card has {card.cvc_length} digits.", param="card[cvc]", code="invalid_cvc")
    return "fail" if card.cvc_fails else "pass"


def full_year(details: Mapping[str, Any]) -> int:
    year: int = details["exp_year"]
    return year + 2000 if year < 100 else year
