"""Threads of this process, shared fairly: while there are not enough for all, no account keeps more than its part of them.

Alone, an account may have every thread. When all are taken and others wait too, the account with more than its part is told to come
again in a moment, which frees a thread at once: the line in front of the server shortens, and everybody's turn comes.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings

from directpay.api.limits.rates import refusal

RETRY_SECONDS = 1


@dataclass
class Turns:
    """`places`: how many requests this process works on at the same time."""

    places: int
    taken: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def turn(self, account: str) -> Iterator[None]:
        """For the length of a request. Raises RateLimited."""
        self._enter(account)
        try:
            yield
        finally:
            with self._lock:
                self._leave(account)

    def _enter(self, account: str) -> None:
        with self._lock:
            self.taken[account] += 1
            part = -(-self.places // len(self.taken))
            if self.taken.total() >= self.places and len(self.taken) > 1 and self.taken[account] > part:
                self._leave(account)
                raise refusal("turns", RETRY_SECONDS, "Others wait for their turn: send the same request again in a moment.")

    def _leave(self, account: str) -> None:
        self.taken[account] -= 1
        if not self.taken[account]:
            del self.taken[account]


TURNS = Turns(settings.WEB_THREADS)
