"""Setup intents in the story of directpay/api/examples.py: Bob keeps a card, proves a bank account, and gives one up."""

from typing import Any, Final

from directpay.api.examples import BANK_SETUP, BOB, COMMON, CREATED, DROPPED_SETUP, SETUP, SETUP_BANK, SETUP_MANDATE, SPARE_CARD, Ask
from directpay.kernel.errors import InvalidInput, NotAllowed
from directpay.people.actions.change_user import UserDeleted
from payments.methods.actions import AmountsWrong, NotVerifiable
from payments.methods.cards.actions import CardDetached
from payments.methods.cards.checks import CardRefused
from payments.methods.mandates.queries import MandateMissing
from payments.methods.parameters.sources import NotTheCustomers
from payments.methods.queries import BankAccountNotVerified
from payments.methods.rendering import CARD
from payments.setup_intents.actions.change import SetupUnexpectedState
from payments.setup_intents.models import SetupIntent
from payments.setup_intents.rendering import NOTHING, OPTIONS

SECRET: Final = "_secret_Y4uI7oP2lK9jH6gF3dS8aQ1wE"  # noqa: S105 (an example)
SHOWN: Final[dict[str, Any]] = {
    "id": SETUP,
    "object": "setup_intent",
    **NOTHING,
    "cancellation_reason": None,
    "client_secret": f"{SETUP}{SECRET}",
    "customer": BOB,
    "description": None,
    "last_setup_error": None,
    "mandate": None,
    "next_action": None,
    "payment_method": None,
    "payment_method_options": {CARD: OPTIONS[CARD]},
    "payment_method_types": [CARD],
    "status": "requires_payment_method",
    "usage": "off_session",
    **COMMON,
}
DEPOSITS: Final = {"arrival_date": CREATED, "hosted_verification_url": None, "microdeposit_type": "amounts"}
BOTH: Final[dict[str, Any]] = {"payment_method_types": sorted(OPTIONS), "payment_method_options": OPTIONS}
AGREED: Final = {"customer_acceptance": {"type": "online", "online": {"ip_address": "192.0.2.7", "user_agent": "Mozilla/5.0"}}}
OF_BANK: Final[dict[str, Any]] = {**BOTH, "id": BANK_SETUP, "client_secret": f"{BANK_SETUP}{SECRET}", "payment_method": SETUP_BANK}
WAITING: Final[dict[str, Any]] = {
    **OF_BANK,
    "status": "requires_action",
    "next_action": {"type": "verify_with_microdeposits", "verify_with_microdeposits": DEPOSITS},
}
DROPPED: Final[dict[str, Any]] = {**BOTH, "id": DROPPED_SETUP, "client_secret": f"{DROPPED_SETUP}{SECRET}", "customer": None}
ASKS: Final = {
    "setup": Ask({"customer": BOB, "payment_method_types": [CARD]}),
    "bank_setup": Ask({"customer": BOB, "payment_method": SETUP_BANK, "confirm": True, "mandate_data": AGREED}, answer=WAITING),
    "dropped_setup": Ask({"usage": "on_session"}, answer={**DROPPED, "usage": "on_session"}),
}
UPDATED: Final = {"setup": Ask({"description": "For next year"}, SETUP, {"description": "For next year"})}
CONFIRMED: Final = {
    "setup": Ask({"payment_method": "pm_card_visa"}, SETUP, {"status": "processing", "payment_method": SPARE_CARD}),
}
GIVEN_UP: Final = {
    "dropped_setup": Ask(
        {"cancellation_reason": "abandoned"},
        DROPPED_SETUP,
        {**DROPPED, "usage": "on_session", "status": "canceled", "cancellation_reason": "abandoned"},
    )
}
PROVEN: Final = {
    "bank_setup": Ask({"amounts": [32, 45]}, BANK_SETUP, {**OF_BANK, "status": "succeeded", "mandate": SETUP_MANDATE}),
}


def unexpected(said: str) -> SetupUnexpectedState:
    """As it is answered: with the setup intent as it stands."""
    fault = SetupUnexpectedState(said, SetupIntent())
    fault.details = {"setup_intent": SHOWN}
    return fault


TOO_LATE: Final = unexpected("The status of this setup intent is succeeded: it can be changed no more.")
NO_SUCH: Final = (
    InvalidInput("No such payment method: 'ba_nowhere'.", param="payment_method", code="resource_missing"),
    NotTheCustomers("This payment method does not belong to the customer of this setup intent.", param="payment_method"),
    InvalidInput("This setup intent sets up card.", param="payment_method", code="payment_method_type_not_allowed"),
    CardDetached("This payment method was detached, and cannot be used again: make a new one.", payment_method=SPARE_CARD),
)
NOT_SET_UP: Final = (
    CardRefused("This card has expired.", param="payment_method", code="expired_card"),
    InvalidInput("Whoever processes this card is not set up here.", param="payment_method", code="setup_not_available"),
    BankAccountNotVerified("This bank account is not verified and cannot be any more.", param="payment_method"),
    MandateMissing("This bank account has no mandate yet. Its owner must agree to one first.", param="mandate_data"),
    UserDeleted("This person was deleted.", param="customer"),
    NotAllowed("Only the owner of a payment method sets it up."),
)
NOT_MADE: Final = (
    *NO_SUCH,
    *NOT_SET_UP,
    InvalidInput("The address is not https.", param="return_url", code="url_invalid"),
    unexpected("The status of this setup intent is requires_payment_method: name a payment_method to confirm it with."),
)
NOT_CHANGED: Final = (*NO_SUCH, TOO_LATE, NotAllowed("Only who made a setup intent changes it; its customer confirms it."))
NOT_CONFIRMED: Final = (*NOT_MADE, TOO_LATE)
NOT_GIVEN_UP: Final = (
    unexpected("You cannot cancel this setup intent because it has a status of succeeded."),
    NotAllowed("Only who made a setup intent, or its customer, gives it up."),
)
NOT_PROVEN: Final = (
    unexpected("This setup intent has a status of succeeded: it waits for no deposits."),
    InvalidInput("Its owner names the deposits.", param="payment_method", code="resource_missing"),
    AmountsWrong("These are not the amounts. Tries left: 2.", param="amounts", tries_left=2),
    NotVerifiable("This account is not waiting for its deposits to be named.", bank_account=SETUP_BANK),
)
