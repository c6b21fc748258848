"""What a payee owes DirectPay for its plan, standing equal in both books until it is paid."""

from datetime import date, datetime

from ledger.journal.kinds import CREDIT, DEBIT, AccountKind
from payments.chart.accounts import at_directpay, clearing, of_payee, platform
from payments.chart.drafts import Draft, cr, dr, posts
from payments.chart.kinds import NO_PROPERTY
from payments.chart.owners import own

own(
    __name__,
    AccountKind(
        "P1310", "landlord invoices", DEBIT, "own", "zero", mirror="invoice", one_per="landlord", meaning="our invoices not yet paid"
    ),
    AccountKind("P4200", "subscription revenue", CREDIT, "own", "any", one_per="platform", meaning="plans of landlords"),
    AccountKind(
        "L2300",
        "due to DirectPay",
        CREDIT,
        "operating",
        "zero",
        mirror="invoice",
        one_per="landlord",
        meaning="P1310 from the other side",
    ),
    AccountKind("L6200", "subscription", DEBIT, "operating", "any", one_per="property", meaning="the plan; property “none”"),
)


@posts("invoice.finalized", rows="M8")
def invoice_finalized(*, invoice: str, payee: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """An invoice is owed."""
    lines = [
        dr(platform("P1310", payee, currency), amount_minor),
        cr(platform("P4200", "", currency), amount_minor),
        dr(of_payee("L6200", payee, currency, NO_PROPERTY), amount_minor),
        cr(of_payee("L2300", payee, currency), amount_minor),
    ]
    return Draft(invoice, on, at, lines)


@posts("invoice.paid", rows="M9 M10")
def invoice_paid(*, invoice: str, payee: str, currency: str, amount_minor: int, on: date, at: datetime, rail: str = "") -> Draft:
    """An invoice is paid: from the balance, never below zero, or with `rail` by the owner's own card or bank."""
    if rail:
        source, owners = dr(clearing(rail, currency), amount_minor, invoice), of_payee("L1200", payee, currency)
    else:
        source, owners = dr(platform("P2120", payee, currency), amount_minor), at_directpay(payee, currency)
    lines = [
        source,
        cr(platform("P1310", payee, currency), amount_minor),
        dr(of_payee("L2300", payee, currency), amount_minor),
        cr(owners, amount_minor),
    ]
    return Draft(invoice, on, at, lines)
