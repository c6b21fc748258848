"""What a completed payment posts: into pending, or into trust; with its fee, its tax, and its currency sold for another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ledger.journal.actions import Posting
from ledger.journal.kinds import CREDIT, AccountKind
from ledger.journal.models import Account
from payments.chart.accounts import Key, at_directpay, clearing, of_payee, platform
from payments.chart.drafts import Draft, Line, cr, dr, postings_of, posts
from payments.chart.owners import own
from payments.payins.models import Payment
from payments.payins.moving import Cost, Destination, Moving

own(__name__, AccountKind("P4300", "fx spread", CREDIT, "own", "any", one_per="platform", meaning="mid rate less the rate that we quoted"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """The figures of a payment that its postings need, in minor units of `currency`; `amount_minor` is what was captured."""

    payment: str
    rail: str
    payee: str
    currency: str
    amount_minor: int
    applies_to: Account | Destination
    fee_minor: int = 0
    fee_payer: Literal["payee", "payer"] = "payee"
    tax_minor: int = 0  # on the fee, added to it
    jurisdiction: str = ""

    def __post_init__(self) -> None:
        if self.tax_minor and not self.jurisdiction:
            raise ValueError("tax is owed to a jurisdiction")

    @property
    def into_trust(self) -> bool:
        return self.applies_to.pays_into == "trust"

    @property
    def fees_minor(self) -> int:
        return self.fee_minor + self.tax_minor

    @property
    def charged_minor(self) -> int:
        """What the payer is charged."""
        return self.amount_minor + (self.fees_minor if self.fee_payer == "payer" else 0)

    @property
    def net_minor(self) -> int:
        """What the payee gets."""
        return self.charged_minor - self.fees_minor

    @property
    def cost_account(self) -> Account | Cost:
        """Where the payee's book carries the fee; named by whoever opened the account (BOOKS.md section 1)."""
        account = self.applies_to.cost_account
        if account is None:
            raise ValueError(f"account {self.applies_to.public_id} names no cost account")
        return account

    def key(self, number: str) -> Key:
        """The payee's own account of that kind, in either book."""
        return platform(number, self.payee, self.currency) if number[0] == "P" else of_payee(number, self.payee, self.currency)

    @property
    def held(self) -> Key:
        """The renter's money: the deposit account of the same lease and party."""
        return of_payee("L2200", self.payee, self.currency, self.applies_to.subject)


@dataclass(frozen=True, slots=True)
class Conversion:
    """The payer paid `paid_minor` of another currency, worth `worth_minor` of the payment's at the mid rate."""

    currency: str
    paid_minor: int
    worth_minor: int


def paid_of(payment: Payment | Moving) -> Paid:
    """A row's figures. Raises ValueError for taxed fees: a payment does not name its jurisdiction yet."""
    return Paid(
        payment=payment.public_id,
        rail=payment.rail,
        payee=payment.payee.public_id,
        currency=payment.currency,
        amount_minor=payment.amount_minor,
        applies_to=payment.applies_to,
        fee_minor=payment.fee_minor,
        fee_payer="payer" if payment.fee_payer == "payer" else "payee",
        tax_minor=payment.tax_minor,
    )


def completions(payments: Sequence[Moving], days: Mapping[str, date], at: datetime) -> list[Posting]:
    """One posting each, and the fee of a deposit apart; `days` gives the rail's effective date by payment."""
    drafts = []
    for payment in payments:
        paid, day = paid_of(payment), days[payment.public_id]
        drafts.append(payment_completed.draft(paid, on=day, at=at))
        if paid.into_trust and paid.fee_payer == "payee" and paid.fees_minor:
            drafts.append(payment_fee.draft(paid, on=day, at=at))
    return postings_of(drafts)


@posts("payment.completed", rows="B4 C2 C4 C8 D3 E2 E4 E6 F6 F7 F13 G3 K2 M2 M6 N2")
def payment_completed(paid: Paid, *, on: date, at: datetime, conversion: Conversion | None = None) -> Draft:
    """The rail confirms: the payee is owed the net, the payer's debt is paid.

    A deposit goes into trust whole (K2), its fee apart (K3). A capture of part is its own amount and fee (D3); what the payer pays
    for the payment never stands in the payee's book (C2); a currency is sold against the mid rate, the spread is ours (M2).
    """
    lines = _received(paid, conversion)
    if paid.into_trust:
        lines += [cr(paid.key("P2210"), paid.amount_minor)]
        lines += [dr(paid.key("L1320"), paid.amount_minor), cr(paid.held, paid.amount_minor)]
        lines += [dr(paid.key("L2250"), paid.amount_minor), cr(paid.applies_to, paid.amount_minor)]
    else:
        lines += [cr(paid.key("P2110"), paid.net_minor)]
        lines += [dr(at_directpay(paid.payee, paid.currency), paid.net_minor), cr(paid.applies_to, paid.amount_minor)]
    if paid.fee_payer == "payer" or not paid.into_trust:
        lines += fee_lines(paid, paid.fee_minor, paid.tax_minor)
    return Draft(paid.payment, on, at, lines)


def _received(paid: Paid, conversion: Conversion | None) -> list[Line]:
    if conversion is None:
        return [dr(clearing(paid.rail, paid.currency), paid.charged_minor, paid.payment)]
    return [
        dr(clearing(paid.rail, conversion.currency), conversion.paid_minor, paid.payment),
        cr(platform("P1600", "", conversion.currency), conversion.paid_minor),
        dr(platform("P1600", "", paid.currency), conversion.worth_minor),
        cr(platform("P4300", "", paid.currency), conversion.worth_minor - paid.charged_minor),
    ]


def fee_lines(paid: Paid, fee_minor: int, tax_minor: int) -> list[Line]:
    """Our fee and the tax on it are earned; where the payee pays them, they are its cost."""
    lines = [cr(platform("P4110", paid.rail, paid.currency), fee_minor)]
    if paid.fee_payer == "payee" and fee_minor + tax_minor:
        lines.append(dr(paid.cost_account, fee_minor + tax_minor))
    return [*lines, cr(platform("P2500", paid.jurisdiction, paid.currency), tax_minor)]


@posts("payment.fee", rows="K3")
def payment_fee(paid: Paid, *, on: date, at: datetime) -> Draft:
    """The payee's fee for a deposit, from operating money, even below zero: fees never come out of deposits."""
    if paid.fee_payer != "payee":
        raise ValueError("what the payer pays is posted with the payment")
    taken = [dr(paid.key("P2120"), paid.fees_minor), cr(at_directpay(paid.payee, paid.currency), paid.fees_minor)]
    return Draft(paid.payment, on, at, [*taken, *fee_lines(paid, paid.fee_minor, paid.tax_minor)])
