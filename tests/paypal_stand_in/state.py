"""What the stand-in remembers, its clock, what is still to happen, and the events of what has."""

import copy
import heapq
import itertools
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.paypal_stand_in.errors import PayPalError

Thing = dict[str, Any]
LETTERS = "ABCDEFGHJKLMNPRSTUVWXY0123456789"
TYPES = {"CHECKOUT.ORDER": "checkout-order", "PAYMENT.CAPTURE": "capture", "PAYMENT.AUTHORIZATION": "authorization"}


class State:
    """Objects by kind and id, in the order in which they were made. One request at a time changes them (`lock`)."""

    def __init__(self, clock: Callable[[], datetime], *, echeck_seconds: int) -> None:
        self.clock, self.echeck_seconds = clock, echeck_seconds
        self.url = ""
        self.lock = threading.RLock()
        self.tables: dict[str, dict[str, Thing]] = {kind: {} for kind in ("order", "capture", "authorization", "refund", "event")}
        self.hear: list[Callable[[Thing], None]] = []
        self._later: list[tuple[int, int, Callable[[], None]]] = []
        self._count = itertools.count()

    def now(self) -> int:
        return int(self.clock().timestamp())

    def moment(self, seconds_on: int = 0) -> str:
        return datetime.fromtimestamp(self.now() + seconds_on, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def new_id(self) -> str:
        return "".join(secrets.choice(LETTERS) for _ in range(17))

    def add(self, kind: str, thing: Thing) -> Thing:
        self.tables[kind][thing["id"]] = thing
        return thing

    def get(self, kind: str, name: str) -> Thing:
        """Raises PayPalError 404."""
        found = self.tables[kind].get(name)
        if found is None:
            raise PayPalError(404, "INVALID_RESOURCE_ID")
        return found

    def later(self, seconds_on: int, do: Callable[[], None]) -> None:
        heapq.heappush(self._later, (self.now() + seconds_on, next(self._count), do))

    def tick(self) -> None:
        """Let happen what is due by the clock."""
        while self._later and self._later[0][0] <= self.now():
            heapq.heappop(self._later)[2]()

    def tell(self, kind: str, thing: Thing) -> Thing:
        """An event: what `thing` is at this moment."""
        event = {
            "id": f"WH-{self.new_id()}-{self.new_id()}",
            "event_version": "1.0",
            "create_time": self.moment(),
            "resource_type": TYPES.get(kind.rpartition(".")[0], "checkout-order"),
            "resource_version": "2.0",
            "event_type": kind,
            "summary": kind.replace(".", " ").lower(),
            "resource": {name: copy.deepcopy(value) for name, value in thing.items() if not name.startswith("_")},
            "links": [],
        }
        self.add("event", event)
        for heard in self.hear:
            heard(event)
        return event
