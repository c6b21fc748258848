"""Transfers in the story of directpay/api/examples.py: Bob and Carol share 4C; Bob's credit pays some of hers; both move to 5D."""

from typing import Any, Final

from directpay.api.examples import BOB, CAROL, COMMON, LEASE, MATES_LEASE, NEXT_LEASE, NEXT_UNIT, TRANSFER, Ask
from directpay.kernel.errors import InvalidInput, NotAllowed
from leases.contracts.actions import LeaseOverlaps
from leases.rent.api.examples import MATES
from leases.transfers.actions import LeaseMovedOn, NotThatMuchAhead

GIVES: Final[dict[str, Any]] = {"from_renter": BOB, "to_renter": CAROL, "amount": 5000, "reason": "As both have agreed"}
SHOWN: Final[dict[str, Any]] = {
    "id": TRANSFER,
    "object": "transfer",
    "lease": MATES_LEASE,
    **GIVES,
    "from_lease": MATES_LEASE,
    "to_lease": MATES_LEASE,
    "charge": None,
    "currency": "usd",
    "transferred_on": "2026-11-02",
    **COMMON,
}
GIVEN: Final = {"credit_transfer": Ask(GIVES, MATES_LEASE)}
NOT_GIVEN: Final = (
    NotThatMuchAhead("At most $50.00 has been paid ahead.", param="amount", ahead=5000),
    NotThatMuchAhead("Nothing is owed there that is not on its way.", param="amount", owed=0),
    InvalidInput("Say why: both renters read it.", param="reason", code="parameter_missing"),
    NotAllowed("What another has paid ahead is not yours to give."),
)
THERE: Final[dict[str, Any]] = {"unit": NEXT_UNIT, "from_date": "2027-02-01", "rent_amount": 160000}
START: Final = {"start_date": THERE["from_date"], "rent_amount": THERE["rent_amount"]}
MOVED: Final = {"moved": Ask(THERE, MATES_LEASE, {**MATES, "id": NEXT_LEASE, "unit": NEXT_UNIT, **START, "status": "upcoming"})}
NOT_MOVED: Final = (
    LeaseMovedOn("The renters of this lease have gone to another unit already.", lease=NEXT_LEASE),
    LeaseOverlaps("This unit is let in these days already.", param="start_date", lease=LEASE),
    InvalidInput("What is owed goes along to a unit of the same owner's alone, in the same currency.", param="unit"),
    NotAllowed("Leases are changed by the landlord."),
)
