"""What a bank return posts: a new fact on its own date, not a reversal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.journal.actions import Posting
from ledger.journal.actions.legs import Postable
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


@dataclass(frozen=True, slots=True)
class Found:
    """Where the money of a deposit's payment is when the bank takes it back: minor units that add up to the payment.

    `here`: with us, held for the renter. `there`: in `trust_bank`, or on the way to it. `deducted`: with us, and the owner's, who has not
    taken it. `gone`: given back to the renter, or taken out by the owner. What is deducted or gone is owed by `debtor`, a receivable.
    """

    trust_bank: str
    debtor: Postable | None = None
    here_minor: int = 0
    there_minor: int = 0
    deducted_minor: int = 0
    gone_minor: int = 0

    @property
    def due_again_minor(self) -> int:
        """As a deposit."""
        return self.here_minor + self.there_minor

    @property
    def debt_minor(self) -> int:
        return self.deducted_minor + self.gone_minor


def returns(payments: Sequence[Moving], days: Mapping[str, date], at: datetime, found: Mapping[str, Found] | None = None) -> list[Posting]:
    """Per payment: the gross goes back and our fee with it, then the return fee from available. `found`: of payments of deposits."""
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
                found=(found or {}).get(payment.public_id),
            )
        )
        drafts.append(return_fee.draft(paid, fee_minor=RETURN_FEE_MINOR, on=day, at=at))
    return postings_of(drafts)


@posts("payment.returned", rows="C3 F2 F8 F9 G11 K14 K15 K19 K20 K23 N5")
def payment_returned(
    paid: Paid,
    *,
    settled: bool,
    on: date,
    at: datetime,
    clawed_fee_minor: int = 0,
    clawed_tax_minor: int = 0,
    went_minor: int = 0,
    found: Found | None = None,
) -> Draft:
    """The gross goes back, out of the bucket where the payment is; what is owed is owed again.

    Of a fee that the payee paid, what refunds have not clawed back is given up (G11); of one that the payer paid, all (C3).
    `went_minor` of it went back out of pending, by refunds, and is not there any more: available bears that part (N5).
    A deposit's own fee stays; who bears the rest goes by where its money is `found` (None: all of it is here).
    """
    back = cr(clearing(paid.rail, paid.currency), paid.charged_minor, paid.payment)
    if paid.into_trust:
        payers = opposite(fee_lines(paid, paid.fee_minor, paid.tax_minor)) if paid.fee_payer == "payer" else []
        return Draft(paid.payment, on, at, [*_out_of_trust(paid, found or Found("", here_minor=paid.amount_minor), back), *payers])
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


def _out_of_trust(paid: Paid, found: Found, back: Line) -> list[Line]:
    """What is with us goes back (K14, K20, K23). For the rest the owner pays: what lies in the trust bank is the owner's then (K15).

    What has gone is a debt of the renter's (K19), and so is what was deducted, for it is not paid any more.
    """
    if found.due_again_minor + found.debt_minor != paid.amount_minor:
        raise ValueError("what is found of a deposit adds up to its payment")
    here, there, deducted, gone = found.here_minor, found.there_minor, found.deducted_minor, found.gone_minor
    earned, due = (of_payee(number, paid.payee, paid.currency, found.trust_bank) for number in ("L2230", "L1330"))
    lines = [
        dr(paid.key("P2210"), here + deducted),
        dr(paid.key("P2120"), there + gone),
        back,
        dr(paid.held, found.due_again_minor),
        cr(paid.key("L1320"), here + deducted),
        cr(at_directpay(paid.payee, paid.currency), there + gone),
        *(cr(earned, there), dr(due, there), dr(earned, deducted), cr(due, deducted)),
        dr(paid.applies_to, found.due_again_minor),
        cr(paid.key("L2250"), found.due_again_minor),
    ]
    if found.debt_minor:
        if found.debtor is None:
            raise ValueError("what has gone on of a deposit is owed by somebody")
        lines.append(dr(found.debtor, found.debt_minor))
    return lines


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
