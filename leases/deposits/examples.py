"""Deposits in the story of directpay/api/examples.py: Alice names where she keeps them."""

from typing import Any, Final

from directpay.api.examples import BANK, COMMON, LEASE, PAYEE, TRUST_ACCOUNT, TRUST_BANK, Ask
from directpay.kernel.errors import InvalidInput, NotAllowed
from leases.deposits.actions.name_trust_bank import TrustAccountNamed
from payments.methods.queries import BankAccountNotVerified

NAMED: Final[dict[str, Any]] = {"bank_account": TRUST_ACCOUNT, "state": "OH"}
SHOWN: Final[dict[str, Any]] = {
    "id": TRUST_BANK,
    "object": "trust_bank",
    **NAMED,
    "payee": PAYEE,
    "currency": "usd",
    "bank_name": "First Linden Bank",
    "last4": "6789",
    **COMMON,
}
ASKS: Final = {"trust_bank": Ask(NAMED)}
REFUSED: Final = (
    TrustAccountNamed("Deposits of this state have their trust account already.", param="bank_account"),
    InvalidInput("A state is two letters, like OH.", param="state"),
    InvalidInput(f"No such bank account: {BANK}.", param="bank_account", code="resource_missing"),
    NotAllowed("Trust accounts are named by the landlord."),
)
REPLACES: Final = {"trust_account_replaced": Ask({"bank_account": TRUST_ACCOUNT}, TRUST_BANK)}
NOT_REPLACED: Final = (
    BankAccountNotVerified("This bank account is not verified: name its two small deposits first.", param="bank_account"),
    TrustAccountNamed("This account keeps the deposits of another state.", param="bank_account"),
    InvalidInput("The account has another currency than the deposits.", param="bank_account"),
    InvalidInput(f"No such bank account: {BANK}.", param="bank_account", code="resource_missing"),
    NotAllowed("Trust accounts are named by the landlord."),
)
DEPOSIT: Final[dict[str, Any]] = {"object": "lease_deposit", "lease": LEASE, "currency": "usd", "asked": 0, "refused": None, "data": []}
