"""What a bank return posts: a new fact on its own date, not a reversal."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from ledger.journal.actions import Posting
from ledger.journal.kinds import CREDIT, AccountKind
from payments.chart.accounts import at_directpay, clearing, of_payee, platform
from payments.chart.drafts import Draft, Line, cr, dr, opposite, postings_of, posts
from payments.chart.kinds import NO_PROPERTY
from payments.chart.owners import own
from payments.payins.models import Status
from payments.payins.moving import Moving
from payments.payins.postings import Paid, fee_lines, paid_of

RETURN_FEE_MINOR = 400

own(__name__, AccountKind("P4120", "return fees", CREDIT, "own", "any", one_per="platform", meaning="what payees pay for returns"))


def returned_reference(payment: Moving) -> str:
    return f"payment.returned:{payment.public_id}"


def returns(
    payments: Sequence[Moving], days: Mapping[str, date], at: datetime, forwarded: Mapping[str, str] | None = None
) -> list[Posting]:
    """Per payment: the gross goes back and our fee with it, then the return fee from available.

    `forwarded`: deposit payment → the trust bank to which it has gone, or is going (K15).
    """
    drafts = []
    for payment in payments:
        paid, day = paid_of(payment), days[payment.public_id]
        drafts.append(
            payment_returned.draft(
                paid,
                settled=payment.status == Status.SETTLED,
                on=day,
                at=at,
                clawed_fee_minor=payment.clawed_minor,
                went_minor=payment.refunded_pending_minor,
                trust_bank=(forwarded or {}).get(payment.public_id, ""),
            )
        )
        drafts.append(return_fee.draft(paid, fee_minor=RETURN_FEE_MINOR, on=day, at=at))
    return postings_of(drafts)


@posts("payment.returned", rows="C3 F2 F8 F9 G11 K14 K15 N5")
def payment_returned(
    paid: Paid,
    *,
    settled: bool,
    on: date,
    at: datetime,
    clawed_fee_minor: int = 0,
    clawed_tax_minor: int = 0,
    went_minor: int = 0,
    trust_bank: str = "",
) -> Draft:
    """The gross goes back, out of the bucket where the payment is; what is owed is owed again.

    Of a fee that the payee paid, what refunds have not clawed back is given up (G11); of one that the payer paid, all (C3).
    `went_minor` of it went back out of pending, by refunds, and is not there any more: available bears that part (N5).
    A deposit's own fee stays (K14). One that was forwarded already, into `trust_bank`, is borne by operating money (K15).
    """
    back = cr(clearing(paid.rail, paid.currency), paid.charged_minor, paid.payment)
    if paid.into_trust:
        payers = opposite(fee_lines(paid, paid.fee_minor, paid.tax_minor)) if paid.fee_payer == "payer" else []
        return Draft(paid.payment, on, at, [*_out_of_trust(paid, trust_bank, back), *payers])
    if paid.fee_payer == "payer" and (clawed_fee_minor or clawed_tax_minor):
        raise ValueError("only a fee that the payee paid is clawed back")
    fee_left, tax_left = paid.fee_minor - clawed_fee_minor, paid.tax_minor - clawed_tax_minor
    taken = paid.charged_minor - fee_left - tax_left
    pending = 0 if settled else paid.net_minor - went_minor
    lines = [
        dr(paid.key("P2110"), pending),
        dr(paid.key("P2120"), taken - pending),
        back,
        dr(paid.applies_to, paid.amount_minor),
        cr(at_directpay(paid.payee, paid.currency), taken),
        *opposite(fee_lines(paid, fee_left, tax_left)),
    ]
    return Draft(paid.payment, on, at, lines)


def _out_of_trust(paid: Paid, trust_bank: str, back: Line) -> list[Line]:
    """Before forwarding the deposit itself goes back; after it, the owner pays and keeps what lies in the trust bank."""
    amount = paid.amount_minor
    due_again = [dr(paid.applies_to, amount), cr(paid.key("L2250"), amount)]
    if not trust_bank:
        return [dr(paid.key("P2210"), amount), back, dr(paid.held, amount), cr(paid.key("L1320"), amount), *due_again]
    earned, due = (of_payee(number, paid.payee, paid.currency, trust_bank) for number in ("L2230", "L1330"))
    owners = [dr(paid.held, amount), cr(earned, amount), dr(due, amount), cr(at_directpay(paid.payee, paid.currency), amount)]
    return [dr(paid.key("P2120"), amount), back, *owners, *due_again]


@posts("return.fee", rows="F3 F10")
def return_fee(paid: Paid, *, fee_minor: int, on: date, at: datetime) -> Draft:
    """The payee pays for the return, always from available, even below zero; a cost of the payment's property."""
    cost = paid.applies_to.cost_account
    lines = [
        dr(paid.key("P2120"), fee_minor),
        cr(platform("P4120", "", paid.currency), fee_minor),
        dr(of_payee("L6110", paid.payee, paid.currency, cost.subject if cost else NO_PROPERTY), fee_minor),
        cr(at_directpay(paid.payee, paid.currency), fee_minor),
    ]
    return Draft(paid.payment, on, at, lines)
