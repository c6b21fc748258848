"""Payouts in the story of directpay/api/examples.py: Alice has a part of what is available sent to her bank."""

from typing import Any, Final

from directpay.api.examples import BANK, COMMON, OWNERS_BANK, PAYEE, PAYOUT, Ask
from directpay.kernel.errors import InvalidInput, NotAllowed
from payments.methods.queries import BankAccountNotVerified
from payments.payouts.actions.create import NotAvailable

SENT: Final[dict[str, Any]] = {"amount": 50000, "currency": "usd", "bank_account": OWNERS_BANK}
SHOWN: Final[dict[str, Any]] = {
    "id": PAYOUT,
    "object": "payout",
    "status": "created",
    "purpose": "payout",
    **SENT,
    "interest": 0,
    "payee": PAYEE,
    "rail": "payout",
    "expected_on": "2026-11-02",
    "paid_on": None,
    "for": None,
    "failure_code": None,
    "failure_message": None,
    **COMMON,
}
ASKS: Final = {"payout": Ask(SENT)}
REFUSED: Final = (
    NotAvailable("At most $0.00 is available.", param="amount", available=0),
    BankAccountNotVerified("This bank account is not verified: name its two small deposits first.", param="bank_account"),
    InvalidInput("A payout goes to a bank account of the payee's owner.", param="bank_account"),
    InvalidInput("Only deposits go to and from a trust bank account.", param="bank_account", code="bank_account_purpose"),
    InvalidInput(f"No such bank account: {BANK}.", param="bank_account", code="resource_missing"),
    NotAllowed("Payouts are asked for by the landlord."),
)
