"""A charge that falls due (BOOKS.md A1, B1, C1, E1, E5): each party owes its share, the property has earned the whole."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from directpay.kernel.money import split_by_weight
from leases.contracts.models import Party
from leases.rent.models import Charge
from ledger.journal.actions import Posting, credit, debit
from payments.chart.accounts import accounts, of_payee

INCOME = {"rent": "L4100"}


def due_reference(charge: Charge) -> str:
    return f"charge.due:{charge.public_id}"


def parts(charge: Charge, parties: Sequence[Party]) -> list[tuple[Party, int]]:
    """Each party's share of a charge, adding up to it; the odd cent to the lowest id."""
    ordered = sorted(parties, key=lambda p: p.id)
    return list(zip(ordered, split_by_weight(charge.amount_minor, [p.weight for p in ordered]), strict=True))


def charges_due(charges: Sequence[Charge], parties: Mapping[int, Sequence[Party]], at: datetime) -> list[Posting]:
    """One posting each; `parties` by lease id."""
    keys = {}
    for charge in charges:
        home = charge.lease.unit.property
        keys[charge.id] = of_payee(INCOME[charge.category], home.payee.public_id, charge.lease.currency, subject=home.public_id)
    income = accounts(keys.values(), at=at)
    return [
        Posting(
            reference=due_reference(charge),
            kind="charge.due",
            effective_on=charge.due_on,
            legs=[
                *(debit(party.account, amount) for party, amount in parts(charge, parties[charge.lease_id]) if amount),
                credit(income[keys[charge.id]], charge.amount_minor),
            ],
        )
        for charge in charges
    ]
