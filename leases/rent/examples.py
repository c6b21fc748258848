"""Leases in the story of directpay/api/examples.py: Bob rents 2B from November on."""

from typing import Any, Final

from directpay.api.examples import ALICE, BOB, COMMON, DECEMBER, HOME, LEASE, NOVEMBER, PAYEE, UNIT, Ask
from directpay.kernel.errors import InvalidInput, NotAllowed
from leases.contracts.actions import LeaseOverlaps


def _row(charge: str, first: str, last: str, status: str) -> dict[str, Any]:
    amounts = {"amount": 150000, "amount_paid": 0, "amount_remaining": 150000, "amount_in_flight": 0}
    return {"id": charge, "due_date": first, "period_start": first, "period_end": last, **amounts, "category": "rent", "status": status}


TERMS: Final[dict[str, Any]] = {
    "unit": UNIT,
    "renters": [{"user": BOB}],
    "rent_amount": 150000,
    "start_date": "2026-11-01",
    "end_date": "2027-10-31",
    "due_day": 1,
}
ROWS: Final = [
    _row(NOVEMBER, "2026-11-01", "2026-11-30", "late"),
    _row(DECEMBER, "2026-12-01", "2026-12-31", "scheduled"),
]
SHOWN: Final[dict[str, Any]] = {
    "id": LEASE,
    "object": "lease",
    "property": HOME,
    "landlord": ALICE,
    "payee": PAYEE,
    **TERMS,
    "renters": [{"user": BOB, "share": None}],
    "currency": "usd",
    "deposit_amount": 0,
    "status": "active",
    "schedule": ROWS,
    **COMMON,
}
ASKS: Final = {"lease": Ask(TERMS)}
SCHEDULE: Final = {"object": "list", "url": f"/v1/leases/{LEASE}/schedule", "has_more": False, "data": ROWS}
OWED: Final = {"owed": 150000, "in_flight": 0, "payable": 300000}
BALANCE: Final = {"object": "lease_balance", "lease": LEASE, "currency": "usd", **OWED, "renters": [{"user": BOB, **OWED}]}
REFUSED: Final = (
    LeaseOverlaps("This unit is let in these days already.", param="start_date", lease=LEASE),
    InvalidInput("No such unit: unit_nowhere.", param="unit", code="resource_missing"),
    NotAllowed("Leases are opened by the landlord."),
)
