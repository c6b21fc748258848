"""What a lease agrees on for rent that comes late, read and checked. What it comes to is reckoned in `leases.late_fees`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from directpay.kernel.errors import InvalidInput
from leases.contracts.shares import BASIS_POINTS, basis_points

GRACE_LIMIT = 60  # days

OVERDUE: Final = "overdue"  # of what is overdue of the charge
RENT: Final = "rent"  # of the whole charge
BASES: Final = (OVERDUE, RENT)

AUTOMATIC: Final = "automatic"  # charged by itself
PROPOSED: Final = "proposed"  # the landlord approves or dismisses
OFF: Final = "off"  # nothing is charged: ends a policy from a date
MODES: Final = (AUTOMATIC, PROPOSED, OFF)

LEASE: Final = "lease"  # judged and charged for the lease as a whole
PARTY: Final = "party"  # each party by its own share
WHOSE: Final = (LEASE, PARTY)


@dataclass(frozen=True, slots=True)
class LateFeeTerms:
    """Amounts in minor units, shares in basis points; None: no such part.

    The first fee is `flat` and `percent` together, or `daily` where there is neither; `daily` for each day after that. All fees of one
    charge together stay within the cap.
    """

    grace_days: int
    flat_minor: int | None = None
    percent_bps: int | None = None
    daily_minor: int | None = None
    cap_minor: int | None = None
    cap_bps: int | None = None  # of the charge
    basis: str = OVERDUE
    mode: str = AUTOMATIC
    per: str = LEASE
    returned_fee_minor: int | None = None

    @property
    def charges_for_lateness(self) -> bool:
        return self.mode != OFF and any((self.flat_minor, self.percent_bps, self.daily_minor))


def late_fee_terms(given: Mapping[str, Any], *, within: str = "") -> LateFeeTerms:
    """From parameters whose kinds are checked already. Raises InvalidInput; `within` is the parameter that holds them, if one does."""

    def param(name: str) -> str:
        return f"{within}[{name}]" if within else name

    percent, cap_percent = (
        None if given.get(name) is None else basis_points(given[name], param=param(name)) for name in ("percent", "cap_percent")
    )
    terms = LateFeeTerms(
        grace_days=given["grace_days"],
        flat_minor=given.get("flat_amount"),
        percent_bps=percent,
        daily_minor=given.get("daily_amount"),
        cap_minor=given.get("cap_amount"),
        cap_bps=cap_percent,
        basis=given.get("basis", OVERDUE),
        mode=given.get("mode", AUTOMATIC),
        per=given.get("per", LEASE),
        returned_fee_minor=given.get("returned_payment_fee"),
    )
    if terms.cap_minor is not None and terms.cap_bps is not None:
        raise InvalidInput("A cap is an amount or a percentage, not both.", param=param("cap_percent"))
    if terms.mode != OFF and not terms.charges_for_lateness and terms.returned_fee_minor is None:
        raise InvalidInput("Say what is charged: an amount, a percentage, a daily amount, or a returned-payment fee.", param=param("mode"))
    return terms


def percent_text(bps: int | None) -> str | None:
    """`450` → `4.5`: a percentage as it is shown, never a float."""
    if bps is None:
        return None
    whole, rest = divmod(bps, BASIS_POINTS // 100)
    return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)
