"""Arrears in the story of directpay/api/examples.py: nothing came for November, and Alice wants notices sooner from now on."""

from typing import Any, Final

from directpay.api.examples import ARREARS, COMMON, LADDER, LEASE, PAYEE, Ask
from directpay.kernel.errors import InvalidInput, NotAllowed

REMINDER: Final = {"kind": "reminder", "days_after_due": 2, "wording": ""}
STEPS: Final = [
    REMINDER,
    {"kind": "late_fee", "days_after_due": None, "wording": ""},
    {"kind": "notice", "days_after_due": 7, "wording": "Please call me."},
    {"kind": "staff", "days_after_due": 12, "wording": ""},
]
WISHED: Final[dict[str, Any]] = {
    "payee": PAYEE,
    "steps": [
        {"kind": "reminder", "days_after_due": 2},
        {"kind": "late_fee"},
        {"kind": "notice", "days_after_due": 7, "wording": "Please call me."},
        {"kind": "staff", "days_after_due": 12},
    ],
}
POLICY_SHOWN: Final[dict[str, Any]] = {
    "id": LADDER,
    "object": "arrears_policy",
    "payee": PAYEE,
    "from_date": "2026-11-02",
    "steps": STEPS,
    "standard": False,
    **COMMON,
}
SETS: Final = {"arrears_policy": Ask(WISHED)}
NOT_SET: Final = (
    InvalidInput("A ladder has a step with a day of its own.", param="steps"),
    InvalidInput("What was opened keeps what held then: choose today or later.", param="from_date"),
    InvalidInput("No such payee: pye_nobody.", param="payee", code="resource_missing"),
    NotAllowed("What renters hear is said by the landlord."),
)
REACHED: Final = {"level": 1, "kind": "reminder", "days_after_due": 2, "amount_overdue": 150000, "told": True, "reached_on": "2026-11-04"}
CASE: Final[dict[str, Any]] = {
    "id": ARREARS,
    "renter": None,
    "policy": LADDER,
    "since": "2026-11-01",
    "opened_on": "2026-11-04",
    "closed_on": None,
    "reason": None,
    "steps": [REACHED],
}
ARREARS_SHOWN: Final[dict[str, Any]] = {
    "object": "lease_arrears",
    "lease": LEASE,
    "currency": "usd",
    "data": [
        {
            "renter": None,
            "since": "2026-11-01",
            "amount_overdue": 150000,
            "payment_plan": None,
            "next_step": {"kind": "notice", "date": "2026-11-09"},
        }
    ],
    "cases": [CASE],
}
