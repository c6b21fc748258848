"""Money is an integer of minor units and an ISO 4217 currency. No floats, no decimals."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

EXPONENTS = {"usd": 2, "cad": 2, "eur": 2, "gbp": 2, "mxn": 2, "chf": 2, "aud": 2, "jpy": 0, "kwd": 3}
TYPED = re.compile(r"\$?\s*(\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:[.](\d{1,3}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, e.g. ``Money(150000, "usd")`` is $1,500.00."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("money is counted in whole minor units")
        if self.currency not in EXPONENTS:
            raise ValueError(f"unknown currency {self.currency!r}")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add")
        return other.minor


def split_by_weight(amount: int, weights: Sequence[int]) -> list[int]:
    """Parts of `amount` (minor units) in proportion to `weights`, adding up to it exactly.

    Largest remainder; ties go to the lower position, so the caller orders parties by id (BOOKS.md rule 11).
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights are not negative, and not all zero")
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return parts


def divide_half_even(numerator: int, denominator: int) -> int:
    """Quotient rounded half to even: the one rounding of fees and prorations."""
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and whole % 2):
        whole += 1
    return whole


SYMBOLS = {"usd": "$", "cad": "$", "aud": "$", "mxn": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


def plain(minor: int, currency: str) -> str:
    """Digits alone: ``1500.00``."""
    exponent = EXPONENTS[currency]
    digits = str(abs(minor)).rjust(exponent + 1, "0")
    text = digits if exponent == 0 else f"{digits[:-exponent]}.{digits[-exponent:]}"
    return f"-{text}" if minor < 0 else text


def words(minor: int, currency: str) -> str:
    """As a person reads it: ``$1,500.00``, with a true minus sign; the code follows where the symbol is not enough."""
    whole, dot, cents = plain(abs(minor), currency).partition(".")
    text = f"{SYMBOLS.get(currency, '')}{int(whole):,}{dot}{cents}"
    if currency != "usd":
        text = f"{text} {currency.upper()}"
    return f"\u2212{text}" if minor < 0 else text


def minor_of(text: str, currency: str) -> int | None:
    """`1,200.5` → 120050; None for what is not an amount of this currency."""
    match, exponent = TYPED.fullmatch(text.strip()), EXPONENTS[currency]
    if match is None or len(match[2] or "") > exponent:
        return None
    return int(match[1].replace(",", "")) * 10**exponent + int((match[2] or "").ljust(exponent, "0") or 0)
