"""What goes wrong on demand, once or more often, at a route."""

import threading
from dataclasses import dataclass, field
from typing import Literal

# Before: nothing has happened. After: all has, and its answer is kept under the key, but does not arrive.
Kind = Literal["timeout_before", "timeout_after", "reset_before", "reset_after", "500_before", "500_after", "503", "429", "409", "hold"]
PATIENCE_SECONDS = 60


@dataclass
class Fault:
    """`route`: ``POST /v1/payment_intents/{id}/capture``, or ``*``. `times`: how often; -1: until it is taken away.

    `passes`: how many it lets pass first.

    `hold` withholds the request before anything happens, until `released` is set: a slow answer, or a key that is in use.
    """

    kind: Kind
    route: str = "*"
    times: int = 1
    passes: int = 0
    met: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> None:
        """Until the stand-in ends, or somebody lets go: whoever asks has given up long before."""
        self.released.wait(PATIENCE_SECONDS)


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []
        self._met: list[Fault] = []

    def add(self, kind: Kind, route: str = "*", times: int = 1, passes: int = 0) -> Fault:
        fault = Fault(kind, route, times, passes)
        with self._lock:
            self._waiting.append(fault)
        return fault

    def take(self, route: str) -> Fault | None:
        """The first that is meant for this route and lets nothing pass any more, one time less."""
        with self._lock:
            for fault in self._waiting:
                if fault.route in ("*", route):
                    if fault.passes:
                        fault.passes -= 1
                        continue
                    fault.times -= 1
                    if fault.times == 0:
                        self._waiting.remove(fault)
                    self._met.append(fault)
                    fault.met.set()
                    return fault
        return None

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()
            for fault in self._met:
                fault.released.set()
            self._met.clear()
