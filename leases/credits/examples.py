"""Credits in the story of directpay/api/examples.py: the water was read wrongly."""

from typing import Any, Final

from directpay.api.examples import BOB, COMMON, CREDIT, GIVEN_TO_BOB, LEASE, MATES_LEASE, WATER, Ask
from directpay.kernel.errors import InvalidInput, NotAllowed
from leases.credits.actions import CreditTooLarge

WATER_BACK: Final[dict[str, Any]] = {"amount": 4200, "reason": "The meter was read wrongly", "charge": WATER}
SHOWN: Final[dict[str, Any]] = {
    "id": CREDIT,
    "object": "credit",
    "lease": LEASE,
    "renter": None,
    "kind": "credit",
    **WATER_BACK,
    "currency": "usd",
    "granted_on": "2026-11-02",
    **COMMON,
}
TO_BOB: Final[dict[str, Any]] = {"amount": 80000, "reason": "He painted the stairs", "renter": BOB}
ASKS: Final = {
    "credit": Ask(WATER_BACK, LEASE),
    "credit_of_one": Ask(TO_BOB, MATES_LEASE, {"id": GIVEN_TO_BOB, "lease": MATES_LEASE, "charge": None, **TO_BOB}),
}
REFUSED: Final = (
    CreditTooLarge("Nothing is owed that could be written off.", param="amount", owed=0),
    InvalidInput("No such charge on this lease: chg_nowhere.", param="charge", code="resource_missing"),
    InvalidInput("Several owe on this lease, each a share: say which renter.", param="renter", code="parameter_missing"),
    NotAllowed("Credits are granted by the landlord."),
)
