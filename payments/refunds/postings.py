"""Money that goes back to a payer, and what of our fee goes back with it."""

from datetime import date, datetime

from directpay.kernel.money import divide_half_even
from ledger.journal.kinds import CREDIT, AccountKind
from payments.chart.accounts import at_directpay, clearing, platform
from payments.chart.drafts import Draft, Line, cr, dr, opposite, posts
from payments.chart.owners import own
from payments.payins.postings import Paid, fee_lines

own(
    __name__,
    AccountKind("P2310", "refunds in transit", CREDIT, "client", "zero", by_item=True, one_per="rail", meaning="owed to payers"),
    AccountKind("P2700", "unclaimed property", CREDIT, "client", "zero", one_per="state", meaning="stale refunds and payouts"),
)


def claw_back(*, fee_minor: int, amount_minor: int, refunded_minor: int, clawed_minor: int) -> int:
    """What of a fee goes back when `refunded_minor` of a payment of `amount_minor` has been refunded, this refund included.

    Half-even on the running sum, less what went back before (BOOKS.md rule 11): the parts of a payment that is refunded whole add up
    to its fee. The tax on a fee follows it by the same rule.
    """
    if not 0 < refunded_minor <= amount_minor:
        raise ValueError("of a payment at most its amount is refunded")
    return divide_half_even(fee_minor * refunded_minor, amount_minor) - clawed_minor


@posts("refund.submitted", rows="E9 G5 G8 G9 N3")
def refund_submitted(
    paid: Paid,
    *,
    refund: str,
    amount_minor: int,
    settled: bool,
    on: date,
    at: datetime,
    clawed_fee_minor: int = 0,
    clawed_tax_minor: int = 0,
    payer_fee_minor: int = 0,
) -> Draft:
    """The payer is owed `amount_minor`; the payee gives it less the fee that is clawed back, from available, or pending before settlement.

    `payer_fee_minor` is what policy gives back of a fee that the payer paid: from our revenue, beside the amount (BOOKS.md rule 12).
    """
    return Draft(refund, on, at, _owed(paid, refund, amount_minor, settled, clawed_fee_minor, clawed_tax_minor, payer_fee_minor))


@posts("refund.failed", rows="E15 G7")
def refund_failed(
    paid: Paid,
    *,
    refund: str,
    amount_minor: int,
    settled: bool,
    on: date,
    at: datetime,
    clawed_fee_minor: int = 0,
    clawed_tax_minor: int = 0,
    payer_fee_minor: int = 0,
) -> Draft:
    """The rail could not deliver: the opposite of its submission. `settled` says where the payment's money is by now."""
    lines = _owed(paid, refund, amount_minor, settled, clawed_fee_minor, clawed_tax_minor, payer_fee_minor)
    return Draft(refund, on, at, opposite(lines))


def _owed(paid: Paid, refund: str, amount: int, settled: bool, fee: int, tax: int, payer_fee: int) -> list[Line]:
    if ((fee or tax) and paid.fee_payer == "payer") or (payer_fee and paid.fee_payer == "payee"):
        raise ValueError("a fee goes back to the one who paid it")
    if paid.into_trust:
        raise ValueError("a deposit goes back as a deposit")
    taken = amount - fee - tax
    return [
        *opposite(fee_lines(paid, fee + payer_fee, tax)),
        dr(paid.key("P2120" if settled else "P2110"), taken),
        cr(platform("P2310", paid.rail, paid.currency), amount + payer_fee, refund),
        dr(paid.applies_to, amount),
        cr(at_directpay(paid.payee, paid.currency), taken),
    ]


@posts("refund.completed", rows="E10 G6")
def refund_completed(*, refund: str, rail: str, currency: str, amount_minor: int, on: date, at: datetime, over: str = "") -> Draft:
    """The rail confirms that the payer has it. `rail` took the payment; `over` gave it back, where that is another."""
    lines = [dr(platform("P2310", rail, currency), amount_minor, refund), cr(clearing(over or rail, currency), amount_minor, refund)]
    return Draft(refund, on, at, lines)


@posts("refund.returned", rows="E13")
def refund_returned(paid: Paid, *, refund: str, over: str, amount_minor: int, on: date, at: datetime, payer_fee_minor: int = 0) -> Draft:
    """The payer's bank sends it back after confirmation: a new fact. It is paid again, and available to the payee, whose fee does not move.

    What of the payer's own fee went with it is ours again.
    """
    lines = [
        dr(clearing(over, paid.currency), amount_minor + payer_fee_minor, refund),
        cr(platform("P4110", paid.rail, paid.currency), payer_fee_minor),
        cr(paid.key("P2120"), amount_minor),
        dr(at_directpay(paid.payee, paid.currency), amount_minor),
        cr(paid.applies_to, amount_minor),
    ]
    return Draft(refund, on, at, lines)


@posts("refund.unclaimed", rows="M14")
def refund_unclaimed(*, refund: str, rail: str, state: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """Refused for the state's dormancy period: it is kept for the state."""
    lines = [dr(platform("P2310", rail, currency), amount_minor, refund), cr(platform("P2700", state, currency), amount_minor)]
    return Draft(refund, on, at, lines)
