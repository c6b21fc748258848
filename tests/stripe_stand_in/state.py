"""What the stand-in remembers, its clock, what is still to happen, and the events of what has."""

import copy
import heapq
import itertools
import secrets
import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.stripe_stand_in.errors import no_such

Thing = dict[str, Any]
API_VERSION = "2026-10-28.endive"
KINDS = {
    "payment_intent": "payment_intent",
    "payment_method": "PaymentMethod",
    "setup_intent": "setupintent",
    "balance_transaction": "balance transaction",
}


class State:
    """All objects by kind and id, in the order in which they were made. One request at a time changes them (`lock`)."""

    def __init__(self, clock: Callable[[], datetime], *, bank_seconds: int, search_lag_seconds: int, instant_verification: bool) -> None:
        self.clock = clock
        self.bank_seconds, self.search_lag_seconds = bank_seconds, search_lag_seconds
        self.instant_verification = instant_verification
        self.url = ""
        self.lock = threading.RLock()
        self.tables: dict[str, dict[str, Thing]] = defaultdict(dict)
        self.numbers: dict[str, tuple[str, str]] = {}  # payment method → its number, and the CVC that came with it
        self.deleted: set[str] = set()  # customers
        self.proven: set[str] = set()  # payment methods that were set up
        self.paid_in: dict[str, str] = {}  # balance transaction → the payout that it is in
        self.hear: list[Callable[[Thing], None]] = []
        self.request: dict[str, str | None] = {"id": None, "idempotency_key": None}
        self._later: list[tuple[int, int, Callable[[], None]]] = []
        self._count = itertools.count()

    def now(self) -> int:
        return int(self.clock().timestamp())

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{secrets.token_hex(12)}"

    def add(self, thing: Thing) -> Thing:
        self.tables[thing["object"]][thing["id"]] = thing
        return thing

    def get(self, kind: str, name: str, param: str = "id") -> Thing:
        """Raises StripeError: resource_missing."""
        found = self.tables[kind].get(name)
        if found is None:
            raise no_such(KINDS.get(kind, kind), name, param)
        return found

    def all(self, kind: str) -> list[Thing]:
        """The newest first."""
        return list(reversed(self.tables[kind].values()))

    def later(self, when: int, do: Callable[[], None]) -> None:
        heapq.heappush(self._later, (when, next(self._count), do))

    def tick(self) -> None:
        """Let happen what is due by the clock."""
        while self._later and self._later[0][0] <= self.now():
            heapq.heappop(self._later)[2]()

    def tell(self, kind: str, thing: Thing) -> Thing:
        """An event: what `thing` is at this moment."""
        event = {
            "id": self.new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": {"object": copy.deepcopy(thing)},
            "livemode": False,
            "pending_webhooks": len(self.hear),
            "request": dict(self.request),
            "type": kind,
        }
        self.add(event)
        for heard in self.hear:
            heard(event)
        return event
