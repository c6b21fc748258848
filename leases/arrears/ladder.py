"""The steps of a ladder, and which of them a debt has come to: plain arithmetic on days."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from directpay.kernel.errors import InvalidInput

REMINDER: Final = "reminder"
LATE_FEE: Final = "late_fee"  # where the lease's own late-fee policy judges: shown, never charged from here
NOTICE: Final = "notice"
STAFF: Final = "staff"  # a person looks
KINDS: Final = (REMINDER, LATE_FEE, NOTICE, STAFF)
STEPS_LIMIT, DAYS_LIMIT, WORDING_LIMIT = 10, 365, 500


@dataclass(frozen=True, slots=True)
class Step:
    """`days_after_due` is None for a late fee alone: its day is the lease's. `wording`: the landlord's own words, added to ours."""

    kind: str
    days_after_due: int | None = None
    wording: str = ""


STANDARD: Final = (Step(REMINDER, 3), Step(LATE_FEE), Step(NOTICE, 10), Step(STAFF, 15))


def read_steps(given: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """From parameters whose kinds are checked already. Raises InvalidInput, which names the step and its field."""
    if not 1 <= len(given) <= STEPS_LIMIT:
        raise InvalidInput(f"A ladder has 1 to {STEPS_LIMIT} steps.", param="steps")
    steps = tuple(Step(one["kind"], one.get("days_after_due"), one.get("wording", "")) for one in given)
    for n, step in enumerate(steps):
        if step.kind == LATE_FEE and step.days_after_due is not None:
            raise InvalidInput("When a late fee comes is agreed in the lease.", param=f"steps[{n}][days_after_due]")
        if step.kind != LATE_FEE and step.days_after_due is None:
            raise InvalidInput("Say after how many days.", param=f"steps[{n}][days_after_due]", code="parameter_missing")
    if sum(step.kind == LATE_FEE for step in steps) > 1:
        last = max(n for n, step in enumerate(steps) if step.kind == LATE_FEE)
        raise InvalidInput("The late fee stands in a ladder once.", param=f"steps[{last}][kind]")
    timed = [(n, step.days_after_due) for n, step in enumerate(steps) if step.days_after_due is not None]
    if not timed:
        raise InvalidInput("A ladder has a step with a day of its own.", param="steps")
    for (_, before), (n, after) in pairwise(timed):
        if after <= before:
            raise InvalidInput("Each step comes later than the one before.", param=f"steps[{n}][days_after_due]")
    return steps


def written(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """As it is kept."""
    return [asdict(step) for step in steps]


def first_days(steps: Sequence[Step]) -> int:
    """After how many days there is something to say."""
    return min(step.days_after_due for step in steps if step.days_after_due is not None)


@dataclass(frozen=True, slots=True)
class Rung:
    """A step on its day. `level`: its place in the policy, from 1."""

    level: int
    kind: str
    days: int


def rungs(steps: Sequence[Step], late_fee_days: int | None) -> list[Rung]:
    """In the order of their days. `late_fee_days`: after how many the lease judges; None where it asks for nothing."""
    found = []
    for level, step in enumerate(steps, start=1):
        days = late_fee_days if step.kind == LATE_FEE else step.days_after_due
        if days is not None:
            found.append(Rung(level, step.kind, days))
    return sorted(found, key=lambda rung: (rung.days, rung.kind != LATE_FEE, rung.level))


def reached(ladder: Sequence[Rung], counts_from: date, today: date) -> list[Rung]:
    """Those whose day has come."""
    return [rung for rung in ladder if counts_from + timedelta(days=rung.days) <= today]


def next_rung(ladder: Sequence[Rung], counts_from: date, today: date) -> tuple[Rung, date] | None:
    """The next one and its day."""
    for rung in ladder:
        day = counts_from + timedelta(days=rung.days)
        if day > today:
            return rung, day
    return None
