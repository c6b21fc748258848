"""What a test sees of the instruments: the growth of a sample, and the samples of an exposition."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from directpay.kernel.instruments import REGISTRY

SAMPLE = re.compile(r"^(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def sample(name: str, **labels: str) -> float:
    """As this process has counted; 0 if it never did."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


@dataclass
class Growth:
    """By how much samples have grown since the `with` began."""

    before: dict[tuple[str, tuple[tuple[str, str], ...]], float]

    def of(self, name: str, **labels: str) -> float:
        return sample(name, **labels) - self.before.get((name, tuple(sorted(labels.items()))), 0.0)

    def payments(self) -> dict[tuple[str, str], float]:
        """(status, rail) → how many payments more."""
        name = "payment_requests_total"
        pairs = [(s.labels["status"], s.labels["rail"]) for m in REGISTRY.collect() for s in m.samples if s.name == name]
        grown = {(status, rail): self.of(name, status=status, rail=rail) for status, rail in pairs}
        return {pair: number for pair, number in grown.items() if number}


@contextmanager
def growth() -> Iterator[Growth]:
    yield Growth({(s.name, tuple(sorted(s.labels.items()))): s.value for m in REGISTRY.collect() for s in m.samples})


def samples_of(exposition: str) -> dict[str, list[dict[str, str]]]:
    """Name of each sample → the labels of all that it has."""
    found: dict[str, list[dict[str, str]]] = {}
    for line in exposition.splitlines():
        if match := SAMPLE.match(line):
            found.setdefault(match["name"], []).append(dict(LABEL.findall(match["labels"] or "")))
    return found
