"""When a payment that failed may be tried again. Pure: what failed, how often, why and when go in; a moment or a reason comes out.

Cards: 3, 5 and 7 days after the attempt before. ACH, as Nacha allows (Operating Rules 2.13.4): an entry that came back for lack of money
(R01, R09) is re-initiated at most twice, in the same amount, within 180 days of the first; one that was stopped (R08) only if the payer
allows it anew; whatever else came back, above all what was not authorised, never.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

ACH, CARD = "ach", "card"
FAMILIES: Final[Mapping[str, str]] = {"ach": ACH, "same_day_ach": ACH, "card": CARD}  # rail → whose rules are its
RETRY_DESCRIPTION: Final = "RETRY PYMT"  # the company entry description that Nacha asks for
NOT_RETRYABLE, EXHAUSTED, TOO_LATE = "not_retryable", "exhausted", "too_late"


@dataclass(frozen=True, slots=True)
class Rule:
    """`days` after the attempt before, one for each retry. `codes` None: whatever the reason."""

    days: tuple[int, ...]
    codes: frozenset[str] | None = None
    with_new_authorisation: frozenset[str] = frozenset()
    within: timedelta | None = None  # of the first attempt


RULES: Final[Mapping[str, Rule]] = {
    CARD: Rule(days=(3, 5, 7)),
    ACH: Rule(
        days=(3, 5),
        codes=frozenset({"R01", "R09"}),
        with_new_authorisation=frozenset({"R08"}),
        within=timedelta(days=180),
    ),
}
RETRIES_AT_MOST: Final = {family: len(rule.days) for family, rule in RULES.items()}


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that failed. `failures` counts it and those before it since the last success: 1 for the first."""

    family: str
    failures: int
    code: str
    failed_at: datetime
    first_at: datetime  # of the first attempt
    authorised_anew: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """`next_at`, or why there is none."""

    next_at: datetime | None
    reason: str = ""


def judge(failure: Failure) -> Verdict:
    """When to try next. The wait is counted from the failure, when whoever pays could know of it."""
    rule = RULES.get(failure.family)
    if rule is None or not _may_be_retried(rule, failure):
        return Verdict(None, NOT_RETRYABLE)
    if failure.failures > len(rule.days):
        return Verdict(None, EXHAUSTED)
    next_at = failure.failed_at + timedelta(days=rule.days[failure.failures - 1])
    if rule.within is not None and next_at > failure.first_at + rule.within:
        return Verdict(None, TOO_LATE)
    return Verdict(next_at)


def failures_after(family: str, failures: int, *, succeeded: bool) -> int:
    """The count with one failure more. A success in between ends it for cards; of an ACH entry Nacha counts every presentation."""
    return 1 if succeeded and family == CARD else failures + 1


def _may_be_retried(rule: Rule, failure: Failure) -> bool:
    if rule.codes is None or failure.code in rule.codes:
        return True
    return failure.authorised_anew and failure.code in rule.with_new_authorisation
