"""Payment plans: proposed in parts of any shape, accepted, called off; kept or broken by what is paid."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from directpay.people.actor import SYSTEM
from leases.payment_plans.actions.decide import accept_plan, cancel_plan
from leases.payment_plans.actions.propose import NewPlan, propose_plan
from leases.payment_plans.models import PaymentPlan
from tests.simulation.auditor import arrears
from tests.simulation.auditor.arrears import Plan
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History

RECENT = 6


def propose(h: "History") -> None:
    """Of a party that is behind, mostly: all of it, a part, now and then more than is owed, or from yesterday."""
    lease, label = h.rng.choice(_behind(h) if h.rng.random() < 0.9 else _parties(h))
    told = h.auditor.leases[lease.public_id]
    open_now = max(1, arrears.owed(h.auditor, told, label) - arrears.on_its_way(h.auditor, told, label))
    amount = max(4, h.rng.choice([open_now, open_now, open_now, open_now // 2, open_now + 1]))
    count, interval = h.rng.randrange(1, 5), h.rng.choice(["month", "two_weeks", "week"])
    first = told.today(h.now) + timedelta(days=h.rng.choice([1, 3, 7, 14, 30, 0]))
    parts = arrears.split(amount, count, first, interval)
    grace, fees = h.rng.choice([0, 3, 3, 7]), h.rng.random() < 0.2
    wish = NewPlan(
        party=lease.parties.get(label=label),
        amount_minor=amount,
        count=count,
        start_on=first,
        interval=interval,
        grace_days=grace,
        fees_go_on=fees,
    )
    made = h.attempt(
        f"propose {count} parts of {amount} from {first} on {lease.public_id}:{label}",
        arrears.judge_proposal(h.auditor, told, label, parts, told.today(h.now)),
        lambda: propose_plan(lease, wish, actor=SYSTEM, at=h.now),
    )
    if made is not None:
        h.auditor.arrears.plans[made.public_id] = Plan(made.public_id, told, label, parts, grace, fees)
        h.auditor.edges["payment_plan: ∅ → proposed"] += 1
    h.check()


def accept(h: "History") -> None:
    plan = _choose(h, "proposed")
    today = plan.lease.today(h.now)
    predicted = arrears.judge_acceptance(h.auditor, plan, today)
    done = h.attempt(f"accept {plan.id}", predicted, lambda: accept_plan(_row(plan), actor=SYSTEM, at=h.now))
    if done is not None:
        arrears.accepted(h.auditor, plan, today)
    h.check()


def cancel(h: "History") -> None:
    plan = _choose(h, "active")
    predicted = "" if plan.live else arrears.ENDED
    done = h.attempt(f"call off {plan.id}", predicted, lambda: cancel_plan(_row(plan), actor=SYSTEM, at=h.now))
    if done is not None:
        arrears.moved(h.auditor, plan, "canceled", plan.lease.today(h.now))
    h.check()


def _parties(h: "History") -> list[tuple[Any, str]]:
    return [(lease, label) for lease in h.cast.leases for label in h.auditor.leases[lease.public_id].weights]


def _behind(h: "History") -> list[tuple[Any, str]]:
    found = [(lease, label) for lease, label in _parties(h) if arrears.open_debts(h.auditor, h.auditor.leases[lease.public_id], label)]
    return found or _parties(h)


def _choose(h: "History", state: str) -> Plan:
    plans = list(h.auditor.arrears.plans.values())
    fit = [plan for plan in plans if plan.state == state][-RECENT:]
    return h.rng.choice(fit if fit and h.rng.random() < 0.9 else plans[-RECENT:])


def _row(plan: Plan) -> PaymentPlan:
    return PaymentPlan.objects.select_related("lease").get(public_id=plan.id)


def _any(h: "History") -> bool:
    return bool(h.auditor.arrears.plans)


MOVES = (
    Move("propose_plan", 2, propose, lambda h: bool(h.cast.leases)),
    Move("accept_plan", 2.5, accept, _any),
    Move("cancel_plan", 0.4, cancel, _any),
)
