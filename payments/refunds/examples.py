"""Refunds in the story of directpay/api/examples.py: Bob gets a part of November back."""

from typing import Any, Final

from directpay.api.examples import BOB, COMMON, PAYEE, PAYMENT, REFUND, Ask
from directpay.kernel.errors import InvalidInput, NotAllowed
from payments.refunds.actions.terms import SAID, AmountExceedsRefundable, NotRefundable, RefundExceedsBalance

GIVES: Final[dict[str, Any]] = {"payment": PAYMENT, "amount": 2000, "reason": "requested_by_customer"}
SHOWN: Final[dict[str, Any]] = {
    "id": REFUND,
    "object": "refund",
    "amount": 2000,
    "balance_transaction": None,
    "charge": PAYMENT,
    "currency": "usd",
    "expected_on": "2026-11-02",
    "failure_message": None,
    "failure_reason": None,
    "fee_refunded": 0,
    "payee": PAYEE,
    "payer": BOB,
    "payment": PAYMENT,
    "payment_intent": None,
    "rail": "payout",
    "reason": "requested_by_customer",
    "receipt_number": None,
    "source_transfer_reversal": None,
    "status": "pending",
    "transfer_reversal": None,
    **COMMON,
}
ASKS: Final = {"refund": Ask(GIVES)}
NOTED: Final = {"refund": Ask({"metadata": {"ticket": "7"}}, REFUND, {"metadata": {"ticket": "7"}})}
NOT_ALLOWED: Final = NotAllowed("Whoever was paid decides what goes back.")
REFUSED: Final = (
    *(NotRefundable(said, param="payment", code=code, payment=PAYMENT) for code, said in SAID.values()),
    NotRefundable("This payment is processing: only what has arrived can be given back.", param="payment", payment=PAYMENT),
    NotRefundable("A deposit goes back when its renter moves out.", param="payment", code="deposit_not_refundable"),
    NotRefundable("All of this payment went back already.", param="payment", code="charge_already_refunded"),
    AmountExceedsRefundable("At most $20.00 of it can go back.", param="amount", refundable=2000),
    RefundExceedsBalance("This payment cannot be given back so far: …", param="amount", available=500, missing=1500),
    InvalidInput("No such payment: pay_nowhere.", param="payment", code="resource_missing"),
    InvalidInput("Name one: payment, or payment_intent.", param="payment", code="parameter_missing"),
    NOT_ALLOWED,
)
NOT_NOTED: Final = (NotAllowed("Whoever was paid writes on a refund."),)
