"""A clock that stands, and queues whose work is written down."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from directpay.due.actions import schedule
from directpay.due.models import Due
from directpay.due.registry import QUEUES, Queue, register
from directpay.events.unit import unit_of_work
from directpay.ops.clock import set_clock

AT = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)


def promise(queue: str, *keys: str, seconds: float = 0) -> None:
    """`keys` are due on `queue` so many seconds from AT."""
    with unit_of_work():
        schedule(queue, [(key, AT + timedelta(seconds=seconds)) for key in keys])


def waiting(queue: str) -> dict[str, float]:
    """Key → seconds from AT at which it is due."""
    rows = Due.objects.filter(queue=queue, parked_at=None).order_by("due_at", "id")
    return {row.key: (row.due_at - AT).total_seconds() for row in rows}


@dataclass
class Desk:
    """Works on a queue and keeps what it was given; fails over the keys in `bad`."""

    calls: list[list[str]] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)
    before_end: Callable[[Sequence[str], datetime], None] = lambda keys, at: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self, keys: Sequence[str], at: datetime) -> None:
        with self._lock:
            self.calls.append(list(keys))
        self.before_end(keys, at)
        if found := self.bad & set(keys):
            raise ValueError(f"not with {sorted(found)}")

    @property
    def worked(self) -> list[str]:
        return [key for call in self.calls for key in call]


@pytest.fixture
def desk() -> Iterator[Callable[..., Desk]]:
    """Registers a queue for this test alone: ``desk("name", local=False, before_end=…)``."""
    added: list[str] = []

    def open_desk(name: str, *, before_end: Callable | None = None, bad: set[str] | None = None, **how: object) -> Desk:
        made = Desk(bad=bad or set())
        if before_end:
            made.before_end = before_end
        register(Queue(name, made.work, **how))
        added.append(name)
        return made

    yield open_desk
    for name in added:
        del QUEUES[name]


@pytest.fixture
def still(db: None) -> datetime:
    """The clock stands at AT."""
    set_clock(AT, frozen=True)
    return AT
