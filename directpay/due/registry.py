"""The due queues. A room registers one for each kind of delayed work (its app's `ready`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

BATCH = 500


@dataclass(frozen=True)
class Queue:
    """`work(keys, at)` does what is due.

    A `local` queue touches only the database: claim, work and the removal of the rows are one transaction.
    Any other queue calls the outside world: its rows are first pushed `lease_seconds` ahead and committed, so that a
    crash brings them back, and `work` itself schedules what comes next or calls `done`.
    `always`: upkeep that never ends; it is promised under the key "all" when an installation starts, and renews itself.
    Moving the sandbox's clock does not stop for it.
    """

    name: str
    work: Callable[[Sequence[str], datetime], object]
    local: bool = True
    lease_seconds: int = 30
    batch: int = BATCH
    always: bool = False


QUEUES: dict[str, Queue] = {}


def register(queue: Queue) -> None:
    """Order of registration is order of work within one tick."""
    if queue.name in QUEUES and QUEUES[queue.name].work is not queue.work:
        raise ValueError(f"queue {queue.name} is registered twice")
    QUEUES[queue.name] = queue
