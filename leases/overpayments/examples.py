"""Refunds of overpayments in the story of directpay/api/examples.py: Bob has paid ahead for what he shares, and gets some of it back."""

from typing import Any, Final

from directpay.api.examples import AHEAD, BOB, COMMON, GIVEN_BACK, OVERPAYMENT_REFUND, SHARED_LEASE, Ask
from directpay.kernel.errors import InvalidInput, NotAllowed
from leases.overpayments.actions import FALLS_DUE, MAY_RETURN, NO_ACCOUNT, NOTHING, MoreThanIsAhead, NotGivenBack
from leases.overpayments.queries import ANNOUNCED, BY_HAND, ELSEWHERE, GRANTED, IN_FLIGHT, NOT_SETTLED, RETURNED
from payments.payouts.actions.create import NotAvailable

GIVES: Final[dict[str, Any]] = {"amount": 4000}
SHOWN: Final[dict[str, Any]] = {
    "id": OVERPAYMENT_REFUND,
    "object": "overpayment_refund",
    "lease": SHARED_LEASE,
    "renter": BOB,
    **GIVES,
    "amount_came_back": 0,
    "currency": "usd",
    "status": "pending",
    "payouts": [{"payout": GIVEN_BACK, "payment": AHEAD, "amount": 4000, "status": "created"}],
    "refunded_on": "2026-11-02",
    **COMMON,
}
ASKS: Final = {"overpayment_refund": Ask(GIVES, SHARED_LEASE)}
REFUSED: Final = (
    NotGivenBack(NOTHING, ahead=0),
    *(NotGivenBack(code, ahead=4000) for code in (NOT_SETTLED, RETURNED, BY_HAND, GRANTED, ELSEWHERE)),
    NotGivenBack(FALLS_DUE),
    NotGivenBack(IN_FLIGHT, payment=AHEAD),
    NotGivenBack(ANNOUNCED),
    NotGivenBack(MAY_RETURN, payment=AHEAD, until="2027-01-04"),
    NotGivenBack(NO_ACCOUNT, payment=AHEAD),
    MoreThanIsAhead("At most $40.00 can be given back.", param="amount", refundable=4000),
    NotAvailable("At most $0.00 is available.", param="amount", available=0),
    InvalidInput("Several owe on this lease, each a share: say which renter.", param="renter", code="parameter_missing"),
    NotAllowed("What was paid too much is given back by the landlord."),
)
