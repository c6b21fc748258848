"""Return codes of the Nacha Operating Rules that we meet, with Stripe's failure code and a sentence for a person; and Stripe's own."""

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ReturnCode:
    code: str
    failure_code: str
    sentence: str
    voids_mandate: bool = False


CODES = {
    c.code: c
    for c in (
        ReturnCode("R01", "insufficient_funds", "There was not enough in the account when the bank looked."),
        ReturnCode("R02", "account_closed", "The account is closed."),
        ReturnCode("R03", "no_account", "The bank found no account with this number and name."),
        ReturnCode("R04", "invalid_account_number", "The account number is not one of this bank."),
        ReturnCode("R07", "authorization_revoked", "The payer took back the permission to debit.", voids_mandate=True),
        ReturnCode("R08", "payment_stopped", "The payer stopped this payment."),
        ReturnCode("R09", "uncollected_funds", "The money in the account was not yet free when the bank looked."),
        ReturnCode("R10", "debit_not_authorized", "The payer told the bank that this debit was not allowed.", voids_mandate=True),
        ReturnCode("R16", "account_frozen", "The account is frozen."),
        ReturnCode("R29", "debit_not_authorized", "The company that owns the account did not allow this debit.", voids_mandate=True),
    )
}


DECLINED = "The card's bank declined it and gave no reason."
UNREACHED = "The card's bank could not be asked just now."
LIMIT = "The card has reached a limit of its bank's."
UNSUITABLE = "The card does not pay for this kind of thing."
UNCONFIRMED = "The card's bank wanted a confirmation that did not come."
UNPROVEN = "Nobody proved to the bank to be the owner of the card."
UNUSABLE = "The card or account cannot be used any more: it must be added again."
WALLET = "PayPal did not take it from the wallet: pay again, perhaps from another card or account there."
TOO_LATE = "Nobody approved it at PayPal in time: nothing was taken."
REVOKED = "The permission to debit this account was taken back before the payment left for the bank: nothing was taken."
AMOUNT = "The amount is not one that this way to pay takes."
# Stripe's codes and decline codes (docs.stripe.com/declines/codes) → what we call it, and the sentence. Of a card that is lost, stolen or
# suspected its holder is told no more than that it was declined, as Stripe asks.
DECLINES = {
    "card_declined": ("card_declined", DECLINED),
    "generic_decline": ("card_declined", DECLINED),
    "do_not_honor": ("card_declined", DECLINED),
    "fraudulent": ("card_declined", DECLINED),
    "lost_card": ("card_declined", DECLINED),
    "stolen_card": ("card_declined", DECLINED),
    "pickup_card": ("card_declined", DECLINED),
    "restricted_card": ("card_declined", DECLINED),
    "merchant_blacklist": ("card_declined", DECLINED),
    "insufficient_funds": ("card_declined", "There was not enough on the card."),
    "expired_card": ("expired_card", "The card has expired."),
    "incorrect_cvc": ("incorrect_cvc", "The card's security code is not right."),
    "invalid_cvc": ("incorrect_cvc", "The card's security code is not right."),
    "incorrect_number": ("incorrect_number", "The card's number is not right."),
    "invalid_number": ("incorrect_number", "The card's number is not right."),
    "incorrect_zip": ("incorrect_zip", "The postal code is not the one that the card's bank knows."),
    "processing_error": ("processing_error", UNREACHED),
    "issuer_not_available": ("processing_error", UNREACHED),
    "try_again_later": ("processing_error", UNREACHED),
    "reenter_transaction": ("processing_error", UNREACHED),
    "card_velocity_exceeded": ("card_limit_exceeded", LIMIT),
    "withdrawal_count_limit_exceeded": ("card_limit_exceeded", LIMIT),
    "card_not_supported": ("card_not_supported", UNSUITABLE),
    "currency_not_supported": ("card_not_supported", UNSUITABLE),
    "transaction_not_allowed": ("card_not_supported", UNSUITABLE),
    "authentication_required": ("authentication_required", UNCONFIRMED),
    "payment_intent_authentication_failure": ("authentication_failed", UNPROVEN),
    "setup_intent_authentication_failure": ("authentication_failed", UNPROVEN),
    "authentication_failed": ("authentication_failed", UNPROVEN),
    "payment_method_missing": ("payment_method_unusable", UNUSABLE),
    "payment_method_unactivated": ("payment_method_unusable", UNUSABLE),
    "payment_method_not_available": ("payment_method_unusable", UNUSABLE),
    "bank_account_unusable": ("payment_method_unusable", UNUSABLE),
    "bank_account_unverified": ("payment_method_unusable", UNUSABLE),
    "amount_too_small": ("amount_refused", AMOUNT),
    "amount_too_large": ("amount_refused", AMOUNT),
    "charge_exceeds_source_limit": ("amount_refused", AMOUNT),
    "wallet_declined": ("wallet_declined", WALLET),
    "approval_expired": ("approval_expired", TOO_LATE),
    "mandate_revoked": ("mandate_revoked", REVOKED),
    # why what was given back did not arrive (docs.stripe.com/refunds, "Failed refunds")
    "lost_or_stolen_card": ("lost_or_stolen_card", "The card does not exist any more."),
    "expired_or_canceled_card": ("expired_or_canceled_card", "The card has expired, or its account is closed."),
    "charge_already_refunded": ("charge_already_refunded", "All of it has gone back already."),
    "charge_disputed": ("charge_disputed", "The card's bank is taking this payment back itself."),
    "charge_for_pending_refund_disputed": ("charge_disputed", "The card's bank took this payment back itself meanwhile."),
    "refund_exceeds_charge": ("refund_exceeds_charge", "So much of it is not there to be given back."),
    "balance_insufficient": ("balance_insufficient", "There was not enough with the processor."),
    "declined": ("declined", "The card's bank did not take it back, and gave no reason."),
    "merchant_request": ("merchant_request", "It was called off at the processor."),
    "refund_canceled": ("merchant_request", "It was called off at the processor."),
    "payment_returned": ("payment_returned", "The bank took the payment itself back before this left: nothing was sent."),
    "never_received": ("never_received", "It never reached the bank: no money has moved."),
}
MANDATE_REVOKED = "mandate_revoked"  # ours: the bank was never asked
NACHA = re.compile(r"R[0-9]{2}")
# What Stripe says of a bank account is the failure code of a return.
BY_NAME = {known.failure_code: known for known in reversed(CODES.values())}


def explain(code: str) -> ReturnCode:
    """The code's meaning; one that we do not know is passed on as the bank's own. Stripe's: ``card_declined/insufficient_funds``."""
    general, _, reason = code.partition("/")
    if known := CODES.get(code):
        return known
    if not reason and general in BY_NAME:
        return replace(BY_NAME[general], code=code)
    if found := DECLINES.get(reason) or DECLINES.get(general):
        return ReturnCode(code, *found)
    return ReturnCode(code, "bank_refused", "The bank refused it and gave no reason that we know.")


def return_code(code: str) -> str:
    """The Nacha code that this is, or that Stripe has another name for; empty for what is no return of a bank's."""
    if NACHA.fullmatch(code):
        return code
    return BY_NAME[code].code if code in BY_NAME else ""
