"""Mandates in the story of directpay/api/examples.py: Bob allows his account to be debited, twice by mistake, and takes the second back."""

from typing import Any, Final

from directpay.api.examples import BANK, BOB, COMMON, CREATED, MANDATE, TAKEN_BACK, Ask
from directpay.kernel.errors import InvalidInput, NotAllowed
from payments.methods.mandates.queries import MandateMissing
from payments.methods.mandates.texts import NEWEST, TEXTS
from payments.methods.queries import BankAccountNotVerified

ACCEPTANCE: Final[dict[str, Any]] = {"type": "online", "online": {"ip_address": "192.0.2.7", "user_agent": "Mozilla/5.0"}}
AGREES: Final[dict[str, Any]] = {"bank_account": BANK, "language": "en", "customer_acceptance": ACCEPTANCE}
TEXT: Final = TEXTS[NEWEST]["en"].format(bank="First Linden Bank", last4="6789")
SHOWN: Final[dict[str, Any]] = {
    "id": MANDATE,
    "object": "mandate",
    "type": "multi_use",
    "status": "active",
    "bank_account": BANK,
    "payment_method": BANK,
    "customer": BOB,
    "customer_acceptance": {**ACCEPTANCE, "accepted_at": CREATED},
    "text": TEXT,
    "text_version": NEWEST,
    "language": "en",
    "revoked_at": None,
    "revoked_reason": None,
    **COMMON,
}
SHOWN_TEXT: Final[dict[str, Any]] = {"object": "mandate_text", "bank_account": BANK, "language": "en", "text_version": NEWEST, "text": TEXT}
ASKS: Final = {"mandate": Ask(AGREES), "mandate_taken_back": Ask(AGREES, answer={"id": TAKEN_BACK})}
REVOKES: Final = {"revoked": Ask({}, TAKEN_BACK, {"status": "inactive", "revoked_at": CREATED, "revoked_reason": "revoked_by_staff"})}
REFUSED: Final = (
    BankAccountNotVerified("This bank account is not verified: name its two small deposits first.", param="bank_account"),
    InvalidInput(f"The text of today is version {NEWEST}: show that one.", param="text_version"),
    InvalidInput("No such bank account: ba_nowhere.", param="bank_account", code="resource_missing"),
    InvalidInput("Name the bank account to debit.", param="bank_account", code="parameter_missing"),
)
NOT_REVOKED: Final = (NotAllowed("Only the payer can take this back."),)
MISSING: Final = MandateMissing("This bank account has no mandate yet. Its owner must agree to one first.", param="mandate")
