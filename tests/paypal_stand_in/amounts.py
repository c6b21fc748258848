"""Amounts as PayPal checks and counts them, and its fee by the published price for online payments in the United States."""

import re
from typing import Any

from tests.paypal_stand_in.errors import PayPalError

DIGITS = {"JPY": 0, "HUF": 0, "TWD": 0}
KNOWN = {"USD", "CAD", "EUR", "GBP", "MXN", "CHF", "AUD", "JPY", "HUF", "TWD"}
FEE_PERMYRIAD, FEE_FIXED = 349, 49


def units(amount: Any) -> tuple[int, str]:
    """Raises PayPalError 422: DECIMAL_PRECISION, CURRENCY_NOT_SUPPORTED, CANNOT_BE_ZERO_OR_NEGATIVE."""
    code, value = str(amount.get("currency_code")), str(amount.get("value"))
    if code not in KNOWN:
        raise PayPalError(422, "CURRENCY_NOT_SUPPORTED")
    match, digits = re.fullmatch(r"(\d+)(?:\.(\d+))?", value), DIGITS.get(code, 2)
    if match is None or len(match[2] or "") > digits:
        raise PayPalError(422, "DECIMAL_PRECISION")
    found = int(match[1]) * 10**digits + int((match[2] or "").ljust(digits, "0") or 0)
    if not found:
        raise PayPalError(422, "CANNOT_BE_ZERO_OR_NEGATIVE")
    return found, code


def money(minor: int, code: str) -> dict[str, str]:
    digits = DIGITS.get(code, 2)
    text = str(minor).rjust(digits + 1, "0")
    return {"currency_code": code, "value": text if not digits else f"{text[:-digits]}.{text[-digits:]}"}


def fee_of(minor: int) -> int:
    return (minor * FEE_PERMYRIAD + 5_000) // 10_000 + FEE_FIXED
