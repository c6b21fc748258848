"""The other side accepts; either side calls it off."""

from datetime import datetime
from typing import Any

from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput, NotAllowed
from directpay.people.actor import RENTER, STAFF, Actor
from leases.contracts.actions import lock_lease_rows
from leases.payment_plans.actions.judging import change, promise_look
from leases.payment_plans.actions.propose import check_size
from leases.payment_plans.behind import covering, standings
from leases.payment_plans.models import CoveredCharge, PaymentPlan
from leases.payment_plans.queries import with_parts
from leases.rent.queries import local_today

S, SIDE = PaymentPlan.Status, PaymentPlan.Side


class PaymentPlanNotProposed(Conflict):
    """It was answered already."""

    code = "payment_plan_not_proposed"


class PaymentPlanEnded(Conflict):
    """It is completed, broken or called off already."""

    code = "payment_plan_ended"


def accept_plan(plan: PaymentPlan, *, actor: Actor, at: datetime) -> PaymentPlan:
    """From today on what it covers is judged by its days. What is owed is looked at again: some may have been paid meanwhile.

    Raises PaymentPlanNotProposed, NotAllowed, InvalidInput, PlanExceedsArrears.
    """
    with unit_of_work():
        row = _locked(plan)
        if row.status != S.PROPOSED:
            raise PaymentPlanNotProposed("This payment plan was answered already.", payment_plan=row.public_id)
        mine = SIDE.RENTER if actor.role == RENTER else SIDE.LANDLORD
        if actor.role != STAFF and row.proposed_by == mine:
            raise NotAllowed("It is accepted by the other side.")
        today, standing = local_today(row.lease, at), standings([row.party_id])[row.party_id]
        if min(part.due_on for part in row.parts.all()) <= today:
            raise InvalidInput("Its first part was due by today: propose another.", param="payment_plan")
        check_size(row.amount_minor, standing.open_minor, row.lease.currency)
        debts = covering(standing.open_debts, row.amount_minor)
        CoveredCharge.objects.bulk_create(
            CoveredCharge(plan=row, charge=debt.charge, amount_minor=debt.minor) for debt in debts if debt.charge is not None
        )
        row.accepted_on = today
        change(row, "accept", actor=actor, at=at)
        promise_look(row, at)
        return with_parts().get(id=row.id)


def cancel_plan(plan: PaymentPlan, *, actor: Actor, at: datetime) -> PaymentPlan:
    """By either side, whether it was accepted or not: from today on what is owed is judged as ever. Raises PaymentPlanEnded."""
    with unit_of_work():
        row = _locked(plan)
        if row.status not in PaymentPlan.LIVE:
            raise PaymentPlanEnded("This payment plan has ended already.", payment_plan=row.public_id)
        row.ended_on = local_today(row.lease, at)
        change(row, "cancel", actor=actor, at=at, **_by(actor))
        return with_parts().get(id=row.id)


def _by(actor: Actor) -> dict[str, Any]:
    return {"by": actor.role}


def _locked(plan: PaymentPlan) -> PaymentPlan:
    """Its lease first, then it."""
    lock_lease_rows([plan.lease_id])
    return with_parts().select_for_update(of=("self",)).get(id=plan.id)
