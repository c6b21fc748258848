"""Receipts in the story of directpay/api/examples.py: Bob brings a cheque for a part of December, and it bounces."""

from typing import Any, Final

from directpay.api.examples import COMMON, LEASE, RECEIPT, Ask
from directpay.kernel.errors import InvalidInput, NotAllowed
from leases.receipts.actions import ReceiptNotBankable, ReceiptNotBounceable
from ledger.journal.actions.periods import PeriodClosed

CHEQUE: Final[dict[str, Any]] = {"lease": LEASE, "amount": 20000, "method": "check", "number": "1042"}
SHOWN: Final[dict[str, Any]] = {
    "id": RECEIPT,
    "object": "receipt",
    **CHEQUE,
    "renter": None,
    "currency": "usd",
    "note": "",
    "status": "recorded",
    "received_on": "2026-11-02",
    "banked_on": None,
    "slip": None,
    "bounced_on": None,
    **COMMON,
}
SLIP: Final = "slip_FirstL9kJ3hG6fD2sA8qW5eR"
ASKS: Final = {"receipt": Ask(CHEQUE)}
BANKS: Final = {"receipt_banked": Ask({}, RECEIPT, {"status": "banked", "banked_on": "2026-11-02", "slip": SLIP})}
BOUNCES: Final = {
    "receipt_bounced": Ask(
        {"bounced_on": "2026-11-02"},
        RECEIPT,
        {"status": "bounced", "banked_on": "2026-11-02", "slip": SLIP, "bounced_on": "2026-11-02"},
    )
}
CLOSED: Final = PeriodClosed(
    "The books are closed before 2026-11-01: choose that day or a later one.", param="received_on", first_open_on="2026-11-01"
)
REFUSED: Final = (
    InvalidInput("That day has not come yet.", param="received_on"),
    InvalidInput("No such lease: lse_nowhere.", param="lease", code="resource_missing"),
    InvalidInput("Several owe on this lease, each a share: say which renter.", param="renter", code="parameter_missing"),
    NotAllowed("Receipts are recorded by the landlord."),
    CLOSED,
)
NOT_BANKED: Final = (
    ReceiptNotBankable("This receipt is banked already.", param="receipts", receipt=RECEIPT),
    InvalidInput("It was received after that day.", param="banked_on"),
    NotAllowed("Receipts are banked by the landlord."),
    CLOSED,
)
NOT_BOUNCED: Final = (
    ReceiptNotBounceable("This receipt has bounced already.", receipt=RECEIPT),
    InvalidInput("It was not yet received, or not yet banked, on that day.", param="bounced_on"),
    NotAllowed("A receipt is said to have bounced by the landlord."),
    CLOSED,
)
