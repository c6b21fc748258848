"""One side proposes how what is overdue will be paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.ids import public_id
from directpay.kernel.money import words
from directpay.people.actor import RENTER, Actor
from leases.contracts.actions import lock_lease
from leases.contracts.models import Lease, Party
from leases.payment_plans.behind import standings
from leases.payment_plans.events import plan_fact
from leases.payment_plans.models import PaymentPlan, PlanPart
from leases.payment_plans.queries import live_plans, with_parts
from leases.payment_plans.reckoning import MONTH, Dated, equal_parts
from leases.policies.models import PaymentPolicy
from leases.policies.queries import policy_of
from leases.rent.queries import local_today

PARTS_LIMIT, GRACE_LIMIT, GRACE = 36, 30, 3
FARTHEST = timedelta(days=3 * 366)
SIDE = PaymentPlan.Side


class PaymentPlanExists(Conflict):
    """One at a time: what is proposed or kept is answered, or called off, first."""

    code = "payment_plan_exists"


class PlanExceedsArrears(InvalidInput):
    """More than the party owes and is not paying already."""

    code = "plan_exceeds_arrears"


@dataclass(frozen=True, slots=True)
class NewPlan:
    """Either `parts` as they were agreed, or `count` equal ones from `start_on`. `amount_minor` None: all that is owed, or what the parts
    come to."""

    party: Party
    amount_minor: int | None = None
    parts: Sequence[Dated] = ()
    count: int | None = None
    start_on: date | None = None
    interval: str = MONTH
    grace_days: int = GRACE
    fees_go_on: bool = False
    note: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


def propose_plan(lease: Lease, wish: NewPlan, *, actor: Actor, at: datetime) -> PaymentPlan:
    """Nothing changes until the other side accepts. Raises InvalidInput, PlanExceedsArrears, PaymentPlanExists."""
    with unit_of_work():
        lease = lock_lease(lease)
        today = local_today(lease, at)
        other = live_plans([wish.party.id]).get(wish.party.id)
        if other is not None:
            raise PaymentPlanExists("A payment plan is proposed or kept already.", payment_plan=other.public_id)
        owed = standings([wish.party.id])[wish.party.id].open_minor
        if not owed:
            raise PlanExceedsArrears("Nothing is owed that is not on its way.", param="amount", owed=0)
        parts = _parts(wish, owed, today)
        amount = sum(part.minor for part in parts)
        check_size(amount, owed, lease.currency)
        _check_policy(lease, parts)
        plan = PaymentPlan.objects.create(
            public_id=public_id("ppl"),
            lease=lease,
            party=wish.party,
            amount_minor=amount,
            grace_days=wish.grace_days,
            fees_go_on=wish.fees_go_on,
            proposed_by=SIDE.RENTER if actor.role == RENTER else SIDE.LANDLORD,
            note=wish.note,
            created_at=at,
            changed_at=at,
            metadata=dict(wish.metadata),
        )
        PlanPart.objects.bulk_create(
            PlanPart(plan=plan, number=n, due_on=part.due_on, amount_minor=part.minor) for n, part in enumerate(parts, start=1)
        )
        plan = with_parts().get(id=plan.id)
        record([plan_fact("proposed", plan, actor=actor.label, at=at)])
        return plan


def check_size(amount_minor: int, owed_minor: int, currency: str) -> None:
    """Raises PlanExceedsArrears."""
    if amount_minor > owed_minor:
        said = f"Only {words(owed_minor, currency)} is owed: a plan covers no more."
        raise PlanExceedsArrears(said, param="amount", owed=owed_minor)


def _parts(wish: NewPlan, owed_minor: int, today: date) -> list[Dated]:
    """As wished, checked. Raises InvalidInput, each names its field."""
    if bool(wish.parts) == (wish.count is not None):
        raise InvalidInput("Say either the parts, or how many equal ones.", param="parts", code="parameter_missing")
    if wish.count is None:
        return _given(wish, today)
    amount = owed_minor if wish.amount_minor is None else wish.amount_minor
    if not 1 <= wish.count <= PARTS_LIMIT:
        raise InvalidInput(f"A plan has 1 to {PARTS_LIMIT} parts.", param="installments")
    if amount < wish.count:
        raise InvalidInput("Each part is at least the smallest coin.", param="installments")
    first = wish.start_on or today + timedelta(days=1)
    if first <= today:
        raise InvalidInput("The first part is due after today.", param="start_date")
    parts = equal_parts(amount, wish.count, first, wish.interval)
    if parts[-1].due_on - today > FARTHEST:
        raise InvalidInput("A plan ends within three years.", param="installments")
    return parts


def _given(wish: NewPlan, today: date) -> list[Dated]:
    parts = list(wish.parts)
    if wish.start_on is not None:
        raise InvalidInput("Each part says its own day.", param="start_date")
    if len(parts) > PARTS_LIMIT:
        raise InvalidInput(f"A plan has 1 to {PARTS_LIMIT} parts.", param="parts")
    if parts[0].due_on <= today:
        raise InvalidInput("The first part is due after today.", param="parts[0][date]")
    for n, (before, after) in enumerate(pairwise(parts), start=1):
        if after.due_on <= before.due_on:
            raise InvalidInput("Each part is due after the one before.", param=f"parts[{n}][date]")
    if parts[-1].due_on - today > FARTHEST:
        raise InvalidInput("A plan ends within three years.", param=f"parts[{len(parts) - 1}][date]")
    if wish.amount_minor is not None and sum(part.minor for part in parts) != wish.amount_minor:
        raise InvalidInput("The parts do not add up to the amount.", param="amount")
    return parts


def _check_policy(lease: Lease, parts: Sequence[Dated]) -> None:
    """What the lease takes no payment for could not be kept. Raises InvalidInput."""
    policy = policy_of(lease)
    if policy.blocked:
        raise InvalidInput("The landlord takes no payments on this lease at present.", param="parts", code="payments_blocked")
    least = min(part.minor for part in parts)
    too_small = policy.partial == PaymentPolicy.Partial.MINIMUM and least < (policy.minimum_minor or 0)
    if too_small or (policy.partial == PaymentPolicy.Partial.NONE and len(parts) > 1):
        raise InvalidInput("This lease takes no payments as small as these parts.", param="parts", code="partial_payment_refused")
