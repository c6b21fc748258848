"""Stripe's published test numbers and test names, and what each leads to (docs.stripe.com/testing)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """`code` and `decline_code`: how it is declined; `disputed`: by its holder, after it was paid."""

    brand: str = "visa"
    code: str = ""
    decline_code: str = ""
    disputed: str = ""
    inquiry: bool = False  # its bank only asks
    authenticates: bool = False
    once: bool = False  # no more where it was set up
    at_once: bool = False  # straight to the available balance
    cvc_fails: bool = False
    funding: str = "credit"
    refunds: str = ""  # pending: given back later; fails: at once, and it comes back


@dataclass(frozen=True)
class Bank:
    """`code`: how a debit fails; `stuck`: it never ends."""

    code: str = ""
    stuck: bool = False


CARDS = {
    "4242424242424242": Card(),
    "5555555555554444": Card("mastercard"),
    "378282246310005": Card("amex"),
    "4000056655665556": Card(funding="debit"),
    "4000000000000002": Card(code="card_declined", decline_code="generic_decline"),
    "4000000000009995": Card(code="card_declined", decline_code="insufficient_funds"),
    "4000000000009987": Card(code="card_declined", decline_code="lost_card"),
    "4000000000009979": Card(code="card_declined", decline_code="stolen_card"),
    "4000000000000069": Card(code="expired_card", decline_code="expired_card"),
    "4000000000000127": Card(code="incorrect_cvc", decline_code="incorrect_cvc"),
    "4000000000000119": Card(code="processing_error", decline_code="processing_error"),
    "4000000000000101": Card(cvc_fails=True),
    "4000000000000259": Card(disputed="fraudulent"),
    "4000000000001976": Card(disputed="fraudulent", inquiry=True),
    "4000000000000077": Card(at_once=True),
    "4000000000007726": Card(refunds="pending"),
    "4000000000005126": Card(refunds="fails"),
    "4000002500003155": Card(authenticates=True, once=True),
    "4000002760003184": Card(authenticates=True),
}
BANKS = {
    "000123456789": Bank(),
    "000111111113": Bank("account_closed"),
    "000111111116": Bank("no_account"),
    "000222222227": Bank("insufficient_funds"),
    "000333333335": Bank("debit_not_authorized"),
    "000000000009": Bank(stuck=True),
}
CARD_NAMES = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_visa_debit": "4000056655665556",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedLostCard": "4000000000009987",
    "pm_card_visa_chargeDeclinedStolenCard": "4000000000009979",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_createDispute": "4000000000000259",
    "pm_card_createDisputeInquiry": "4000000000001976",
    "pm_card_bypassPending": "4000000000000077",
    "pm_card_pendingRefund": "4000000000007726",
    "pm_card_refundFail": "4000000000005126",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
}
BANK_NAMES = {
    "pm_usBankAccount_success": "000123456789",
    "pm_usBankAccount_accountClosed": "000111111113",
    "pm_usBankAccount_noAccount": "000111111116",
    "pm_usBankAccount_insufficientFunds": "000222222227",
    "pm_usBankAccount_debitNotAuthorized": "000333333335",
    "pm_usBankAccount_processing": "000000000009",
}
MESSAGES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "incorrect_number": "Your card number is incorrect.",
    "account_closed": "The customer's bank account has been closed.",
    "no_account": "The customer's bank account could not be located.",
    "debit_not_authorized": "The customer has notified their bank that this payment was unauthorized.",
}


def right_number(digits: str) -> bool:
    """Luhn's check (ISO/IEC 7812-1)."""
    doubled = [int(d) * (2 if n % 2 else 1) for n, d in enumerate(reversed(digits))]
    return digits.isdigit() and len(digits) >= 13 and sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
