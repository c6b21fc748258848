"""Time goes by: with the worker at work, or with nobody there until later."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from directpay.due.run import run_all
from directpay.events.relay import relay_all
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History

LAST_YEAR = 2028


def _by(low: float, high: float) -> Callable[["History"], None]:
    def jump(h: "History") -> None:
        delta = timedelta(seconds=h.rng.uniform(low, high))
        h.say(f"  {delta}")
        h.jump(delta)

    return jump


def tick(h: "History") -> None:
    """Exactly what the worker does at every tick: all queues, all listeners, whether anything waits or not."""
    run_all()
    relay_all()
    h.check()


def nobody_works(h: "History") -> None:
    """An outage: the clock goes on, then everything is done at once."""
    h.now += timedelta(seconds=h.rng.choice([30, 600, 3600, 86_400]) * h.rng.uniform(0.5, 2))
    h.auditor.resumed_at = h.now
    h.check()
    h.work()


def early(h: "History") -> bool:
    return (h.now.year, h.now.month) < (LAST_YEAR, 9)


MOVES = (
    Move("tick", 1, tick),
    Move("seconds", 9, _by(1, 60)),
    Move("minutes", 4, _by(60, 1800), early),
    Move("hours", 4, _by(3600, 40_000), early),
    Move("days", 5, _by(86_400, 4 * 86_400), early),
    Move("weeks", 1.5, _by(5 * 86_400, 25 * 86_400), early),
    Move("nobody_works", 2, nobody_works, early),
)
