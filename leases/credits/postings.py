"""What is owed no more without being paid. `party` is the receivable account of who owes."""

from datetime import date, datetime

from ledger.journal.kinds import DEBIT, AccountKind
from ledger.journal.models import Account
from payments.chart.accounts import of_payee
from payments.chart.drafts import Draft, cr, dr, posts
from payments.chart.owners import own

own(
    __name__,
    AccountKind("L4900", "concessions", DEBIT, "operating", "any", one_per="property", meaning="contra income: credits"),
    AccountKind("L6900", "bad debt", DEBIT, "operating", "any", one_per="property", meaning="charges written off"),
)


@posts("credit.granted", rows="A4 G10")
def credit_granted(*, credit: str, party: Account, payee: str, property_id: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """The landlord reduces what is owed."""
    concessions = of_payee("L4900", payee, party.currency, property_id)
    return Draft(credit, on, at, [dr(concessions, amount_minor), cr(party, amount_minor)])


@posts("charge.written_off", rows="A10")
def charge_written_off(*, write_off: str, party: Account, payee: str, property_id: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """Nobody expects it any more, from the day of the decision."""
    bad_debt = of_payee("L6900", payee, party.currency, property_id)
    return Draft(write_off, on, at, [dr(bad_debt, amount_minor), cr(party, amount_minor)])


@posts("write_off.reinstated", rows="A11")
def write_off_reinstated(
    *, reinstatement: str, party: Account, payee: str, property_id: str, amount_minor: int, on: date, at: datetime
) -> Draft:
    """The renter pays after all: that part is owed again before its receipt."""
    bad_debt = of_payee("L6900", payee, party.currency, property_id)
    return Draft(reinstatement, on, at, [dr(party, amount_minor), cr(bad_debt, amount_minor)])
