"""A plan is looked at after the grace of each part, and whenever money came, came back, or never came."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from directpay.due.actions import done, schedule
from directpay.events.actions import record
from directpay.events.unit import require_transaction, unit_of_work
from directpay.people.actor import SYSTEM, Actor
from leases.contracts.actions import lock_lease_rows
from leases.payment_plans.behind import Standing, standings
from leases.payment_plans.events import plan_fact
from leases.payment_plans.models import PaymentPlan
from leases.payment_plans.queries import dated, open_parts, with_parts
from leases.payment_plans.reckoning import is_missed, next_look
from leases.rent.queries import day_begins, local_today

PLANS_QUEUE = "payment_plans.look"
# What an edge is told as: an event is a past fact.
TOLD: Final = {"accept": "accepted", "complete": "completed", "break_off": "broken", "cancel": "canceled"}


def look_at_plans(public_ids: Sequence[str], at: datetime) -> list[PaymentPlan]:
    """The due queue's work: of these plans, those that are kept to the end are completed, those with a missed part are broken.

    Returns those that ended. The same again finds nothing more.
    """
    with unit_of_work():
        known = PaymentPlan.objects.filter(public_id__in=list(public_ids), status=PaymentPlan.Status.ACTIVE)
        lock_lease_rows(set(known.values_list("lease_id", flat=True)))
        plans = list(with_parts().filter(id__in=known.values("id")).order_by("id").select_for_update(of=("self",)))
        where = standings({plan.party_id for plan in plans})
        ended = []
        for plan in plans:
            if _ends(plan, where[plan.party_id], at):
                ended.append(plan)
            else:
                promise_look(plan, at)
        return ended


def _ends(plan: PaymentPlan, standing: Standing, at: datetime) -> bool:
    """Step: along its edge, if it is kept to the end by money that has arrived, or a part is missed."""
    today = local_today(plan.lease, at)
    if not any(open_parts(plan, standing, in_flight_counts=False)):
        plan.ended_on = today
        change(plan, "complete", actor=SYSTEM, at=at)
        return True
    left = open_parts(plan, standing)
    missed = [n for n, part in enumerate(dated(plan)) if is_missed(part, left[n], plan.grace_days, today)]
    if missed:
        plan.ended_on = today
        change(plan, "break_off", actor=SYSTEM, at=at, part=missed[0] + 1, open=sum(left[n] for n in missed))
    return bool(missed)


def change(plan: PaymentPlan, verb: str, *, actor: Actor, at: datetime, **more: Any) -> None:
    """Step: along the edge `verb` (raises TransitionNotAllowed), with its event. Whoever ends it takes its promise back."""
    require_transaction()
    getattr(plan, verb)()
    plan.version += 1
    plan.changed_at = at
    plan.save(update_fields=["status", "version", "changed_at", "accepted_on", "ended_on"])
    if plan.ended_on is not None:
        done(PLANS_QUEUE, [plan.public_id])
    record([plan_fact(TOLD[verb], plan, actor=actor.label, at=at, **more)])


def promise_look(plan: PaymentPlan, at: datetime) -> None:
    """Step: the day after the grace of the next part. After the last, it ends with the money that is still on its way."""
    day = next_look(dated(plan), plan.grace_days, local_today(plan.lease, at))
    if day is not None:
        schedule(PLANS_QUEUE, [(plan.public_id, day_begins(plan.lease, day))])
