"""Return codes of the Nacha Operating Rules that we meet, and codes of cards, with Stripe's failure code and a sentence for a person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReturnCode:
    code: str
    failure_code: str
    sentence: str
    voids_mandate: bool = False


# Of cards, as Stripe names them: the code, and the issuer's reason behind a slash.
OF_CARDS = {
    c.code: c
    for c in (
        ReturnCode("card_declined/generic_decline", "card_declined", "The bank that gave out the card declined it, without saying why."),
        ReturnCode("card_declined/insufficient_funds", "card_declined", "There was not enough on the card."),
        ReturnCode("card_declined/lost_card", "card_declined", "The bank that gave out the card declined it."),
        ReturnCode("card_declined/stolen_card", "card_declined", "The bank that gave out the card declined it."),
        ReturnCode("expired_card", "expired_card", "The card has expired."),
        ReturnCode("incorrect_cvc", "incorrect_cvc", "The security code of the card is not right."),
        ReturnCode("processing_error", "processing_error", "Something went wrong where the card is processed. Try again in a moment."),
        ReturnCode("authentication_failed", "authentication_failed", "Nobody proved to the bank to be the owner of the card."),
    )
}
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


def explain(code: str) -> ReturnCode:
    """The code's meaning; one that we do not know is passed on as the bank's own."""
    return CODES.get(code) or OF_CARDS.get(code) or ReturnCode(code, "bank_refused", "The bank refused it and gave no reason that we know.")
