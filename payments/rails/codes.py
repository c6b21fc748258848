"""Return codes of the Nacha Operating Rules that we meet, with Stripe's failure code and a sentence for a person."""

from dataclasses import dataclass


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


def explain(code: str) -> ReturnCode:
    """The code's meaning; one that we do not know is passed on as the bank's own."""
    return CODES.get(code) or ReturnCode(code, "bank_refused", "The bank refused it and gave no reason that we know.")
