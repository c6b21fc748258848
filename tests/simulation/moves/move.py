from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.history import History


@dataclass(frozen=True)
class Move:
    """One kind of step. `act` calls real actions, tells the auditor what it asked for and lets it predict the answer.

    `weight` is relative to the other moves that are possible at the moment.
    """

    name: str
    weight: float
    act: Callable[["History"], None]
    possible: Callable[["History"], bool] = lambda history: True
