"""Counters, gauges and histograms that any floor may use, for Prometheus; `/metrics` (`ops.metrics`) shows them.

Whoever counts must never fail or wait for it: an instrument is an addition in memory, and what goes wrong with it is logged once and
forgotten. Several processes count together: each keeps a file in the directory that PROMETHEUS_MULTIPROC_DIR names (`make up` makes
it); without that directory a process counts for itself alone.
"""

import logging
import os
import socket
from collections.abc import Callable, Sequence
from typing import Any

import prometheus_client
from prometheus_client import CollectorRegistry, values

log = logging.getLogger(__name__)
DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
REGISTRY = CollectorRegistry()
HOST = socket.gethostname().replace("_", "-")  # in the names of files, whose parts an underscore divides
_told: set[str] = set()


def shared_directory() -> str:
    """Where the processes of this installation count together; empty if each counts alone."""
    given = os.environ.get(DIRECTORY, "")
    return given if given and os.access(given, os.W_OK | os.X_OK) else ""


_name = (0, "")


def process_name() -> str:
    """Of this process among all that share the directory; containers share it too, and may have the same pids."""
    global _name
    pid = os.getpid()
    if _name[0] != pid:
        _name = (pid, f"{HOST}-{pid}")
    return _name[1]


# As prometheus_client documents for servers with process names of their own.
values.ValueClass = values.MultiProcessValue(process_name) if shared_directory() else values.MutexValue


class Instrument:
    """`labels` are names; their values are given in the same order, and must be few: never an id, a path or a name."""

    def __init__(self, kind: Callable[..., Any], name: str, meaning: str, labels: Sequence[str], **more: Any) -> None:
        self.name = name
        try:
            self._of = kind(name, meaning, labels, registry=REGISTRY, **more)
        except OSError as error:  # the disk is full: this process counts for itself
            log.warning("%s is not shared between processes: %s", name, error)
            values.ValueClass = values.MutexValue
            self._of = kind(name, meaning, labels, registry=REGISTRY, **more)
        self._children: dict[tuple[str, ...], Any] = {} if labels else {(): self._of}

    def _at(self, labels: tuple[str, ...]) -> Any:
        child = self._children.get(labels)
        if child is None:
            child = self._children[labels] = self._of.labels(*labels)
        return child

    def _failed(self, error: Exception) -> None:
        if self.name not in _told:
            _told.add(self.name)
            log.warning("%s is not counted: %s", self.name, error)


class Counter(Instrument):
    """Only grows. `name` ends with `_total`."""

    def __init__(self, name: str, meaning: str, labels: Sequence[str] = ()) -> None:
        super().__init__(prometheus_client.Counter, name, meaning, labels)

    def add(self, *labels: str, amount: int = 1) -> None:
        try:
            self._at(labels).inc(amount)
        except Exception as error:
            self._failed(error)

    def begin(self, *labels: str) -> None:
        """Show it at nought, so that the first of its kind is seen as a growth."""
        self.add(*labels, amount=0)


class Level(Instrument):
    """A gauge that goes up and down in each process; shown is the sum over those that live."""

    def __init__(self, name: str, meaning: str, labels: Sequence[str] = ()) -> None:
        super().__init__(prometheus_client.Gauge, name, meaning, labels, multiprocess_mode="livesum")

    def add(self, amount: int, *labels: str) -> None:
        try:
            self._at(labels).inc(amount)
        except Exception as error:
            self._failed(error)


class Histogram(Instrument):
    """Seconds, by rising bounds. `name` ends with `_seconds`."""

    def __init__(self, name: str, meaning: str, labels: Sequence[str] = (), *, bounds: Sequence[float]) -> None:
        super().__init__(prometheus_client.Histogram, name, meaning, labels, buckets=bounds)

    def observe(self, seconds: float, *labels: str) -> None:
        try:
            self._at(labels).observe(seconds)
        except Exception as error:
            self._failed(error)
