"""Everything that may happen. To add a kind of happening: a file beside these, and a line in `FAMILIES`."""

from types import ModuleType

from tests.simulation.moves import (
    bank,
    bank_charges,
    banking,
    by_hand,
    by_itself,
    cards,
    changing,
    clock,
    crashes,
    deposits,
    giving_back,
    holds,
    late_fees,
    leases,
    move_out,
    owing,
    paying,
    periods,
    planning,
    policies,
    posting,
    roommates,
    transfers,
)
from tests.simulation.moves.move import Move

FAMILIES = (
    *(leases, banking, paying, clock, bank, crashes, holds, posting, owing, by_hand, changing, late_fees, by_itself, planning),
    *(deposits, move_out, transfers, roommates, bank_charges, policies, periods, cards, giving_back),
)
MOVES: tuple[Move, ...] = tuple(move for family in FAMILIES for move in family.MOVES)
# Lives lean towards something: what needs many steps of one kind after another is lived by some of them, not hardly ever by all.
LEANINGS: dict[str, tuple[ModuleType, ...]] = {
    "nothing": (),
    "payments": (paying, banking, bank, giving_back),
    "cards": (cards, bank),
    "trust": (deposits, move_out),
    "lateness": (late_fees, planning),
    "moving": (transfers, roommates, leases),
}
LEANING = 5.0  # times as often as else
