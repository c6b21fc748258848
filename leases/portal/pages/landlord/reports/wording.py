"""The lines of reports as a person reads them."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

SECTIONS: Final = {"income": gettext_noop("Income"), "taken_back": gettext_noop("Taken back"), "expense": gettext_noop("Fees and costs")}
NAMES: Final = {
    "rent": gettext_noop("Rent"),
    "utilities": gettext_noop("Utilities"),
    "late_fees": gettext_noop("Late fees"),
    "returned_payment_fees": gettext_noop("Returned-payment fees"),
    "damages": gettext_noop("Damages and kept deposits"),
    "other_income": gettext_noop("Other income"),
    "advance_rent": gettext_noop("Paid ahead"),
    "carried_balances": gettext_noop("Balances carried over"),
    "returned_payments": gettext_noop("Returned payments"),
    "bounced_receipts": gettext_noop("Bounced cheques"),
    "refunds": gettext_noop("Refunds"),
    "disputes_lost": gettext_noop("Disputes lost"),
    "corrections": gettext_noop("Corrections"),
    "concessions": gettext_noop("Credits granted"),
    "payment_fees": gettext_noop("Payment fees"),
    "directpay_charges": gettext_noop("DirectPay charges"),
    "subscription": gettext_noop("Subscription"),
    "bank_charges": gettext_noop("Bank charges"),
    "bad_debt": gettext_noop("Written off"),
    "received": gettext_noop("Received"),
    "payouts": gettext_noop("Paid out"),
    "deposit_returns": gettext_noop("Deposits returned by the bank"),
    "owner_equity": gettext_noop("Put in or taken out"),
    "other": gettext_noop("Other"),
    "interest": gettext_noop("Interest"),
    "deducted": gettext_noop("Kept for damages or rent"),
    "given_back": gettext_noop("Given back"),
    "returned": gettext_noop("Returned by the bank"),
    "payout.paid": gettext_noop("Paid out"),
    "payout.returned": gettext_noop("Payouts that came back"),
    "receipt.recorded": gettext_noop("Received by hand"),
    "receipt.banked": gettext_noop("Brought to the bank"),
    "receipt.bounced": gettext_noop("Bounced cheques"),
    "bank_charge.recorded": gettext_noop("Bank charges"),
    "deposit.deducted": gettext_noop("Kept from deposits"),
    "deposit.interest": gettext_noop("Interest"),
    "trust.withdrawn": gettext_noop("Withdrawn from trust"),
    "payment.returned": gettext_noop("Returned payments"),
    "invoice.paid": gettext_noop("Subscription"),
    "transaction.reversed": gettext_noop("Corrections"),
}
PLACES: Final = {
    "at_directpay": gettext_noop("With DirectPay"),
    "owner_bank": gettext_noop("Your bank, as far as we know"),
    "undeposited": gettext_noop("Cash and cheques in hand"),
    "due_from_trust": gettext_noop("Earned, still in the trust bank"),
    "deposits_held": gettext_noop("Deposits held for renters"),
}
STATUSES: Final = {
    "active": gettext_noop("let"),
    "upcoming": gettext_noop("to come"),
    "ended": gettext_noop("ended"),
    "vacant": gettext_noop("vacant"),
}


def name_of(name: str) -> str:
    return _(NAMES[name]) if name in NAMES else name


def section_of(name: str) -> str:
    return _(SECTIONS[name])


def place_of(name: str) -> str:
    return _(PLACES[name])


def status_word(name: str) -> str:
    return _(STATUSES[name])
