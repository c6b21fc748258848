"""A clock that stands, events about things that do not exist, and listeners that can be told to refuse."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from directpay.events.actions import NewEvent, record
from directpay.events.models import Event
from directpay.events.registry import LISTENERS, listen
from directpay.events.unit import unit_of_work
from directpay.ops.clock import set_clock

AT = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)


def new(object_id: str, version: int = 1, *, kind: str = "thing.made", at: datetime = AT, **data: object) -> NewEvent:
    return NewEvent(kind, object_id, version, "system:test", at, {"id": object_id, **data}, ["usr_1"])


def happened(*events: NewEvent) -> None:
    with unit_of_work():
        record(events)


@dataclass
class Ear:
    """Hears events; refuses those about the objects in `refuses`, after `before_end` was called."""

    name: str
    calls: list[list[str]] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    before_end: Callable[[Sequence[Event]], None] = lambda events: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, events: Sequence[Event]) -> None:
        with self._lock:
            self.calls.append([event.object_id for event in events])
        self.before_end(events)
        if self.refuses & {event.object_id for event in events}:
            raise RuntimeError("I will not hear that")

    @property
    def heard(self) -> list[str]:
        return [object_id for call in self.calls for object_id in call]


@pytest.fixture
def ear() -> Iterator[Callable[..., Ear]]:
    """Registers a listener for this test alone."""
    added: list[str] = []

    def register(name: str, *types: str, **how: object) -> Ear:
        made = Ear(name, **how)
        listen(name, *(types or ("thing.*",)), hear=made.hear)
        added.append(name)
        return made

    yield register
    for name in added:
        del LISTENERS[name]


@pytest.fixture
def still(db: None) -> datetime:
    """The clock stands at AT."""
    set_clock(AT, frozen=True)
    return AT
