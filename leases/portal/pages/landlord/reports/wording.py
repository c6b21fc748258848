"""The lines of reports as a person reads them."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as later

SECTIONS: Final = {"income": later("Income"), "taken_back": later("Taken back"), "expense": later("Fees and costs")}
NAMES: Final = {
    "rent": later("Rent"),
    "utilities": later("Utilities"),
    "late_fees": later("Late fees"),
    "returned_payment_fees": later("Returned-payment fees"),
    "damages": later("Damages and kept deposits"),
    "other_income": later("Other income"),
    "advance_rent": later("Paid ahead"),
    "carried_balances": later("Balances carried over"),
    "returned_payments": later("Returned payments"),
    "bounced_receipts": later("Bounced cheques"),
    "refunds": later("Refunds"),
    "disputes_lost": later("Disputes lost"),
    "corrections": later("Corrections"),
    "concessions": later("Credits granted"),
    "payment_fees": later("Payment fees"),
    "directpay_charges": later("DirectPay charges"),
    "subscription": later("Subscription"),
    "bank_charges": later("Bank charges"),
    "bad_debt": later("Written off"),
    "received": later("Received"),
    "payouts": later("Paid out"),
    "deposit_returns": later("Deposits returned by the bank"),
    "owner_equity": later("Put in or taken out"),
    "other": later("Other"),
    "interest": later("Interest"),
    "deducted": later("Kept for damages or rent"),
    "given_back": later("Given back"),
    "returned": later("Returned by the bank"),
    "payout.paid": later("Paid out"),
    "payout.returned": later("Payouts that came back"),
    "receipt.recorded": later("Received by hand"),
    "receipt.banked": later("Brought to the bank"),
    "receipt.bounced": later("Bounced cheques"),
    "bank_charge.recorded": later("Bank charges"),
    "deposit.deducted": later("Kept from deposits"),
    "deposit.interest": later("Interest"),
    "trust.withdrawn": later("Withdrawn from trust"),
    "payment.returned": later("Returned payments"),
    "invoice.paid": later("Subscription"),
    "transaction.reversed": later("Corrections"),
}
PLACES: Final = {
    "at_directpay": later("With DirectPay"),
    "owner_bank": later("Your bank, as far as we know"),
    "undeposited": later("Cash and cheques in hand"),
    "due_from_trust": later("Earned, still in the trust bank"),
    "deposits_held": later("Deposits held for renters"),
}
STATUSES: Final = {"active": later("let"), "upcoming": later("to come"), "ended": later("ended"), "vacant": later("vacant")}


def name_of(name: str) -> str:
    return _(NAMES[name]) if name in NAMES else name


def section_of(name: str) -> str:
    return _(SECTIONS[name])


def place_of(name: str) -> str:
    return _(PLACES[name])


def status_word(name: str) -> str:
    return _(STATUSES[name])
