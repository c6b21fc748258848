"""Leases: alone, joint, in shares; from the past or the future; with an end or without."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from directpay.people.actor import SYSTEM
from leases.contracts.actions import Terms
from leases.rent.actions.open_lease import open_lease
from tests.simulation.auditor.lateness import Agreed
from tests.simulation.cast import Home, Renter
from tests.simulation.moves import late_fees
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History

LEASES_LIMIT = 5


def open_one(h: "History") -> None:
    home = h.rng.choice(h.cast.homes)
    free = [unit for unit in home.units if unit.id not in home.free_from]
    if not free:
        return
    people = h.rng.sample(h.cast.renters, min(h.rng.choice([1, 1, 2, 3]), len(h.cast.renters)))
    _open(h, home, free[0], people, _terms(h))


def open_twice(h: "History") -> None:
    """The unit is let already."""
    home = next(home for home in h.cast.homes if home.free_from)
    unit = next(unit for unit in home.units if unit.id in home.free_from)
    terms = _terms(h) | {"start_on": home.free_from[unit.id], "end_on": None}
    h.attempt(
        "open twice",
        "lease_overlaps",
        lambda: open_lease(Terms(unit=unit, renters=[(h.cast.renters[0].user, None)], **terms), actor=SYSTEM, at=h.now),
    )


def _terms(h: "History") -> dict[str, Any]:
    day = h.now.date()
    start = h.rng.choice([day.replace(day=1), day - timedelta(days=h.rng.randrange(60)), day + timedelta(days=h.rng.randrange(20))])
    end = None if h.rng.random() < 0.3 else start + timedelta(days=h.rng.choice([h.rng.randrange(20, 90), h.rng.randrange(90, 600)]))
    return {
        "rent_minor": h.rng.choice([150_000, 99_999, 333_333, h.rng.randrange(20_000, 900_000)]),
        "deposit_minor": 0,
        "start_on": start,
        "end_on": end,
        "due_day": h.rng.choice([1, 1, 15, 31, h.rng.randrange(1, 32)]),
        "metadata": {},
    }


def open_with_late_fee(h: "History") -> None:
    """One that asks something for lateness from its first day."""
    home = h.rng.choice(h.cast.homes)
    free = [unit for unit in home.units if unit.id not in home.free_from]
    if not free:
        return
    people = h.rng.sample(h.cast.renters, min(h.rng.choice([1, 2, 3]), len(h.cast.renters)))
    agreed = late_fees.some_agreement(h)
    _open(h, home, free[0], people, _terms(h) | {"late_fee": late_fees.terms_of(agreed)}, agreed)


def open_with_deposit(h: "History") -> None:
    """One that asks for a deposit, and often something for lateness."""
    home = h.rng.choice(h.cast.homes)
    free = [unit for unit in home.units if unit.id not in home.free_from]
    if not free:
        return
    people = h.rng.sample(h.cast.renters, min(h.rng.choice([1, 1, 2, 3]), len(h.cast.renters)))
    agreed = late_fees.some_agreement(h) if h.rng.random() < 0.3 else None
    sums = {
        "deposit_minor": h.rng.choice([150_000, 100_001, 7, h.rng.randrange(1_000, 400_000)]),
        "rent_minor": h.rng.randrange(2_000, 90_000),
    }
    terms = _terms(h) | sums  # so little rent that something of the deposit is left
    if agreed:
        terms["late_fee"] = late_fees.terms_of(agreed)
    _open(h, home, free[0], people, terms, agreed)


def _open(h: "History", home: Home, unit: Any, people: list[Renter], terms: dict[str, Any], agreed: Agreed | None = None) -> None:
    shares = _shares(h, people, terms["rent_minor"])
    renters = [(renter.user, share) for renter, share in zip(people, shares, strict=True)]
    lease = open_lease(Terms(unit=unit, renters=renters, **terms), actor=SYSTEM, at=h.now)
    home.free_from[unit.id] = terms["start_on"]
    h.cast.leases.append(lease)
    h.cast.people_on[lease.public_id] = people
    names = [renter.user.public_id for renter in people]
    parted = shares[0] is not None
    h.auditor.lease_opened(
        lease.public_id,
        payee=home.property.payee.public_id,
        home=home.property.public_id,
        zone=home.property.timezone,
        rent=terms["rent_minor"],
        start_on=terms["start_on"],
        end_on=terms["end_on"],
        due_day=terms["due_day"],
        weights={name: _weight(share) for name, share in zip(names, shares, strict=True)} if parted else {"joint": 1},
        party_of={name: name if parted else "joint" for name in names},
        at=h.now,
    )
    if terms["deposit_minor"]:
        h.auditor.trust.wanted[lease.public_id] = terms["deposit_minor"]
    if agreed:
        late_fees.tell(h, lease, replace(agreed, from_on=terms["start_on"]))
    h.say(f"  {lease.public_id} {terms['start_on']}–{terms['end_on']} on {terms['due_day']}, {terms['rent_minor']} in {shares}")
    h.check()


def _shares(h: "History", people: list[Renter], rent: int) -> list[dict[str, int] | None]:
    count = len(people)
    way = h.rng.choice(["joint", "weight", "percent", "amount"]) if count > 1 else "joint"
    if way == "joint":
        return [None] * count
    if way == "weight":
        return [{way: h.rng.randrange(1, 4)} for _ in people]
    whole = rent if way == "amount" else 100
    parts = [whole // count] * (count - 1)
    return [{way: part} for part in [*parts, whole - sum(parts)]]


def _weight(share: dict[str, int] | None) -> int:
    assert share is not None
    return next(iter(share.values()))


def _room(h: "History") -> bool:
    return len(h.cast.leases) < LEASES_LIMIT and any(len(home.free_from) < len(home.units) for home in h.cast.homes)


MOVES = (
    Move("open_lease", 3, open_one, _room),
    Move("open_with_late_fee", 2, open_with_late_fee, _room),
    Move("open_with_deposit", 12, open_with_deposit, _room),
    Move("open_lease_twice", 0.5, open_twice, lambda h: bool(h.cast.leases)),
)
