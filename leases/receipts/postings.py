"""Money that reaches the landlord by hand. `party` is the receivable account of who owes."""

from datetime import date, datetime

from ledger.journal.kinds import DEBIT, AccountKind
from ledger.journal.models import Account
from payments.chart.accounts import of_payee
from payments.chart.drafts import Draft, cr, dr, posts
from payments.chart.kinds import NO_PROPERTY
from payments.chart.owners import own

own(
    __name__,
    AccountKind("L1210", "undeposited", DEBIT, "operating", "zero", one_per="landlord", meaning="cash and cheques in hand"),
    AccountKind("L6300", "bank charges", DEBIT, "operating", "any", one_per="property", meaning="what the owner's bank charges the owner"),
)


@posts("receipt.recorded", rows="A5 A12")
def receipt_recorded(*, receipt: str, party: Account, payee: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """Cash or a cheque in the landlord's hand."""
    return Draft(receipt, on, at, [dr(of_payee("L1210", payee, party.currency), amount_minor), cr(party, amount_minor)])


@posts("receipt.banked", rows="A6")
def receipt_banked(*, slip: str, payee: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """Brought to the owner's bank, on the day of the deposit slip."""
    lines = [dr(of_payee("L1200", payee, currency), amount_minor), cr(of_payee("L1210", payee, currency), amount_minor)]
    return Draft(slip, on, at, lines)


@posts("receipt.bounced", rows="A7")
def receipt_bounced(*, receipt: str, party: Account, payee: str, amount_minor: int, banked: bool, on: date, at: datetime) -> Draft:
    """A cheque was not honoured, on the bank's date: the debt is open again."""
    place = of_payee("L1200" if banked else "L1210", payee, party.currency)
    return Draft(receipt, on, at, [dr(party, amount_minor), cr(place, amount_minor)])


@posts("bank_charge.recorded", rows="A8")
def bank_charge_recorded(
    *, bank_charge: str, payee: str, currency: str, amount_minor: int, on: date, at: datetime, property_id: str = NO_PROPERTY
) -> Draft:
    """The owner's bank charges the owner."""
    charges = of_payee("L6300", payee, currency, property_id)
    return Draft(bank_charge, on, at, [dr(charges, amount_minor), cr(of_payee("L1200", payee, currency), amount_minor)])
