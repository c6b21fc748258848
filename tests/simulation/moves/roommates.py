"""Paying what a roommate owes, from one's own account: all, a part, named charges, too much; for a stranger, and by one."""

from typing import TYPE_CHECKING, Any

from tests.simulation.auditor.requests import open_rows
from tests.simulation.moves import paying
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History


def pay_for_roommate(h: "History") -> None:
    """All, a part, or a charge by its name."""
    lease, payer, other = h.rng.choice(_pairs(h, owing=True) or _pairs(h))
    told = h.auditor.leases[lease.public_id]
    label = told.party_of[other.user.public_id]
    owed = max(1, h.auditor.books.balances[told.account(label)])
    rows = open_rows(h.auditor, lease.public_id, label)
    ways: list[dict[str, Any]] = [{}, {"amount": owed}, {"amount": max(1, owed // 2)}, {"amount": max(1, owed // 3)}, {"amount": owed + 1}]
    if rows:
        row = h.rng.choice(rows)
        ways.append({"charges": [(row.charge, h.rng.choice([None, row.free]))]})
    _pay(h, lease, payer, other, **h.rng.choice(ways))


def pay_for_stranger(h: "History") -> None:
    """For somebody who is not on the lease, or from the account of somebody who is not."""
    lease = h.rng.choice(h.cast.leases)
    people = h.cast.people_on[lease.public_id]
    strangers = [renter for renter in h.cast.renters if renter not in people and renter.sources]
    if strangers:
        one, other = h.rng.choice(people), h.rng.choice(strangers)
        _pay(h, lease, *h.rng.choice([(one, other), (other, one)]))


def _pay(h: "History", lease: Any, payer: Any, other: Any, **how: Any) -> None:
    sources = [s for s in payer.sources if h.auditor.bank_accounts[s.public_id].state == "verified"] or payer.sources
    way = h.rng.choices(list(paying.RAIL_WEIGHTS), list(paying.RAIL_WEIGHTS.values()))[0]
    paying.attempt(h, lease, h.rng.choice(sources), way, behalf=other.user.public_id, **how)


def _pairs(h: "History", *, owing: bool = False) -> list[tuple[Any, Any, Any]]:
    """(lease, who pays, whose share) where they owe apart."""
    found = []
    for lease in h.cast.leases:
        told = h.auditor.leases[lease.public_id]
        for other in h.cast.people_on[lease.public_id]:
            owed = h.auditor.books.balances[told.account(told.party_of[other.user.public_id])]
            payers = [one for one in h.cast.people_on[lease.public_id] if one is not other and one.sources]
            found += [(lease, one, other) for one in payers if len(told.weights) > 1 and (owed > 0 or not owing)]
    return found


MOVES = (
    Move("pay_for_roommate", 4, pay_for_roommate, lambda h: bool(_pairs(h))),
    Move("pay_for_stranger", 0.5, pay_for_stranger, lambda h: bool(h.cast.leases)),
)
