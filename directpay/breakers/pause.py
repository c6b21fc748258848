"""Leaving alone what did not answer: nothing about it is remembered but until when, by the machine's clock, in this process."""

import time

SECONDS = 5.0


class Pause:
    """`lasts()`: do not ask now. It begins when an answer did not come."""

    def __init__(self) -> None:
        self._until = 0.0

    def lasts(self) -> bool:
        return time.monotonic() < self._until

    def begin(self) -> None:
        self._until = time.monotonic() + SECONDS
