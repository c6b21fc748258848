"""What a change of its terms means for the schedule of a lease, month by month: what to add, to move, to drop, to charge and to credit."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from leases.rent.models import Charge
from leases.rent.schedule import Row

Month = tuple[int, int]


@dataclass(slots=True)
class Replan:
    """`charged` and `credited`: minor units on top of a month that is posted already, or off it. `changed` have their new figures."""

    added: list[Row] = field(default_factory=list)
    changed: list[Charge] = field(default_factory=list)
    dropped: list[Charge] = field(default_factory=list)
    charged: list[tuple[Row, int]] = field(default_factory=list)
    credited: list[tuple[Charge, int]] = field(default_factory=list)


def replanned(before: Sequence[Row], after: Sequence[Row], charges: Sequence[Charge]) -> Replan:
    """From the rows of the old terms and of the new: only differences, so that what was changed by hand in a month stays.

    `charges`: rent by the schedule. A month that is not posted yet takes the difference itself; one that is posted keeps its charge.
    """
    plan = Replan()
    old, new, standing = _by_month(before), _by_month(after), defaultdict[Month, list[Charge]](list)
    for charge in sorted(charges, key=lambda c: (c.period_start, c.id)):
        standing[charge.period_start.year, charge.period_start.month].append(charge)
    for month in sorted({*old, *new}):
        was, will = old.get(month), new.get(month)
        if was == will:
            continue
        difference = (will.amount_minor if will else 0) - (was.amount_minor if was else 0)
        _settle(plan, will, difference, standing[month])
    return plan


def _settle(plan: Replan, row: Row | None, difference: int, standing: Sequence[Charge]) -> None:
    waiting = next((c for c in standing if c.posted_at is None), None)
    if waiting is not None:
        left = waiting.amount_minor + difference
        if row is not None and left > 0:
            waiting.amount_minor, waiting.period_end = left, row.period_end
            plan.changed.append(waiting)
        else:
            plan.dropped.append(waiting)
    elif standing and difference < 0:
        plan.credited.append((standing[-1], -difference))
    elif standing and row is not None and difference > 0:
        plan.charged.append((row, difference))
    elif row is not None and difference > 0:
        plan.added.append(row)


def _by_month(rows: Sequence[Row]) -> dict[Month, Row]:
    return {(row.period_start.year, row.period_start.month): row for row in rows}
