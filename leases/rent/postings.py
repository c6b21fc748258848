"""What a party comes to owe, and how it stops owing it without a rail. `party` is its receivable account."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar

from directpay.kernel.money import split_by_weight
from leases.rent.falling import FallingCharge, OwingParty
from leases.rent.models import Charge
from ledger.journal.actions import Posting
from ledger.journal.actions.legs import Postable
from ledger.journal.kinds import CREDIT, DEBIT, AccountKind
from ledger.journal.models import Account
from payments.chart.accounts import of_payee
from payments.chart.drafts import Draft, cr, dr, postings_of, posts
from payments.chart.kinds import NO_PROPERTY
from payments.chart.owners import own

own(
    __name__,
    AccountKind("L1210", "undeposited", DEBIT, "operating", "zero", one_per="landlord", meaning="cash and cheques in hand"),
    AccountKind("L4110", "utilities", CREDIT, "operating", "any", one_per="property", meaning="utilities charged to renters"),
    AccountKind("L4300", "late fees", CREDIT, "operating", "any", one_per="property", meaning="late fees charged to renters"),
    AccountKind(
        "L4310", "returned-payment fees", CREDIT, "operating", "any", one_per="property", meaning="the landlord's fee to the renter"
    ),
    AccountKind("L4400", "damages and kept deposits", CREDIT, "operating", "any", one_per="property", meaning="charged at move-out"),
    AccountKind("L4900", "concessions", DEBIT, "operating", "any", one_per="property", meaning="contra income: credits"),
    AccountKind("L6300", "bank charges", DEBIT, "operating", "any", one_per="property", meaning="what the owner's bank charges the owner"),
    AccountKind("L6900", "bad debt", DEBIT, "operating", "any", one_per="property", meaning="charges written off"),
)

INCOME = {"rent": "L4100", "utilities": "L4110", "damages": "L4400", "other": "L4800"}


class Sharing(Protocol):
    """A party, as far as its share is concerned."""

    @property
    def id(self) -> int: ...
    @property
    def weight(self) -> int: ...


class Receivable(Postable, Protocol):
    @property
    def currency(self) -> str: ...


S = TypeVar("S", bound=Sharing)


def due_reference(charge: Charge | FallingCharge) -> str:
    return f"charge.due:{charge.public_id}"


def parts(charge: Charge | FallingCharge, parties: Sequence[S]) -> list[tuple[S, int]]:
    """Each party's share of a charge, adding up to it; the odd cent to the lowest id."""
    ordered = sorted(parties, key=lambda p: p.id)
    return list(zip(ordered, split_by_weight(charge.amount_minor, [p.weight for p in ordered]), strict=True))


def charges_due(charges: Sequence[FallingCharge], parties: Mapping[int, Sequence[OwingParty]], at: datetime) -> list[Posting]:
    """One posting each; `parties` by lease id."""
    return postings_of(
        [
            charge_due.draft(
                charge=charge.public_id,
                category=charge.category,
                shares=[(party.account, amount) for party, amount in parts(charge, parties[charge.lease_id])],
                payee=charge.payee,
                property_id=charge.property,
                on=charge.due_on,
                at=at,
            )
            for charge in charges
        ]
    )


@posts("charge.due", rows="A1 B1 C1 D1 E1 E5 E7 G1 K8 M1 N1")
def charge_due(
    *, charge: str, category: str, shares: Sequence[tuple[Receivable, int]], payee: str, property_id: str, on: date, at: datetime
) -> Draft:
    """Each party owes its share, the property has earned the whole; a prepayment pays it by allocation alone (E7)."""
    income = of_payee(INCOME[category], payee, shares[0][0].currency, property_id)
    owed = [dr(party, amount) for party, amount in shares]
    return Draft(charge, on, at, [*owed, cr(income, sum(amount for _, amount in shares))])


@posts("late_fee.assessed", rows="A2")
def late_fee_assessed(*, late_fee: str, party: Account, payee: str, property_id: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """The day after grace, or the day that we knew."""
    fees = of_payee("L4300", payee, party.currency, property_id)
    return Draft(late_fee, on, at, [dr(party, amount_minor), cr(fees, amount_minor)])


@posts("late_fee.waived", rows="A3")
def late_fee_waived(*, waiver: str, party: Account, payee: str, property_id: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """Forgiven on the day of the decision; the reason stands on the waiver."""
    fees = of_payee("L4300", payee, party.currency, property_id)
    return Draft(waiver, on, at, [dr(fees, amount_minor), cr(party, amount_minor)])


@posts("credit.granted", rows="A4 G10")
def credit_granted(*, credit: str, party: Account, payee: str, property_id: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """The landlord reduces what is owed."""
    concessions = of_payee("L4900", payee, party.currency, property_id)
    return Draft(credit, on, at, [dr(concessions, amount_minor), cr(party, amount_minor)])


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


@posts("returned_fee.charged", rows="A9 F5")
def returned_fee_charged(
    *, returned_fee: str, party: Account, payee: str, property_id: str, amount_minor: int, on: date, at: datetime
) -> Draft:
    """The landlord's fee to the renter for a payment or cheque that came back, by lease policy."""
    fees = of_payee("L4310", payee, party.currency, property_id)
    return Draft(returned_fee, on, at, [dr(party, amount_minor), cr(fees, amount_minor)])


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


@posts("lease.transferred", rows="A13")
def lease_transferred(*, transfer: str, old: Account, new: Account, balance_minor: int, on: date, at: datetime) -> Draft:
    """A party moves to another unit of the payee and takes its balance along: + owed, − prepaid."""
    owing, taking = (old, new) if balance_minor > 0 else (new, old)
    return Draft(transfer, on, at, [dr(taking, abs(balance_minor)), cr(owing, abs(balance_minor))])


@posts("party.transferred", rows="E3")
def party_transferred(*, transfer: str, giver: Account, taker: Account, credit_minor: int, on: date, at: datetime) -> Draft:
    """A party's credit goes to another's share, by consent or policy."""
    return Draft(transfer, on, at, [dr(giver, credit_minor), cr(taker, credit_minor)])
