"""The reports in the story of directpay/api/examples.py: Alice's Linden House in November 2026, Bob's rent paid and one unit vacant."""

from typing import Any, Final

from directpay.api.examples import BOB, HOME, LEASE, OTHER_UNIT, PAYEE, PAYMENT, PAYOUT, SHARED_LEASE, UNIT
from directpay.kernel.errors import InvalidInput, NotAllowed
from leases.reports.queries.scope import FOR_LANDLORDS
from leases.reports.schedule_lines import NOT_ADVICE
from ledger.journal.actions.watermarks import NotYetKnown
from ledger.journal.queries.past import EntriesArchived, NotKnownHere

KNOWN_AT: Final = "2026-11-30T17:00:00.000000+00:00"
SUMS: Final = {"rent": 150000, "owed": 0, "paid_ahead": 0, "in_flight": 0, "deposit_held": 150000, "deposit_interest": 0}
NOTHING: Final = dict.fromkeys(SUMS, 0)
BOBS: Final[dict[str, Any]] = {
    "property": HOME,
    "property_name": "Linden House",
    "unit": UNIT,
    "unit_name": "Unit 2B",
    "status": "active",
    "currency": "usd",
    "lease": LEASE,
    "renters": "Bob Okafor",
    "start_date": "2026-11-01",
    "end_date": "2027-10-31",
    "due_day": 1,
    **SUMS,
    "last_payment_on": "2026-11-02",
    "last_payment": 150000,
    "autopay": False,
}
WITHOUT: Final = ("lease", "renters", "start_date", "end_date", "due_day", "last_payment_on", "last_payment")
VACANT: Final[dict[str, Any]] = BOBS | dict.fromkeys(WITHOUT) | NOTHING | {"unit": OTHER_UNIT, "unit_name": "Unit 3A", "status": "vacant"}
ROLL: Final[dict[str, Any]] = {
    "object": "rent_roll",
    "as_of": "2026-11-30",
    "known_at": KNOWN_AT,
    "has_more": False,
    "data": [BOBS, VACANT],
    "totals": [{"currency": "usd", "units": 2, "vacant": 1, **SUMS}],
}
AGES: Final = {"current": 0, "days_1_30": 60000, "days_31_60": 0, "days_61_90": 0, "over_90": 0, "owed": 60000, "unapplied": 0}
AGING: Final[dict[str, Any]] = {
    "object": "aging",
    "as_of": "2026-11-30",
    "known_at": KNOWN_AT,
    "has_more": False,
    "data": [
        {
            "property": HOME,
            "property_name": "Linden House",
            "unit_name": "Unit 3A",
            "lease": SHARED_LEASE,
            "renter": BOB,
            "renters": "Bob Okafor",
            "currency": "usd",
            **AGES,
            "balance": 60000,
        }
    ],
    "totals": [{"currency": "usd", **AGES, "balance": 60000}],
}
_FLOWS: Final = [{"name": "received", "amount": 150000}, {"name": "payment_fees", "amount": -200}, {"name": "payouts", "amount": -149800}]
STATEMENT: Final[dict[str, Any]] = {
    "object": "owner_statement",
    "start_date": "2026-11-01",
    "end_date": "2026-11-30",
    "basis": "cash",
    "known_at": KNOWN_AT,
    "data": [
        {
            "payee": PAYEE,
            "currency": "usd",
            "lines": [
                {"section": "income", "name": "rent", "property": HOME, "amount": 150000, "entries": 1},
                {"section": "expense", "name": "payment_fees", "property": HOME, "amount": -200, "entries": 1},
            ],
            "result": 149800,
            "places": [{"name": "at_directpay", "opening": 0, "flows": _FLOWS, "closing": 0}],
            "payouts": [
                {
                    "payout": PAYOUT,
                    "date": "2026-11-05",
                    "came_back": False,
                    "amount": 149800,
                    "payments": [{"payment": PAYMENT, "lease": LEASE, "net": 149800}],
                    "payment_count": 1,
                    "remainder": 0,
                }
            ],
            "deposits": {"name": "deposits_held", "opening": 150000, "flows": [], "closing": 150000},
            "bridge": {"accrual": 149800, "cash": 149800, "receivable": 0, "due_to_directpay": 0},
            "unexplained": 0,
        }
    ],
}
SCHEDULE: Final[dict[str, Any]] = {
    "object": "schedule_e",
    "year": 2026,
    "known_at": KNOWN_AT,
    "note": NOT_ADVICE,
    "data": [
        {
            "payee": PAYEE,
            "currency": "usd",
            "properties": [
                {
                    "property": HOME,
                    "property_name": "Linden House",
                    "lines": [
                        {"line": 3, "title": "Rents received", "amount": 150000},
                        {"line": 19, "title": "Other: payment and bank fees", "amount": 200},
                        {"line": 20, "title": "Total expenses", "amount": 200},
                        {"line": 21, "title": "Line 3 less line 20", "amount": 149800},
                    ],
                    "shared": 0,
                }
            ],
        }
    ],
}
REFUSED: Final = (
    NotAllowed(FOR_LANDLORDS),
    InvalidInput("Say whose report: landlord, payee or property.", param="landlord", code="parameter_missing"),
    InvalidInput("No such property: prop_nowhere.", param="property", code="resource_missing"),
    NotYetKnown("known_at lies in the future", param="known_at"),
    EntriesArchived("Entries that this report needs are archived: attach their months again to ask.", param="known_at"),
    NotKnownHere("These books were imported later.", param="known_at"),
)
