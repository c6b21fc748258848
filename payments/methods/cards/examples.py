"""Cards in the story of directpay/api/examples.py: Bob types one in, keeps it, and lets go of another."""

from typing import Any, Final

from directpay.api.examples import BOB, CARD, CARD_NUMBER, COMMON, CREATED, SPARE_CARD, TOKEN, Ask
from directpay.kernel.errors import InvalidInput
from payments.methods.cards.actions import CardDetached, TokenExpired, TokenUsed
from payments.methods.cards.checks import CardRefused, TestModeOnly

TYPED: Final[dict[str, Any]] = {"number": CARD_NUMBER, "exp_month": 11, "exp_year": 2029, "cvc": "314", "name": "Bob Brown"}
FACTS: Final[dict[str, Any]] = {
    "brand": "visa",
    "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
    "exp_month": 11,
    "exp_year": 2029,
    "fingerprint": "5f0a6e0c9b7d4132",
    "funding": "credit",
    "last4": CARD_NUMBER[-4:],
    "network": "visa",
}
TOKEN_SHOWN: Final[dict[str, Any]] = {
    "id": TOKEN,
    "object": "token",
    "type": "card",
    "card": {**FACTS, "object": "card", "name": "Bob Brown"},
    "used": False,
    "expires_at": CREATED + 600,
    **COMMON,
}
TOKENS: Final = {"token": Ask({"card": TYPED})}
BILLED: Final[dict[str, Any]] = {"address": None, "email": None, "name": "Bob Brown", "phone": None}
SHOWN: Final[dict[str, Any]] = {
    "id": CARD,
    "object": "payment_method",
    "type": "card",
    "customer": None,
    "billing_details": BILLED,
    "card": FACTS,
    **COMMON,
}
SPARE: Final[dict[str, Any]] = {
    "id": SPARE_CARD,
    "billing_details": {**BILLED, "name": None},
    "card": {**FACTS, "exp_year": 2027, "checks": {**FACTS["checks"], "cvc_check": "unchecked"}},
}
ASKS: Final = {
    "card": Ask({"type": "card", "card": {"token": TOKEN}}),
    "spare_card": Ask({"type": "card", "card": {"token": "tok_visa"}}, answer=SPARE),
}
RENEWED: Final[dict[str, Any]] = {"card": {**FACTS, "exp_year": 2030}, "metadata": {"note": "renewed"}}
UPDATES: Final = {"card": Ask({"card": {"exp_year": 2030}, "metadata": {"note": "renewed"}}, CARD, RENEWED)}
KEPT: Final[dict[str, Any]] = {**RENEWED, "customer": BOB}
ATTACHES: Final = {"card": Ask({"customer": BOB}, CARD, KEPT)}
DETACHES: Final = {"spare_card": Ask({}, SPARE_CARD, SPARE)}

GONE: Final = CardDetached("This card was detached, and cannot be used again: make a new one.", payment_method=SPARE_CARD)
BANKS_STAY: Final = InvalidInput("A bank account stays its owner's, and as it is.", param="payment_method")
EXPIRED: Final = (
    CardRefused("A card expires in a month from 1 to 12.", param="card[exp_month]", code="invalid_expiry_month"),
    CardRefused("This card has expired, or that is no year.", param="card[exp_year]", code="invalid_expiry_year"),
)
NOT_TYPED: Final = (
    CardRefused("This is not the number of a card: its check digit does not fit.", param="card[number]", code="incorrect_number"),
    TestModeOnly("This is a sandbox: it takes published test numbers only.", param="card[number]", decline_code="test_mode_live_card"),
    *EXPIRED,
    CardRefused("The security code of this card has 3 digits.", param="card[cvc]", code="invalid_cvc"),
)
NOT_MADE: Final = (
    InvalidInput(f"No such token: {TOKEN}.", param="card[token]", code="resource_missing"),
    TokenUsed("This token was used already: it is good for one card.", param="card[token]"),
    TokenExpired("This token has expired: type the card in again.", param="card[token]"),
)
NOT_ATTACHED: Final = (GONE, BANKS_STAY, InvalidInput("No such user: usr_nobody.", param="customer", code="resource_missing"))
