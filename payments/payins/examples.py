"""Payments in the story of directpay/api/examples.py: November at once, something ahead, and a part of December called off."""

from typing import Any, Final

from directpay.api.examples import (
    ACCOUNT,
    AHEAD,
    BANK,
    BOB,
    CALLED_OFF,
    CELLAR,
    COMMON,
    CREATED,
    DECEMBER,
    EVENT,
    KEY,
    LEASE,
    NOVEMBER,
    PAYEE,
    PAYMENT,
    SHARED_ACCOUNT,
    SHARED_LEASE,
    SPARE_CARD,
    Ask,
)
from directpay.kernel.errors import InvalidInput, NotAllowed
from payments.methods.cards.actions import CardDetached
from payments.methods.cards.checks import CardRefused
from payments.methods.cards.paying import NoCardsForDeposits
from payments.methods.queries import BankAccountNotVerified
from payments.methods.wallets.paying import NoWalletsForDeposits
from payments.payins.actions.cancel import NotCancelable
from payments.payins.actions.initiate import AmountExceedsPayable, AmountTooSmall, DuplicateSuspected, ObligationInProgress

WHOLE: Final[dict[str, Any]] = {"lease": LEASE, "rail": "instant", "bank_account": BANK}
PART: Final[dict[str, Any]] = {"lease": LEASE, "rail": "ach", "bank_account": BANK, "amount": 10000, "metadata": {"note": "called off"}}
SHOWN: Final[dict[str, Any]] = {
    "id": PAYMENT,
    "object": "payment",
    "status": "initiated",
    "amount": 150000,
    "amount_charged": 150000,
    "amount_refunded": 0,
    "currency": "usd",
    "fee": 100,
    "fee_payer": "payee",
    "tax": 0,
    "net": 149900,
    "applies_to": ACCOUNT,
    "charges": [{"charge": NOVEMBER, "amount": 150000}],
    "expected_on": "2026-11-02",
    "completed_on": None,
    "failure_code": None,
    "failure_message": None,
    "next_action": None,
    "lease": LEASE,
    "payer": BOB,
    "payee": PAYEE,
    "rail": "instant",
    "bank_account": BANK,
    "payment_method": BANK,
    "reference": "DP-R5TY-8UI3",
    **COMMON,
}
OFF: Final[dict[str, Any]] = {
    "id": CALLED_OFF,
    "amount": 10000,
    "amount_charged": 10000,
    "fee": 200,
    "net": 9800,
    "charges": [{"charge": DECEMBER, "amount": 10000}],
    "expected_on": "2026-11-06",
    "rail": "ach",
    "reference": "DP-G7FD-2S4A",
    "metadata": {"note": "called off"},
}
SOONER: Final[dict[str, Any]] = {**WHOLE, "lease": SHARED_LEASE, "amount": 15000}
EARLY: Final[dict[str, Any]] = {
    **SOONER,
    "id": AHEAD,
    "amount_charged": 15000,
    "net": 14900,
    "applies_to": SHARED_ACCOUNT,
    "charges": [{"charge": CELLAR, "amount": 15000}],
    "reference": "DP-5DF8-H2J3",
}
ASKS: Final = {"payment": Ask(WHOLE, answer=SHOWN), "paid_ahead": Ask(SOONER, answer=EARLY), "called_off": Ask(PART, answer=OFF)}
CALLS_OFF: Final = {"called_off": Ask({}, CALLED_OFF, {**OFF, "status": "canceled"})}
FACT: Final[dict[str, Any]] = {
    "id": EVENT,
    "object": "event",
    "type": "payment.initiated",
    "created": CREATED,
    "at": "2026-11-02T15:00:00Z",
    "actor": f"key:{KEY}",
    "from": None,
    "to": "initiated",
    "snapshot": {
        "id": PAYMENT,
        "fee": 100,
        "net": 149900,
        "tax": 0,
        "rail": "instant",
        "payee": PAYEE,
        "payer": BOB,
        "amount": 150000,
        "origin": LEASE,
        "status": "initiated",
        "currency": "usd",
        "fee_payer": "payee",
        "applies_to": ACCOUNT,
        "expected_on": "2026-11-02",
        "return_code": "",
        "tendered_on": "2026-11-02",
        "bank_account": BANK,
        "card": None,
        "failure_code": "",
        "amount_charged": 150000,
        "rail_reference": "",
    },
}
HISTORY: Final = {"object": "list", "url": f"/v1/payments/{PAYMENT}/history", "has_more": False, "data": [FACT]}
# What an attempt to pay may be refused with, wherever it is made.
NOT_PAID: Final = (
    AmountExceedsPayable("At most $3,000.00 can be paid now.", param="amount", payable=300000),
    AmountTooSmall("The fee is more than the payment.", param="amount"),
    ObligationInProgress("A payment for this is on its way already. Do not pay again: follow that one.", payment=PAYMENT, param="amount"),
    DuplicateSuspected("The same amount was paid here in the last five minutes. Send allow_duplicate if it is meant.", payment=PAYMENT),
    InvalidInput("This account takes no payments.", param="applies_to", code="account_closed"),
    InvalidInput("No such lease: lse_nowhere.", param="lease", code="resource_missing"),
    InvalidInput("This way to pay is not set up here.", param="rail", code="rail_not_available"),
    InvalidInput("Say what this pays: a lease, or an account (applies_to).", param="lease", code="parameter_missing"),
)
NOT_PAID_BY_CARD: Final = (
    CardRefused("This card has expired.", param="payment_method", code="expired_card"),
    CardDetached("This card was detached, and cannot be used again: make a new one.", payment_method=SPARE_CARD),
    NoCardsForDeposits("A deposit is not paid by card: pay it from a bank account.", param="payment_method"),
)
NOT_PAID_BY_WALLET: Final = (
    InvalidInput("Say who pays by wallet.", param="payer", code="parameter_missing"),
    InvalidInput("No such payer: usr_nowhere.", param="payer", code="resource_missing"),
    InvalidInput("PayPal takes no KWD.", param="rail", code="currency_not_supported"),
    NoWalletsForDeposits("A deposit is not paid by wallet: pay it from a bank account.", param="rail"),
)
REFUSED: Final = (
    *NOT_PAID,
    *NOT_PAID_BY_CARD,
    *NOT_PAID_BY_WALLET,
    BankAccountNotVerified("This bank account is not verified: name its two small deposits first.", param="bank_account"),
    InvalidInput("At most $1,000,000.00 at once.", param="amount", code="amount_too_large"),
)
NOT_CALLED_OFF: Final = (
    NotCancelable("This payment is processing and can no longer be called off.", payment=CALLED_OFF),
    NotAllowed("Only the payer can call a payment off."),
)
