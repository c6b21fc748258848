"""Renters come, add bank accounts, and prove that these are theirs."""

from typing import TYPE_CHECKING

from payments.rails.sandbox import MICRO_DEPOSITS_FAIL
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History

RENTERS_LIMIT, SOURCES_LIMIT = 5, 10


def _sources(h: "History") -> int:
    return sum(len(renter.sources) for renter in h.cast.renters)


def add_renter(h: "History") -> None:
    h.cast.add_renter()


def add_verified(h: "History") -> None:
    h.cast.add_source(h.rng.choice(h.cast.renters), verified=True)


def add_unproven(h: "History") -> None:
    h.cast.add_source(h.rng.choice(h.cast.renters), MICRO_DEPOSITS_FAIL if h.rng.random() < 0.3 else None, verified=False)


def name_amounts(h: "History") -> None:
    """Right or wrong, on an account that waits for it or not."""
    source = h.rng.choice([source for renter in h.cast.renters for source in renter.sources])
    h.cast.verify(source, right=h.rng.random() < 0.4)


MOVES = (
    Move("add_renter", 1, add_renter, lambda h: len(h.cast.renters) < RENTERS_LIMIT),
    Move("add_bank_account", 1.5, add_verified, lambda h: _sources(h) < SOURCES_LIMIT),
    Move("add_unproven_account", 1, add_unproven, lambda h: _sources(h) < SOURCES_LIMIT),
    Move("name_amounts", 2, name_amounts),
)
