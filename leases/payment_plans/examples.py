"""Payment plans in the story of directpay/api/examples.py: Bob is behind with November, and pays it in two parts."""

from typing import Any, Final

from directpay.api.examples import COMMON, LEASE, NOVEMBER, PLAN, Ask
from directpay.kernel.errors import InvalidInput, NotAllowed
from leases.payment_plans.actions.decide import PaymentPlanEnded, PaymentPlanNotProposed
from leases.payment_plans.actions.propose import PaymentPlanExists, PlanExceedsArrears

PROPOSED: Final[dict[str, Any]] = {"installments": 2, "start_date": "2026-11-15"}
PARTS: Final = [
    {"number": 1, "date": "2026-11-15", "amount": 75000, "amount_remaining": 75000, "status": "upcoming"},
    {"number": 2, "date": "2026-12-15", "amount": 75000, "amount_remaining": 75000, "status": "upcoming"},
]
SHOWN: Final[dict[str, Any]] = {
    "id": PLAN,
    "object": "payment_plan",
    "lease": LEASE,
    "renter": None,
    "status": "proposed",
    "proposed_by": "landlord",
    "amount": 150000,
    "currency": "usd",
    "grace_days": 3,
    "fees_go_on": False,
    "note": "",
    "parts": PARTS,
    "covered": [],
    "accepted_on": None,
    "ended_on": None,
    **COMMON,
}
PROPOSES: Final = {"payment_plan": Ask(PROPOSED, LEASE)}
COVERED: Final = [{"charge": NOVEMBER, "amount": 150000}]
ACCEPTS: Final = {"payment_plan_accepted": Ask({}, PLAN, {"status": "active", "accepted_on": "2026-11-02", "covered": COVERED})}
CALLS_OFF: Final = {"payment_plan_called_off": Ask({}, PLAN, {"status": "canceled", "ended_on": "2026-11-02", "parts": []})}
NOT_PROPOSED: Final = (
    PlanExceedsArrears("Only $1,500.00 is owed: a plan covers no more.", param="amount", owed=150000),
    PaymentPlanExists("A payment plan is proposed or kept already.", payment_plan=PLAN),
    InvalidInput("The first part is due after today.", param="start_date"),
)
NOT_ACCEPTED: Final = (
    PaymentPlanNotProposed("This payment plan was answered already.", payment_plan=PLAN),
    NotAllowed("It is accepted by the other side."),
)
NOT_CALLED_OFF: Final = (PaymentPlanEnded("This payment plan has ended already.", payment_plan=PLAN),)
