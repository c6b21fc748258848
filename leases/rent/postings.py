"""What a party comes to owe, and how it stops owing it without a rail. `party` is its receivable account."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar

from directpay.kernel.money import split_by_weight
from leases.rent.falling import FallingCharge, OwingParty
from leases.rent.models import Charge
from ledger.journal.actions import Posting
from ledger.journal.actions.legs import Postable
from ledger.journal.kinds import CREDIT, AccountKind
from ledger.journal.models import Account
from payments.chart.accounts import Key, of_payee
from payments.chart.drafts import Draft, cr, dr, postings_of, posts
from payments.chart.owners import own

own(
    __name__,
    AccountKind("L4110", "utilities", CREDIT, "operating", "any", one_per="property", meaning="utilities charged to renters"),
    AccountKind("L4300", "late fees", CREDIT, "operating", "any", one_per="property", meaning="late fees charged to renters"),
    AccountKind(
        "L4310", "returned-payment fees", CREDIT, "operating", "any", one_per="property", meaning="the landlord's fee to the renter"
    ),
    AccountKind("L4400", "damages and kept deposits", CREDIT, "operating", "any", one_per="property", meaning="charged at move-out"),
)

# What a fee of the lease's own is posted as: charges of the category `fee`, which the law may want paid after the rent.
FEE = "fee"
LATE_FEE, RETURNED_FEE = "late_fee.assessed", "returned_fee.charged"
LEASE_TRANSFERRED = "lease.transferred"
RECLAIMED = "payment.returned"  # what had gone on of a deposit: posted by the return of its payment
INCOME = {"rent": "L4100", "utilities": "L4110", "damages": "L4400", "other": "L4800"}


class Sharing(Protocol):
    """A party, as far as its share is concerned."""

    @property
    def id(self) -> int: ...
    def weight_on(self, day: date) -> int: ...


class Receivable(Postable, Protocol):
    @property
    def currency(self) -> str: ...


S = TypeVar("S", bound=Sharing)


def due_reference(charge: Charge | FallingCharge) -> str:
    """Of the transaction that posts it."""
    return f"{charge.posted_as}:{charge.posted_for or charge.public_id}"


def parts(charge: Charge | FallingCharge, parties: Sequence[S]) -> list[tuple[S, int]]:
    """Each party's share of a charge, adding up to it; the odd cent to the lowest id. One party's own charge is that party's."""
    return split(charge.amount_minor, charge.party_id, parties, on=shared_on(charge))


def shared_on(charge: Charge | FallingCharge) -> date:
    """As of which day it is shared: a fee goes by those who owed what it is for, though it is charged when others may owe."""
    return charge.period_start if isinstance(charge, Charge) and charge.category == FEE else charge.due_on


def split(amount_minor: int, party_id: int | None, parties: Sequence[S], *, on: date) -> list[tuple[S, int]]:
    """The same of any amount that one party (or all, each its share of that day) owes."""
    if party_id is not None:
        return [(party, amount_minor) for party in parties if party.id == party_id]
    ordered = sorted(parties, key=lambda p: p.id)
    return list(zip(ordered, split_by_weight(amount_minor, [p.weight_on(on) for p in ordered]), strict=True))


def charges_due(charges: Sequence[FallingCharge], parties: Mapping[int, Sequence[OwingParty]], at: datetime) -> list[Posting]:
    """One posting each; `parties` by lease id."""
    return postings_of(
        [
            charge_due.draft(
                charge=charge.public_id,
                category=charge.category,
                shares=[(party.account, amount) for party, amount in parts(charge, parties[charge.lease_id]) if amount],
                payee=charge.payee,
                property_id=charge.property,
                on=charge.due_on,
                at=at,
            )
            for charge in charges
        ]
    )


@posts("charge.due", rows="A1 B1 C1 D1 E1 E5 E7 G1 K8 K21 M1 N1")
def charge_due(
    *, charge: str, category: str, shares: Sequence[tuple[Receivable, int]], payee: str, property_id: str, on: date, at: datetime
) -> Draft:
    """Each party owes its share, the property has earned the whole; a prepayment pays it by allocation alone (E7)."""
    income = of_payee(INCOME[category], payee, shares[0][0].currency, property_id)
    owed = [dr(party, amount) for party, amount in shares]
    return Draft(charge, on, at, [*owed, cr(income, sum(amount for _, amount in shares))])


Shares = Sequence[tuple[Receivable, int]]


@posts(LATE_FEE, rows="A2")
def late_fee_assessed(*, charge: str, shares: Shares, payee: str, property_id: str, on: date, at: datetime) -> Draft:
    """The day after grace, or the day that we knew.

    `charge` is the fee's own.
    """
    return _fee(charge, of_payee("L4300", payee, shares[0][0].currency, property_id), shares, on, at)


@posts("late_fee.waived", rows="A3")
def late_fee_waived(*, late_fee: str, shares: Shares, payee: str, property_id: str, on: date, at: datetime) -> Draft:
    """Forgiven on the day of the decision; the reason stands on the fee."""
    fees = of_payee("L4300", payee, shares[0][0].currency, property_id)
    return Draft(late_fee, on, at, [dr(fees, sum(amount for _, amount in shares)), *(cr(party, amount) for party, amount in shares)])


@posts(RETURNED_FEE, rows="A9 F5")
def returned_fee_charged(*, charge: str, shares: Shares, payee: str, property_id: str, on: date, at: datetime) -> Draft:
    """The landlord's fee to the renter for a payment or cheque that came back, by lease policy.

    `charge` is the fee's own.
    """
    return _fee(charge, of_payee("L4310", payee, shares[0][0].currency, property_id), shares, on, at)


def _fee(charge: str, income: Key, shares: Shares, on: date, at: datetime) -> Draft:
    owed = [dr(party, amount) for party, amount in shares]
    return Draft(charge, on, at, [*owed, cr(income, sum(amount for _, amount in shares))])


@posts(LEASE_TRANSFERRED, rows="A13")
def lease_transferred(*, transfer: str, old: Account, new: Account, balance_minor: int, on: date, at: datetime) -> Draft:
    """A party moves to another unit of the payee and takes its balance along: + owed, − prepaid."""
    owing, taking = (old, new) if balance_minor > 0 else (new, old)
    return Draft(transfer, on, at, [dr(taking, abs(balance_minor)), cr(owing, abs(balance_minor))])


@posts("party.transferred", rows="E3")
def party_transferred(*, transfer: str, giver: Account, taker: Account, credit_minor: int, on: date, at: datetime) -> Draft:
    """A party's credit goes to another's share, by consent or policy."""
    return Draft(transfer, on, at, [dr(giver, credit_minor), cr(taker, credit_minor)])
