"""A bank charge in the story of directpay/api/examples.py: Alice's bank charges for a cheque that came back."""

from typing import Any, Final

from directpay.api.examples import BANK_CHARGE, COMMON, HOME, PAYEE, Ask
from directpay.kernel.errors import InvalidInput, NotAllowed
from ledger.journal.actions.periods import PeriodClosed

TAKEN: Final[dict[str, Any]] = {"property": HOME, "amount": 1200, "currency": "usd", "description": "Returned item fee"}
SHOWN: Final[dict[str, Any]] = {
    "id": BANK_CHARGE,
    "object": "bank_charge",
    "payee": PAYEE,
    **TAKEN,
    "charged_on": "2026-11-02",
    **COMMON,
}
ASKS: Final = {"bank_charge": Ask(TAKEN)}
REFUSED: Final = (
    InvalidInput("That day has not come yet.", param="charged_on"),
    InvalidInput("No such property: prop_nowhere.", param="property", code="resource_missing"),
    InvalidInput("Say whose bank it was, or which property it counts for.", param="payee", code="parameter_missing"),
    NotAllowed("Bank charges are recorded by the owner."),
    PeriodClosed("The books are closed before 2026-11-01: choose that day or a later one.", param="charged_on", first_open_on="2026-11-01"),
)
