"""Deposits as the owner's book has them: asked, held in trust, earning, deducted from. What the engine moves stands in payments.payouts.

`party` is the subject that a party's accounts share (lease and party); `trust_bank` that of the trust bank account.
"""

from datetime import date, datetime

from ledger.journal.kinds import CREDIT, AccountKind
from ledger.journal.models import Account
from payments.chart.accounts import of_payee
from payments.chart.drafts import Draft, cr, dr, posts
from payments.chart.kinds import NO_PROPERTY
from payments.chart.owners import own

own(
    __name__,
    AccountKind(
        "L2240",
        "trust cushion",
        CREDIT,
        "trust",
        "zero",
        one_per="trust bank account",
        meaning="owner's own money against bank fees, where allowed",
    ),
)


@posts("charge.due", rows="K1")
def deposit_due(*, charge: str, payee: str, currency: str, party: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """A deposit is asked for; that is no income."""
    lines = [dr(of_payee("L1510", payee, currency, party), amount_minor), cr(of_payee("L2250", payee, currency), amount_minor)]
    return Draft(charge, on, at, lines)


@posts("receipt.recorded", rows="K16")
def deposit_receipt_recorded(
    *, receipt: str, payee: str, currency: str, party: str, trust_bank: str, amount_minor: int, on: date, at: datetime
) -> Draft:
    """A deposit cheque was banked straight into the trust bank."""
    lines = [
        dr(of_payee("L1310", payee, currency, trust_bank), amount_minor),
        cr(of_payee("L2200", payee, currency, party), amount_minor),
        dr(of_payee("L2250", payee, currency), amount_minor),
        cr(of_payee("L1510", payee, currency, party), amount_minor),
    ]
    return Draft(receipt, on, at, lines)


@posts("deposit.interest", rows="K7")
def deposit_interest(
    *,
    interest: str,
    payee: str,
    currency: str,
    party: str,
    trust_bank: str,
    renters_minor: int,
    on: date,
    at: datetime,
    owners_minor: int = 0,
    property_id: str = NO_PROPERTY,
) -> Draft:
    """The trust bank pays interest: the renter's part is held, the owner's is earned and due from trust."""
    lines = [
        dr(of_payee("L1310", payee, currency, trust_bank), renters_minor + owners_minor),
        cr(of_payee("L2210", payee, currency, party), renters_minor),
        cr(of_payee("L2230", payee, currency, trust_bank), owners_minor),
        dr(of_payee("L1330", payee, currency, trust_bank), owners_minor),
        cr(of_payee("L4800", payee, currency, property_id), owners_minor),
    ]
    return Draft(interest, on, at, lines)


@posts("deposit.deducted", rows="K9 K22")
def deposit_deducted(
    *, deduction: str, payee: str, receivable: Account, party: str, trust_bank: str, amount_minor: int, on: date, at: datetime
) -> Draft:
    """Applied to damages or unpaid rent of `receivable`: the owner has earned it, and it lies in the trust bank until withdrawn."""
    currency = receivable.currency
    lines = [
        dr(of_payee("L2200", payee, currency, party), amount_minor),
        cr(of_payee("L2230", payee, currency, trust_bank), amount_minor),
        dr(of_payee("L1330", payee, currency, trust_bank), amount_minor),
        cr(receivable, amount_minor),
    ]
    return Draft(deduction, on, at, lines)


@posts("trust.withdrawn", rows="K10")
def trust_withdrawn(*, withdrawal: str, payee: str, currency: str, trust_bank: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """What the owner has earned leaves the trust bank, at once."""
    lines = [
        dr(of_payee("L1200", payee, currency), amount_minor),
        cr(of_payee("L1330", payee, currency, trust_bank), amount_minor),
        dr(of_payee("L2230", payee, currency, trust_bank), amount_minor),
        cr(of_payee("L1310", payee, currency, trust_bank), amount_minor),
    ]
    return Draft(withdrawal, on, at, lines)
