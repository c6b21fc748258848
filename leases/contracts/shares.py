"""Who owes how much of the rent: by amount, percent or weight, one way for all."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from directpay.kernel.errors import InvalidInput

BASIS_POINTS = 10_000
WEIGHT_LIMIT = 10**12  # amounts are kept as weights, and go along as such to another unit
WAYS = {"amount", "percent", "weight"}


def weights_of(shares: Sequence[Mapping[str, Any] | None], rent_minor: int, *, may_be_none: bool = False) -> list[int] | None:
    """Weights in the order of `shares`, or None where nobody has a share (the debt is joint). Positive, or with `may_be_none` not negative.

    Raises InvalidInput that names the renter's position.
    """
    given = [share for share in shares if share]
    if not given:
        return None
    ways = {way for share in given for way in share}
    if len(given) != len(shares) or len(ways) != 1 or not ways <= WAYS or any(len(share) != 1 for share in given):
        raise InvalidInput("Give every renter a share in the same way (amount, percent or weight), or nobody.", param="renters")
    way = ways.pop()
    weights = [_weight(way, share[way], n, 0 if may_be_none else 1) for n, share in enumerate(given)]
    if not any(weights):
        raise InvalidInput("Somebody owes the rent.", param="renters")
    expected = {"amount": rent_minor, "percent": BASIS_POINTS}.get(way)
    if expected is not None and sum(weights) != expected:
        whole = "the rent" if way == "amount" else "100 percent"
        raise InvalidInput(f"The shares do not add up to {whole}.", param="renters")
    return weights


def _weight(way: str, value: Any, n: int, least: int) -> int:
    param = f"renters[{n}][share][{way}]"
    if way == "percent":
        return basis_points(value, param=param, least=least)
    number = _number(value, param)
    if number != number.to_integral_value():
        raise InvalidInput("This is a whole number.", param=param)
    if not least <= number <= WEIGHT_LIMIT:
        raise InvalidInput("This share is too small or too large.", param=param)
    return int(number)


def basis_points(percent: Any, *, param: str, least: int = 1) -> int:
    """`"4.5"` → 450: a percentage above 0 (or from `least` basis points), up to 100, with at most two decimals. Raises InvalidInput."""
    number = _number(percent, param) * 100
    if number != number.to_integral_value():
        raise InvalidInput("A percent has at most two decimals.", param=param)
    if not least <= number <= BASIS_POINTS:
        raise InvalidInput("This share is too small or too large.", param=param)
    return int(number)


def _number(value: Any, param: str) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise InvalidInput("This is not a number.", param=param) from None
    if isinstance(value, bool) or not number.is_finite():
        raise InvalidInput("This is not a number.", param=param)
    return number


def plain_number(value: Any) -> int | str:
    """As it is kept and shown: whole numbers as such, others as text, so that none is ever a float."""
    return value if isinstance(value, int) else str(value)
