"""Amounts as PayPal writes them: decimal strings with the digits of the currency. By integers alone."""

import re
from collections.abc import Mapping
from typing import Any, Final

from directpay.kernel.money import EXPONENTS, plain

# developer.paypal.com/api/rest/reference/currency-codes: those of them that we have. Dinars it does not take.
CURRENCIES: Final = frozenset(EXPONENTS) - {"kwd"}
WRITTEN: Final = re.compile(r"(\d{1,15})(?:[.](\d{1,3}))?", re.ASCII)


def amount(minor: int, currency: str) -> dict[str, str]:
    """``{"currency_code": "USD", "value": "1500.00"}``."""
    return {"currency_code": currency.upper(), "value": plain(minor, currency)}


def minor_of(said: Any, currency: str) -> int | None:
    """Back again; None for what is no amount in this currency."""
    if not isinstance(said, Mapping) or str(said.get("currency_code")).lower() != currency:
        return None
    match, exponent = WRITTEN.fullmatch(str(said.get("value"))), EXPONENTS[currency]
    if match is None or len((match[2] or "").rstrip("0")) > exponent:
        return None
    return int(match[1]) * 10**exponent + int((match[2] or "")[:exponent].ljust(exponent, "0") or 0)
