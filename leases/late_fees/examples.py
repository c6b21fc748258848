"""Late fees in the story of directpay/api/examples.py: November is late, and so were the last days of October."""

from typing import Any, Final

from directpay.api.examples import COMMON, DISMISSED, FEE_OF_NOVEMBER, LATE_FEE, LEASE, NEXT_POLICY, NOVEMBER, OCTOBER, Ask
from directpay.api.examples import FIRST_POLICY as POLICY
from directpay.kernel.errors import InvalidInput, NotAllowed
from leases.late_fees.actions.assess import LateFeeNotDue
from leases.late_fees.actions.decide import LateFeeNotProposed, LateFeeNotWaivable, WaiverTooLarge
from leases.late_fees.presets import NOT_ADVICE

SHOWN: Final[dict[str, Any]] = {
    "id": LATE_FEE,
    "object": "late_fee",
    "lease": LEASE,
    "renter": None,
    "kind": "first",
    "charge": NOVEMBER,
    "day": 0,
    "cause": None,
    "reason_date": "2026-11-01",
    "amount": 5000,
    "amount_overdue": 150000,
    "amount_waived": 0,
    "currency": "usd",
    "status": "proposed",
    "fee_charge": None,
    "assessed_on": None,
    "waived_on": None,
    "waiver_reason": "",
    "policy": POLICY,
    **COMMON,
}
OF_OCTOBER: Final = {"id": DISMISSED, "charge": OCTOBER, "amount": 1500, "amount_overdue": 30000}
ASSESSED: Final = {"status": "assessed", "fee_charge": FEE_OF_NOVEMBER, "assessed_on": "2026-11-02"}
BY_HAND: Final = {"late_fee": Ask({"charge": NOVEMBER}, LEASE), "dismissed": Ask({"charge": OCTOBER}, LEASE, OF_OCTOBER)}
APPROVES: Final = {"approved": Ask({}, LATE_FEE, ASSESSED)}
DISMISSES: Final = {"let_go": Ask({}, DISMISSED, {**OF_OCTOBER, "status": "dismissed"})}
FORGIVEN: Final = {"amount_waived": 2000, "waived_on": "2026-11-02", "waiver_reason": "The bank was slow"}
WAIVES: Final = {"waived": Ask({"amount": 2000, "reason": "The bank was slow"}, LATE_FEE, {**ASSESSED, **FORGIVEN})}
NOT_ALLOWED: Final = NotAllowed("Late fees are decided on by the landlord.")
NOT_DUE: Final = (
    LateFeeNotDue("This charge is not late, its grace is not over, or its fees stand already.", param="charge"),
    InvalidInput("No such charge on this lease: chg_nowhere.", param="charge", code="resource_missing"),
    NOT_ALLOWED,
)
DECIDED: Final = (LateFeeNotProposed("This fee is charged already.", late_fee=LATE_FEE), NOT_ALLOWED)
NOT_WAIVED: Final = (
    WaiverTooLarge("The fee is $50.00: no more can be waived.", param="amount", amount=5000),
    LateFeeNotWaivable("This fee was waived already.", late_fee=LATE_FEE),
    NOT_ALLOWED,
)
NEXT: Final[dict[str, Any]] = {"grace_days": 5, "flat_amount": 5000}
POLICY_SHOWN: Final[dict[str, Any]] = {
    "id": NEXT_POLICY,
    "object": "late_fee_policy",
    "lease": LEASE,
    **NEXT,
    "from_date": "2026-11-02",
    "percent": None,
    "daily_amount": None,
    "cap_amount": None,
    "cap_percent": None,
    "basis": "overdue",
    "mode": "automatic",
    "per": "lease",
    "returned_payment_fee": None,
    "warnings": [],
    **COMMON,
}
AGREED: Final = {"policy": Ask(NEXT, LEASE)}
NOT_AGREED: Final = (
    InvalidInput("What fell due already keeps what was agreed for it: choose today or later.", param="from_date"),
    InvalidInput("A cap is an amount or a percentage, not both.", param="cap_percent"),
    NotAllowed("Late fees are agreed on by the landlord."),
)
NEW_YORK: Final[dict[str, Any]] = {
    "object": "late_fee_preset",
    "state": "NY",
    "name": "New York",
    "limit": {"percent": "5", "amount": 5000, "which": "lesser"},
    "late_fee": {"grace_days": 5, "percent": "5", "cap_amount": 5000},
    "note": "",
    "as_of": "2026-11-26",
    "source": "Real Property Law § 238-a",
    "advice": NOT_ADVICE,
}
PRESETS_SHOWN: Final = {"object": "list", "url": "/v1/late_fee_presets", "has_more": False, "data": [NEW_YORK]}
