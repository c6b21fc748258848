"""Autopay in the story of directpay/api/examples.py: Bob lets December be paid by itself, changes his mind about how much, and skips it."""

from typing import Any, Final

from directpay.api.examples import AUTOPAY, BANK, BOB, COMMON, LEASE, MANDATE, RUN, Ask
from directpay.kernel.errors import InvalidInput
from leases.autopay.actions.stopping import NoSuchRun
from leases.autopay.actions.turn_on import AutopayEnded, AutopayExists
from payments.methods.mandates.examples import MISSING
from payments.methods.queries import BankAccountNotVerified

ORDER: Final[dict[str, Any]] = {"lease": LEASE, "bank_account": BANK, "mandate": MANDATE, "cap_percent": 20}
NEXT: Final[dict[str, Any]] = {"id": RUN, "date": "2026-12-01", "expected_amount": 150000, "notices": ["2026-11-24", "2026-11-29"]}
SHOWN: Final[dict[str, Any]] = {
    "id": AUTOPAY,
    "object": "autopay",
    "status": "active",
    "status_reason": None,
    "lease": LEASE,
    "renter": BOB,
    "mode": "full_balance",
    "amount": None,
    "currency": "usd",
    "day_of_month": None,
    "rail": "ach",
    "bank_account": BANK,
    "mandate": MANDATE,
    "backup_bank_account": None,
    "cap_amount": None,
    "cap_percent": 20,
    "next_run": NEXT,
    **COMMON,
}
LATER: Final = {**NEXT, "id": "run_JanuaryS5dF8gH1jK4lZ7xC2", "date": "2027-01-01", "notices": ["2026-12-25", "2026-12-30"]}
AT_MOST: Final[dict[str, Any]] = {"mode": "up_to", "amount": 200000}
ASKS: Final = {"autopay": Ask(ORDER)}
CHANGES: Final = {"autopay_changed": Ask(AT_MOST, AUTOPAY, AT_MOST)}
PAUSES: Final = {"autopay_paused": Ask({"reason": "on holiday"}, AUTOPAY, {"status": "paused", "status_reason": "on holiday"})}
RESUMES: Final = {"autopay_resumed": Ask({}, AUTOPAY)}
SKIPS: Final = {"autopay_skipped": Ask({}, AUTOPAY, {"next_run": LATER})}
TURNS_OFF: Final = {"autopay_off": Ask({}, AUTOPAY, {"status": "canceled", "status_reason": "requested", "next_run": None})}
RUN_SHOWN: Final[dict[str, Any]] = {
    "id": RUN,
    "object": "autopay_run",
    "date": "2026-12-01",
    "status": "planned",
    "reason": None,
    "noticed_amount": None,
    "amount": None,
    "payments": [],
}
RUNS: Final = {"object": "list", "url": f"/v1/autopays/{AUTOPAY}/runs", "has_more": False, "data": [RUN_SHOWN]}
ON_LEASE: Final = {"object": "lease_autopay", "lease": LEASE, "on": True}
ENDED: Final = AutopayEnded("This autopay was turned off. Turn on a new one.", autopay=AUTOPAY)
WRONG: Final = (
    BankAccountNotVerified("This bank account is not verified: name its two small deposits first.", param="bank_account"),
    MISSING,
    InvalidInput("The full balance has no amount: choose up_to or fixed for one.", param="amount"),
    InvalidInput("Say which amount.", param="amount", code="parameter_missing"),
    InvalidInput("No such bank account: ba_nowhere.", param="bank_account", code="resource_missing"),
    InvalidInput("On this lease no such day is left.", param="day_of_month", code="lease_ended"),
)
REFUSED: Final = (
    *WRONG,
    AutopayExists("Autopay is on for this renter and lease already: change that one.", param="lease", autopay=AUTOPAY),
)
NOT_CHANGED: Final = (*WRONG, ENDED)
NOT_SKIPPED: Final = (NoSuchRun("On that day nothing is planned.", param="date", date="2026-12-01"), ENDED)
