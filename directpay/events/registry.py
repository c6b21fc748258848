"""Who hears of which event. Rooms register their listeners when Django starts (their app's `ready`)."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from directpay.events.models import Event


@dataclass(frozen=True)
class Listener:
    """`hear` gets events in order of recording, inside the transaction that marks them delivered.

    It notifies; it never carries money or truth. It is idempotent by event id: a crash delivers again.
    """

    name: str
    types: tuple[str, ...]  # event types, or prefixes ending in "*"
    hear: Callable[[Sequence[Event]], None]

    def wants(self, event_type: str) -> bool:
        return any(event_type == t or (t.endswith("*") and event_type.startswith(t[:-1])) for t in self.types)


class Fact(Protocol):
    """What an event says, whether it is recorded already or just now."""

    @property
    def type(self) -> str: ...
    @property
    def object_id(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def began_at(self) -> datetime | None: ...
    @property
    def data(self) -> dict[str, Any]: ...


Promise = Callable[[Sequence[Fact]], None]
PROMISES: dict[str, list[Promise]] = defaultdict(list)  # by event type


def promise(*types: str, hear: Promise) -> None:
    """Have `hear` called with these events in the very transaction that records them. For work that is only promised
    (`schedule`), which the database keeps as surely as a delivery: it needs no relay to carry it; and for what is counted or logged
    after the commit, and lost with the process. Anything else listens."""
    for kind in types:
        if hear not in PROMISES[kind]:
            PROMISES[kind].append(hear)


def hear_at_once(events: Sequence[Fact]) -> None:
    """Step of `record`."""
    heard: dict[Promise, list[Fact]] = defaultdict(list)
    for event in events:
        for hear in PROMISES.get(event.type, ()):
            heard[hear].append(event)
    for hear, facts in heard.items():
        hear(facts)


LISTENERS: dict[str, Listener] = {}


def listen(name: str, *types: str, hear: Callable[[Sequence[Event]], None]) -> None:
    """Register once; the same name twice is a mistake."""
    if name in LISTENERS and LISTENERS[name].hear is not hear:
        raise ValueError(f"listener {name} is registered twice")
    LISTENERS[name] = Listener(name, types, hear)


def names_for(event_type: str) -> list[str]:
    return [name for name, listener in LISTENERS.items() if listener.wants(event_type)]
