"""Who hears of which event. Rooms register their listeners when Django starts (their app's `ready`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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


LISTENERS: dict[str, Listener] = {}


def listen(name: str, *types: str, hear: Callable[[Sequence[Event]], None]) -> None:
    """Register once; the same name twice is a mistake."""
    if name in LISTENERS and LISTENERS[name].hear is not hear:
        raise ValueError(f"listener {name} is registered twice")
    LISTENERS[name] = Listener(name, types, hear)


def names_for(event_type: str) -> list[str]:
    return [name for name, listener in LISTENERS.items() if listener.wants(event_type)]
