"""When a silent processor is asked again, and when the rest of a set of orders waits for the next turn. Nothing here sleeps."""

from datetime import datetime, timedelta

from payments.rails.base import Order

# Tried again after 1, 2, 4, 8 and 16 seconds: each time as long as it has been silent, and one more. Then payins' own patience.
FIRST_WAIT, LONGEST_WAIT, TRYING = timedelta(seconds=1), timedelta(seconds=16), timedelta(seconds=31)
TURN_SECONDS = 10.0  # of calls in one set of orders: the rest of the set waits a second, and other queues have their turn


def again_at(order: Order, at: datetime) -> datetime | None:
    """When to ask again after silence; None: as payins does."""
    silent_for = max(at - order.placed_at, timedelta())
    return at + min(silent_for + FIRST_WAIT, LONGEST_WAIT) if silent_for < TRYING else None


class Turn:
    """Seconds of calls in this process: whatever is worked on as one set bears one time."""

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._seconds = 0.0

    def spent(self, at: datetime) -> float:
        return self._seconds if self._at == at else 0.0

    def is_over(self, at: datetime) -> bool:
        return self.spent(at) >= TURN_SECONDS

    def spend(self, at: datetime, seconds: float) -> None:
        self._at, self._seconds = at, self.spent(at) + seconds
