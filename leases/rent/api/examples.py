"""Leases in the story of directpay/api/examples.py: Bob rents 2B from November on."""

from typing import Any, Final

from directpay.api.examples import (
    ALICE,
    BOB,
    CAROL,
    CELLAR,
    COMMON,
    DECEMBER,
    FIRST_POLICY,
    HOME,
    LEASE,
    MATES_LEASE,
    MATES_UNIT,
    NOVEMBER,
    OCTOBER,
    OTHER_UNIT,
    PAYEE,
    SHARED_LEASE,
    UNIT,
    WATER,
    Ask,
)
from directpay.kernel.errors import InvalidInput, NotAllowed
from leases.contracts.actions import LeaseOverlaps
from leases.policies.queries import CertifiedFundsRequired, PartialPaymentRefused, PaymentsBlocked
from ledger.journal.actions.periods import PeriodClosed

RENT: Final = {"category": "rent", "description": ""}


def _row(charge: str, first: str, last: str, status: str) -> dict[str, Any]:
    amounts = {"amount": 150000, "amount_paid": 0, "amount_remaining": 150000, "amount_in_flight": 0}
    return {"id": charge, "due_date": first, "period_start": first, "period_end": last, **amounts, **RENT, "status": status}


TERMS: Final[dict[str, Any]] = {
    "unit": UNIT,
    "renters": [{"user": BOB}],
    "rent_amount": 150000,
    "start_date": "2026-11-01",
    "end_date": "2027-10-31",
    "due_day": 1,
}
LATE_FEE: Final[dict[str, Any]] = {
    "grace_days": 0,
    "percent": "5",
    "cap_amount": 5000,
    "mode": "proposed",
    "returned_payment_fee": 2500,
}
LATE_FEE_SHOWN: Final = {
    **LATE_FEE,
    "policy": FIRST_POLICY,
    "from_date": "2026-11-01",
    "flat_amount": None,
    "daily_amount": None,
    "cap_percent": None,
    "basis": "overdue",
    "per": "lease",
}
ROWS: Final = [
    _row(NOVEMBER, "2026-11-01", "2026-11-30", "late"),
    _row(DECEMBER, "2026-12-01", "2026-12-31", "scheduled"),
]
NO_POLICY: Final[dict[str, Any]] = {
    "version": 0,
    "partial_payments": "any",
    "minimum_amount": None,
    "blocked": False,
    "certified_funds": "never",
    "prepayment": "next",
    "order": "oldest_first",
    "categories": [],
}
SHOWN: Final[dict[str, Any]] = {
    "id": LEASE,
    "object": "lease",
    "property": HOME,
    "landlord": ALICE,
    "payee": PAYEE,
    **TERMS,
    "renters": [{"user": BOB, "share": None, "share_changes": []}],
    "currency": "usd",
    "deposit_amount": 0,
    "rent_steps": [],
    "payment_policy": NO_POLICY,
    "late_fee": LATE_FEE_SHOWN,
    "status": "active",
    "schedule": ROWS,
    **COMMON,
}
IN_SHARES: Final[dict[str, Any]] = {
    "unit": OTHER_UNIT,
    "renters": [{"user": BOB, "share": {"weight": 1}}],
    "rent_amount": 40000,
    "start_date": "2026-12-01",
    "end_date": "2027-10-31",
}
CELLAR_ROW: Final = _row(CELLAR, "2026-12-01", "2026-12-31", "scheduled")
SHARED: Final[dict[str, Any]] = {
    **IN_SHARES,
    "id": SHARED_LEASE,
    "status": "upcoming",
    "late_fee": None,
    "renters": [{"user": BOB, "share": {"weight": 1}, "share_changes": []}],
    "schedule": [{**CELLAR_ROW, "amount": 40000, "amount_remaining": 40000}],
}
HALVES: Final = [{"user": who, "share": {"weight": 1}} for who in (BOB, CAROL)]
OF_MATES: Final[dict[str, Any]] = {**TERMS, "unit": MATES_UNIT, "renters": HALVES}
MATES: Final[dict[str, Any]] = {
    **OF_MATES,
    "id": MATES_LEASE,
    "late_fee": None,
    "renters": [{**half, "share_changes": []} for half in HALVES],
    "schedule": [_row("chg_MatesB2nM5vC8xZ1aS4dF7gH0", "2026-11-01", "2026-11-30", "late")],
}
ASKS: Final = {
    "lease": Ask({**TERMS, "late_fee": LATE_FEE}),
    "lease_in_shares": Ask(IN_SHARES, answer=SHARED),
    "lease_of_mates": Ask(OF_MATES, answer=MATES),
}
OWED: Final = {"owed": 150000, "in_flight": 0, "payable": 300000}
BALANCE: Final = {"object": "lease_balance", "lease": LEASE, "currency": "usd", **OWED, "renters": [{"user": BOB, **OWED}]}
REFUSED: Final = (
    LeaseOverlaps("This unit is let in these days already.", param="start_date", lease=LEASE),
    InvalidInput("No such unit: unit_nowhere.", param="unit", code="resource_missing"),
    NotAllowed("Leases are opened by the landlord."),
)
ALLOCATION: Final = {
    "object": "allocation",
    "lease": LEASE,
    "amount": 160000,
    "currency": "usd",
    "order": "oldest_first",
    "data": [
        {"charge": NOVEMBER, "category": "rent", "due_date": "2026-11-01", "amount": 150000},
        {"charge": DECEMBER, "category": "rent", "due_date": "2026-12-01", "amount": 10000},
    ],
    "unallocated": 0,
}
NOT_TAKEN: Final = (
    PaymentsBlocked("The landlord takes no payments on this lease at present: speak with the landlord."),
    CertifiedFundsRequired(
        "This lease takes only money that cannot come back: pay by instant transfer or wire.", param="rail", rails=["instant", "wire"]
    ),
    PartialPaymentRefused("This lease takes $100.00 or more at once.", param="amount", least=10000),
    InvalidInput("This lease takes no money ahead: $1,500.00 is due.", param="amount", code="prepayment_refused", payable=150000),
)
WATER_BILL: Final[dict[str, Any]] = {"category": "utilities", "amount": 4200, "description": "Water, October"}
BACK: Final = {"amount": 4200, "amount_paid": 4200, "amount_remaining": 0}  # it was read wrongly, see leases/credits/examples.py
WATER_ROW: Final = {**_row(WATER, "2026-11-02", "2026-11-02", "paid"), **WATER_BILL, **BACK}
SCHEDULE: Final = {"object": "list", "url": f"/v1/leases/{LEASE}/schedule", "has_more": False, "data": [ROWS[0], WATER_ROW, ROWS[1]]}
WATER_CHARGE: Final[dict[str, Any]] = {
    "id": WATER,
    "object": "charge",
    "lease": LEASE,
    "renter": None,
    **WATER_BILL,
    "currency": "usd",
    "due_date": "2026-11-02",
    "owed": True,
    **COMMON,
}
DAYS_BEFORE: Final = {"category": "rent", "amount": 30000, "description": "The last days of October", "due_date": "2026-11-01"}
CHARGES: Final = {
    "water": Ask(WATER_BILL, LEASE),
    "october": Ask(DAYS_BEFORE, LEASE, {"id": OCTOBER, **DAYS_BEFORE}),
}
NOT_CHARGED: Final = (
    InvalidInput("A charge falls due within a year of today.", param="due_date"),
    InvalidInput("No such renter on this lease: usr_nobody.", param="renter", code="resource_missing"),
    NotAllowed("Charges are made by the landlord."),
    PeriodClosed("The books are closed before 2026-11-01: choose that day or a later one.", param="due_date", first_open_on="2026-11-01"),
)
