"""Bob is behind with November, and a plan splits it. November (21 days, $1,050.00) is due on the fifteenth, December too."""

from datetime import date
from typing import Any

from directpay.people.actor import Actor
from directpay.people.models import User
from leases.contracts.models import Lease
from leases.payment_plans.actions.decide import accept_plan, cancel_plan
from leases.payment_plans.actions.propose import NewPlan, propose_plan
from leases.payment_plans.models import PaymentPlan
from leases.payment_plans.queries import parts_now, with_parts
from leases.payment_plans.reckoning import Dated
from tests.world import World

NOVEMBER, DECEMBER = 105_000, 150_000
FIRST, SECOND = date(2026, 11, 30), date(2026, 12, 10)


def behind(w: World, **terms: Any) -> Lease:
    """Nothing is paid, and it is the twentieth of November, 10:00."""
    lease = w.lease(start=date(2026, 11, 10), due_day=15, **terms)
    w.later(days=20 - w.now.day)
    return lease


def as_of(w: World, user: User) -> Actor:
    return w.actor(user)


def propose(w: World, lease: Lease, by: User | None = None, **wish: Any) -> PaymentPlan:
    """By Alice, in two parts, unless said otherwise."""
    if not {"parts", "count"} & {*wish}:
        wish["parts"] = [Dated(FIRST, 52_500), Dated(SECOND, 52_500)]
    wish.setdefault("party", lease.parties.first())
    return propose_plan(lease, NewPlan(**wish), actor=as_of(w, by or w.alice), at=w.now)


def accept(w: World, plan: PaymentPlan, by: User | None = None) -> PaymentPlan:
    return accept_plan(plan, actor=as_of(w, by or w.bob), at=w.now)


def cancel(w: World, plan: PaymentPlan, by: User | None = None) -> PaymentPlan:
    return cancel_plan(plan, actor=as_of(w, by or w.bob), at=w.now)


def agreed_plan(w: World, lease: Lease, **wish: Any) -> PaymentPlan:
    return accept(w, propose(w, lease, **wish))


def fresh(plan: PaymentPlan) -> PaymentPlan:
    return with_parts().get(id=plan.id)


def states(w: World, plan: PaymentPlan) -> list[tuple[str, int]]:
    """Of each part its state and what is open of it."""
    row = fresh(plan)
    return [(part.state, part.open_minor) for part in parts_now([row], w.now)[row.id]]
