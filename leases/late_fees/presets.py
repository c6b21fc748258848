"""What states of the USA let a lease ask for late rent: dated data, no legal advice. Who goes beyond is warned, not refused.

Each row: full days of grace, the limit as a percentage of the rent and as an amount, which of the two counts, and where it was read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from directpay.kernel.money import divide_half_even, words
from leases.contracts.late_fee import LateFeeTerms
from leases.contracts.shares import BASIS_POINTS
from leases.late_fees.reckoning import cap_of, first_fee

GREATER: Final = "greater"
LESSER: Final = "lesser"
NOT_ADVICE: Final = "As read on that day from the named source. Not legal advice: check the law of the place before you rely on it."
READ_ON: Final = date(2026, 11, 26)


@dataclass(frozen=True, slots=True)
class Preset:
    """`which`: of the two limits the greater or the lesser counts, where there are two. Amounts in cents."""

    state: str
    name: str
    grace_days: int
    percent_bps: int
    amount_minor: int | None = None
    which: str = LESSER
    note: str = ""
    source: str = ""
    as_of: date = READ_ON

    def limit(self, rent_minor: int) -> int:
        """The most that the fees for one month's rent may come to."""
        share = divide_half_even(rent_minor * self.percent_bps, BASIS_POINTS)
        if self.amount_minor is None:
            return share
        return (max if self.which == GREATER else min)(share, self.amount_minor)

    @property
    def terms(self) -> LateFeeTerms:
        """A policy that stays within it, whatever the rent."""
        cap = self.amount_minor if self.which == LESSER else None
        return LateFeeTerms(self.grace_days, percent_bps=self.percent_bps, cap_minor=cap)


GUIDE, TABLE, STATUTES = "readyourlease.ai/guides/late-fee-laws-by-state", "rentyfic.com/data/late-fees.json", "lawinsider.com/clause/562a"
PRESETS: Final[Mapping[str, Preset]] = {
    preset.state: preset
    for preset in (
        Preset("CO", "Colorado", 7, 500, 5_000, GREATER, "Of what is past due.", source=f"{TABLE}, {GUIDE}"),
        Preset("DE", "Delaware", 5, 500, source="tenantscreeningbackgroundcheck.com/late-fee-laws-by-state"),
        Preset("MD", "Maryland", 0, 500, source=f"Md. Code, Real Prop. § 8-208(d)(3), by {STATUTES}"),
        Preset("ME", "Maine", 15, 400, source=f"14 M.R.S. § 6028, by {STATUTES}"),
        Preset("MN", "Minnesota", 0, 800, source=f"Minn. Stat. § 504B.177(a), by {STATUTES}"),
        Preset("NV", "Nevada", 0, 500, source=f"NRS 118A.210(4), by {STATUTES}"),
        Preset("NY", "New York", 5, 500, 5_000, LESSER, source=f"Real Property Law § 238-a, by {GUIDE}"),
        Preset(
            "TX",
            "Texas",
            2,
            1_000,
            note="Presumed reasonable; 12 percent where a building has no more than four homes.",
            source="Tex. Prop. Code § 92.019, weblaws.org",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Beyond:
    """In what a policy goes beyond a preset."""

    code: str  # grace_too_short | fee_above_limit
    message: str
    preset: Preset


def beyond_preset(terms: LateFeeTerms, *, state: str, rent_minor: int) -> list[Beyond]:
    """For a home in that state, at that rent. A daily fee without a cap has no end, so it is beyond every limit."""
    preset = PRESETS.get(state.upper())
    if preset is None or not terms.charges_for_lateness:
        return []
    found = []
    if terms.grace_days < preset.grace_days:
        found.append(Beyond("grace_too_short", f"{preset.name}: {preset.grace_days} days of grace.", preset))
    most, limit = most_of(terms, rent_minor), preset.limit(rent_minor)
    if most is None or most > limit:
        found.append(Beyond("fee_above_limit", f"{preset.name}: at most {words(limit, 'usd')} at this rent.", preset))
    return found


def most_of(terms: LateFeeTerms, rent_minor: int) -> int | None:
    """The most that a month's rent can cost by these terms; None: no end."""
    cap = cap_of(terms, rent_minor)
    if terms.daily_minor is not None:
        return cap
    first = first_fee(terms, overdue_minor=rent_minor, whole_minor=rent_minor)
    return first if cap is None else min(first, cap)
