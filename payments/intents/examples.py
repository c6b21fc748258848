"""Payment intents in the story of directpay/api/examples.py: one is paid, one waits for its deposits, one is given up."""

from typing import Any, Final

from directpay.api.examples import (
    BANK,
    BOB,
    CARD,
    CARD_INTENT,
    CARD_PAYMENT,
    COMMON,
    CREATED,
    DROPPED_INTENT,
    INTENT,
    INTENT_PAYMENT,
    LEASE,
    PROVEN_PAYMENT,
    UNPROVEN_BANK,
    UNPROVEN_INTENT,
    Ask,
)
from directpay.kernel.errors import InvalidInput, NotAllowed
from payments.intents.actions.change import IntentUnexpectedState
from payments.intents.models import PaymentIntent
from payments.intents.rendering import NOTHING, OPTIONS
from payments.methods.actions import AmountsWrong, NotVerifiable
from payments.methods.parameters.sources import NotTheCustomers
from payments.methods.queries import BankAccountNotVerified
from payments.methods.rendering import US_BANK_ACCOUNT
from payments.payins.actions.initiate import AmountTooSmall
from payments.payins.examples import NOT_PAID, NOT_PAID_BY_CARD, NOT_PAID_BY_WALLET

SHOWN: Final[dict[str, Any]] = {
    "id": INTENT,
    "object": "payment_intent",
    **NOTHING,
    "amount": 60000,
    "amount_capturable": 0,
    "amount_details": {"tip": {}},
    "amount_received": 0,
    "applies_to": None,
    "automatic_payment_methods": None,
    "canceled_at": None,
    "cancellation_reason": None,
    "capture_method": "automatic_async",
    "charges": {"object": "list", "url": f"/v1/charges?payment_intent={INTENT}", "has_more": False, "data": []},
    "client_secret": f"{INTENT}_secret_Y4uI7oP2lK9jH6gF3dS8aQ1wE",
    "confirmation_method": "automatic",
    "currency": "usd",
    "customer": BOB,
    "description": None,
    "last_payment_error": None,
    "latest_charge": None,
    "lease": LEASE,
    "next_action": None,
    "payment": None,
    "payment_method": None,
    "payment_method_options": {US_BANK_ACCOUNT: OPTIONS[US_BANK_ACCOUNT]},
    "payment_method_types": [US_BANK_ACCOUNT],
    "rail": "ach",
    "status": "requires_payment_method",
    **COMMON,
}
WISH: Final[dict[str, Any]] = {
    "amount": 60000,
    "currency": "usd",
    "customer": BOB,
    "lease": LEASE,
    "payment_method_types": [US_BANK_ACCOUNT],
}
AT_ONCE: Final[dict[str, Any]] = {"amount": 25000, "currency": "usd", "lease": LEASE, "payment_method": UNPROVEN_BANK, "confirm": True}
DEPOSITS: Final = {"arrival_date": CREATED, "hosted_verification_url": None, "microdeposit_type": "amounts"}


BOTH: Final[dict[str, Any]] = {"payment_method_types": sorted(OPTIONS), "payment_method_options": OPTIONS}


def _of(intent: str) -> dict[str, Any]:
    """What hangs on the id."""
    url = f"/v1/charges?payment_intent={intent}"
    return {
        **BOTH,
        "id": intent,
        "client_secret": f"{intent}_secret_Y4uI7oP2lK9jH6gF3dS8aQ1wE",
        "charges": {**SHOWN["charges"], "url": url},
    }


WAITING: Final = {
    **_of(UNPROVEN_INTENT),
    "amount": 25000,
    "status": "requires_action",
    "payment_method": UNPROVEN_BANK,
    "next_action": {"type": "verify_with_microdeposits", "verify_with_microdeposits": DEPOSITS},
}
SENT: Final = {"status": "processing", "payment_method": BANK, "payment": INTENT_PAYMENT, "latest_charge": INTENT_PAYMENT}
BY_CARD: Final[dict[str, Any]] = {
    "amount": 30000,
    "currency": "usd",
    "customer": BOB,
    "lease": LEASE,
    "payment_method": CARD,
    "capture_method": "manual",
    "confirm": True,
}
PROMISED: Final[dict[str, Any]] = {
    **_of(CARD_INTENT),
    "amount": 30000,
    "capture_method": "manual",
    "payment_method": CARD,
    "payment": CARD_PAYMENT,
    "latest_charge": CARD_PAYMENT,
    "rail": "card",
    "status": "processing",
}
DROPPED: Final = {**_of(DROPPED_INTENT), "amount": 150000, "customer": None, "lease": None}
CREATED_ASKS: Final = {
    "intent": Ask(WISH),
    "unproven_intent": Ask(AT_ONCE, answer=WAITING),
    "dropped_intent": Ask({"amount": 150000, "currency": "usd"}, answer=DROPPED),
    "card_intent": Ask(BY_CARD, answer=PROMISED),
}
UPDATED: Final = {"intent": Ask({"description": "Part of December"}, INTENT, {"description": "Part of December"})}
CONFIRMED: Final = {"intent": Ask({"payment_method": BANK}, INTENT, SENT)}
CAPTURED: Final = {"card_intent": Ask({"amount_to_capture": 20000}, CARD_INTENT, PROMISED)}
GIVEN_UP: Final = {
    "dropped_intent": Ask(
        {"cancellation_reason": "abandoned"},
        DROPPED_INTENT,
        {**DROPPED, "status": "canceled", "canceled_at": CREATED, "cancellation_reason": "abandoned"},
    )
}
PROVEN_ANSWER: Final = {
    **_of(UNPROVEN_INTENT),
    **SENT,
    "amount": 25000,
    "latest_charge": PROVEN_PAYMENT,
    "payment": PROVEN_PAYMENT,
    "payment_method": UNPROVEN_BANK,
}
PROVEN: Final = {"unproven_intent": Ask({"amounts": [32, 45]}, UNPROVEN_INTENT, PROVEN_ANSWER)}


def unexpected(said: str) -> IntentUnexpectedState:
    """As it is answered: with the intent as it stands."""
    fault = IntentUnexpectedState(said, PaymentIntent())
    fault.details = {"payment_intent": SHOWN}
    return fault


NO_SUCH: Final = (
    InvalidInput("No such bank account: ba_nowhere.", param="payment_method", code="resource_missing"),
    NotTheCustomers("This bank account does not belong to the customer of this payment intent.", param="payment_method"),
)
TOO_LATE: Final = unexpected("The status of this payment intent is processing: it can be paid and changed no more.")
NOTHING_TO_PAY_WITH: Final = unexpected(
    "The status of this payment intent is requires_payment_method: name a payment_method to confirm it with."
)
NOT_MADE: Final = (
    *NO_SUCH,
    NOTHING_TO_PAY_WITH,
    *NOT_PAID,
    *NOT_PAID_BY_CARD,
    *NOT_PAID_BY_WALLET[2:],
    InvalidInput("Say who pays with this card.", param="customer", code="parameter_missing"),
    InvalidInput("This payment intent is paid with us_bank_account.", param="payment_method", code="payment_method_type_not_allowed"),
    BankAccountNotVerified("This bank account is not verified and cannot be paid from.", param="payment_method"),
)
NOT_CHANGED: Final = (*NO_SUCH, TOO_LATE, NotAllowed("Only who made a payment intent changes it; its payer confirms it."))
NOT_CONFIRMED: Final = (
    *NOT_MADE,
    TOO_LATE,
    NotAllowed("Only the owner of a bank account pays from it."),
)
NOT_GIVEN_UP: Final = (
    unexpected("You cannot cancel this payment intent because it has a status of processing."),
    NotAllowed("Only who made a payment intent changes it; its payer confirms it."),
)
NOT_CAPTURED: Final = (
    unexpected("This payment intent has a status of processing, and only one of requires_capture can be captured."),
    NotAllowed("Who is paid decides what is taken."),
    InvalidInput("At most $300.00 can be captured.", param="amount_to_capture", code="amount_too_large", capturable=30000),
    AmountTooSmall("The fee of it is $0.31: capture more.", param="amount_to_capture"),
)
NOT_PROVEN: Final = (
    *NOT_CONFIRMED,
    AmountsWrong("These are not the amounts. Tries left: 2.", param="amounts", tries_left=2),
    NotVerifiable("This account is not waiting for its deposits to be named.", bank_account=UNPROVEN_BANK),
)
