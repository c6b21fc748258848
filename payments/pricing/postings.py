"""Currencies sold after the fact, and taxes paid on."""

from datetime import date, datetime

from ledger.journal.kinds import DEBIT, AccountKind
from payments.chart.accounts import client_bank, own_bank, platform
from payments.chart.drafts import Draft, cr, dr, posts
from payments.chart.owners import own

own(__name__, AccountKind("P5300", "fx result", DEBIT, "own", "any", one_per="platform", meaning="what a conversion cost, or brought"))


@posts("fx.converted", rows="M4")
def fx_converted(
    *, conversion: str, sold_currency: str, sold_minor: int, bought_currency: str, bought_minor: int, on: date, at: datetime
) -> Draft:
    """The bank sold one currency for another."""
    lines = [
        dr(platform("P1600", "", sold_currency), sold_minor),
        cr(client_bank(sold_currency), sold_minor),
        dr(client_bank(bought_currency), bought_minor),
        cr(platform("P1600", "", bought_currency), bought_minor),
    ]
    return Draft(conversion, on, at, lines)


@posts("fx.realised", rows="M5")
def fx_realised(*, conversion: str, currency: str, left_minor: int, on: date, at: datetime) -> Draft:
    """What is left of the position when all is converted is our result: `left_minor` + a loss, − a gain."""
    result, position = platform("P5300", "", currency), platform("P1600", "", currency)
    lost, amount = (result, position), abs(left_minor)
    debited, credited = lost if left_minor > 0 else lost[::-1]
    return Draft(conversion, on, at, [dr(debited, amount), cr(credited, amount)])


@posts("tax.remitted", rows="M7")
def tax_remitted(*, remittance: str, jurisdiction: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """Tax on our fees is paid to its jurisdiction, from our own bank."""
    lines = [dr(platform("P2500", jurisdiction, currency), amount_minor), cr(own_bank(currency), amount_minor)]
    return Draft(remittance, on, at, lines)
