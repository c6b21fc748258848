"""Facts about arrears: ids and figures. Who is told of them looks up the rest."""

from datetime import datetime
from typing import Any

from directpay.events.actions import NewEvent
from directpay.people.actor import SYSTEM
from leases.arrears.models import ArrearsCase, ArrearsPolicy, ArrearsStep


def case_fact(kind: str, case: ArrearsCase, at: datetime, *, overdue_minor: int, **more: Any) -> NewEvent:
    """``arrears.<kind>``."""
    home = case.lease.unit.property
    users = sorted(renter.user.public_id for renter in case.party.renters.all())
    data = {
        "id": case.public_id,
        "lease": case.lease.public_id,
        "party": case.party.label,
        "users": users,
        "since": case.since_on.isoformat(),
        "overdue_minor": overdue_minor,
        "currency": case.lease.currency,
        "policy": case.policy.public_id,
        **more,
    }
    who = [home.landlord.public_id, home.payee.public_id, *users]
    return NewEvent(f"arrears.{kind}", case.public_id, case.version, SYSTEM.label, at, data, who)


def step_fact(step: ArrearsStep, at: datetime) -> NewEvent:
    """``arrears.step_reached``."""
    said = {"step": step.kind, "level": step.level, "days_after_due": step.days}
    return case_fact("step_reached", step.case, at, overdue_minor=step.overdue_minor, **said)


def policy_fact(policy: ArrearsPolicy, actor: str, at: datetime) -> NewEvent:
    steps = [{"kind": step.kind, "days_after_due": step.days_after_due} for step in policy.ladder]
    data = {"id": policy.public_id, "payee": policy.payee.public_id, "from_date": policy.from_on.isoformat(), "steps": steps}
    return NewEvent("arrears_policy.created", policy.public_id, 1, actor, at, data, [policy.payee.owner.public_id, policy.payee.public_id])
