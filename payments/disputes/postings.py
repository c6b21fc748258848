"""A card dispute: the network really takes the money; what the renter owes reopens only when the dispute is lost."""

from datetime import date, datetime

from ledger.journal.kinds import CREDIT, DEBIT, AccountKind
from ledger.journal.models import Account
from payments.chart.accounts import at_directpay, clearing, of_payee, platform
from payments.chart.drafts import Draft, Line, cr, dr, opposite, posts
from payments.chart.kinds import NO_PROPERTY
from payments.chart.owners import own

own(
    __name__,
    AccountKind(
        "P1240",
        "disputed at network",
        DEBIT,
        "client",
        "zero",
        by_item=True,
        one_per="rail",
        meaning="withdrawn by the network until decided",
    ),
    AccountKind(
        "P2130",
        "landlord disputed",
        CREDIT,
        "client",
        "zero",
        mirror="landlord",
        by_item=True,
        one_per="landlord",
        meaning="set aside per dispute",
    ),
    AccountKind("P4130", "dispute fees", CREDIT, "own", "any", one_per="platform", meaning="what payees pay for disputes"),
    AccountKind("P5120", "dispute costs", DEBIT, "own", "any", one_per="rail", meaning="what the rail charges us for disputes"),
)


@posts("dispute.opened", rows="H1")
def dispute_opened(*, dispute: str, rail: str, payee: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """The network withdraws; the sum is set aside from available, even below zero."""
    lines = [
        dr(platform("P2120", payee, currency), amount_minor),
        cr(platform("P2130", payee, currency), amount_minor, dispute),
        dr(platform("P1240", rail, currency), amount_minor, dispute),
        cr(clearing(rail, currency), amount_minor, dispute),
    ]
    return Draft(dispute, on, at, lines)


@posts("dispute.fee", rows="H2")
def dispute_fee(
    *,
    dispute: str,
    rail: str,
    payee: str,
    currency: str,
    fee_minor: int,
    cost_minor: int,
    on: date,
    at: datetime,
    property_id: str = NO_PROPERTY,
) -> Draft:
    """The payee pays our fee, even below zero; we pay the processor's cost."""
    return Draft(dispute, on, at, _fee(dispute, rail, payee, currency, fee_minor, cost_minor, property_id))


@posts("dispute.fee_returned", rows="H4")
def dispute_fee_returned(
    *,
    dispute: str,
    rail: str,
    payee: str,
    currency: str,
    fee_minor: int,
    cost_minor: int,
    on: date,
    at: datetime,
    property_id: str = NO_PROPERTY,
) -> Draft:
    """The payee gets the fee back; `cost_minor` is what the processor gives back to us."""
    return Draft(dispute, on, at, opposite(_fee(dispute, rail, payee, currency, fee_minor, cost_minor, property_id)))


def _fee(dispute: str, rail: str, payee: str, currency: str, fee: int, cost: int, property_id: str) -> list[Line]:
    return [
        dr(platform("P2120", payee, currency), fee),
        cr(platform("P4130", "", currency), fee),
        dr(platform("P5120", rail, currency), cost),
        cr(clearing(rail, currency), cost, dispute),
        dr(of_payee("L6110", payee, currency, property_id), fee),
        cr(at_directpay(payee, currency), fee),
    ]


@posts("dispute.won", rows="H3")
def dispute_won(*, dispute: str, rail: str, payee: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """The network gives back."""
    lines = [
        dr(clearing(rail, currency), amount_minor, dispute),
        cr(platform("P1240", rail, currency), amount_minor, dispute),
        dr(platform("P2130", payee, currency), amount_minor, dispute),
        cr(platform("P2120", payee, currency), amount_minor),
    ]
    return Draft(dispute, on, at, lines)


@posts("dispute.lost", rows="H5")
def dispute_lost(
    *, dispute: str, rail: str, payee: str, currency: str, amount_minor: int, applies_to: Account, on: date, at: datetime
) -> Draft:
    """The network keeps it: what was set aside is gone, and what was paid is owed again."""
    lines = [
        dr(platform("P2130", payee, currency), amount_minor, dispute),
        cr(platform("P1240", rail, currency), amount_minor, dispute),
        dr(applies_to, amount_minor),
        cr(at_directpay(payee, currency), amount_minor),
    ]
    return Draft(dispute, on, at, lines)
