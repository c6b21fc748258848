"""Facts about payment plans: ids and figures. What was agreed in words is nobody else's business."""

from datetime import datetime
from typing import Any

from directpay.events.actions import NewEvent
from leases.payment_plans.models import PaymentPlan


def plan_fact(kind: str, plan: PaymentPlan, *, actor: str, at: datetime, **more: Any) -> NewEvent:
    """``payment_plan.<kind>``."""
    home, renters = plan.lease.unit.property, users_of(plan)
    data = {
        "id": plan.public_id,
        "lease": plan.lease.public_id,
        "party": plan.party.label,
        "users": renters,
        "status": str(plan.status),
        "proposed_by": plan.proposed_by,
        "amount": plan.amount_minor,
        "currency": plan.lease.currency,
        "fees_go_on": plan.fees_go_on,
        "accepted_on": plan.accepted_on.isoformat() if plan.accepted_on else None,
        "ended_on": plan.ended_on.isoformat() if plan.ended_on else None,
        **more,
    }
    who = [home.landlord.public_id, home.payee.public_id, *renters]
    return NewEvent(f"payment_plan.{kind}", plan.public_id, plan.version, actor, at, data, who)


def users_of(plan: PaymentPlan) -> list[str]:
    """Public ids of those who pay for its party."""
    return sorted(renter.user.public_id for renter in plan.party.renters.all())
