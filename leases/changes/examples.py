"""Changes in the story of directpay/api/examples.py: Bob's lease is ended sooner, goes on after all, and costs more a year later."""

from typing import Any, Final

from directpay.api.examples import BOB, LEASE, SHARED_LEASE, Ask
from directpay.kernel.errors import InvalidInput, NotAllowed
from leases.changes.actions import LeaseEnded
from leases.contracts.actions import LeaseOverlaps
from leases.rent.api.examples import NO_POLICY, SHARED

ENDS: Final = {"lease_ended": Ask({"end_date": "2027-09-30"}, LEASE, {"end_date": "2027-09-30"})}
RENEWS: Final = {"lease_renewed": Ask({"end_date": "2028-10-31"}, LEASE, {"end_date": "2028-10-31"})}
STEP: Final[dict[str, Any]] = {"from_date": "2027-11-01", "rent_amount": 155000}
STEPS: Final = {"rent_step": Ask(STEP, LEASE, {"end_date": "2028-10-31", "rent_steps": [STEP]})}
FROM: Final = "2027-01-01"
SHARES: Final = {
    "shares_changed": Ask(
        {"from_date": FROM, "renters": [{"user": BOB, "share": {"weight": 2}}]},
        SHARED_LEASE,
        {**SHARED, "renters": [{"user": BOB, "share": {"weight": 1}, "share_changes": [{"from_date": FROM, "weight": 2}]}]},
    )
}
NOT_LANDLORD: Final = NotAllowed("Leases are changed by the landlord.")
NOT_ENDED: Final = (
    InvalidInput("The lease would end before it starts.", param="end_date"),
    InvalidInput("It ends by then already: renew it to go on.", param="end_date"),
    NOT_LANDLORD,
)
NOT_RENEWED: Final = (
    InvalidInput("A renewal ends later than the lease.", param="end_date"),
    LeaseOverlaps("This unit is let in these days already.", param="end_date", lease=LEASE),
    NOT_LANDLORD,
)
NOT_STEPPED: Final = (
    InvalidInput("Rent is charged to 2026-11-30 already: choose 2026-12-01 or later.", param="from_date", first_open_on="2026-12-01"),
    LeaseEnded("This lease has ended.", lease=LEASE),
    NOT_LANDLORD,
)
NOT_SHARED: Final = (
    InvalidInput("The shares do not add up to 100 percent.", param="renters"),
    InvalidInput("On this lease all owe together: there are no shares to change.", param="renters"),
    InvalidInput("What falls due on that day is shared already.", param="from_date"),
    NOT_LANDLORD,
)
HALF: Final[dict[str, Any]] = {
    "partial_payments": "minimum",
    "minimum_amount": 10000,
    "order": "categories",
    "categories": ["rent", "utilities"],
}
POLICIES: Final = {"payment_policy": Ask(HALF, SHARED_LEASE, {**SHARED, "payment_policy": {**NO_POLICY, **HALF, "version": 1}})}
NOT_POLICIES: Final = (
    InvalidInput("Say the smallest amount that is taken.", param="minimum_amount", code="parameter_missing"),
    InvalidInput("Categories belong to `order` categories.", param="categories"),
    NotAllowed("Payment policies are set by the landlord."),
)
