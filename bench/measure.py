"""Timing two or more ways of doing one thing so that a noisy machine treats them alike: in turns, medians, ratios."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One line of a result: what was done, how fast, and against what it is held."""

    name: str
    figures: Sequence[str]
    goal: str = ""
    met: bool | None = None  # None where there is no goal


@dataclass
class Result:
    title: str
    columns: Sequence[str]
    rows: list[Row] = field(default_factory=list)
    note: str = ""

    def markdown(self) -> str:
        lines = [f"### {self.title}", "", "| | " + " | ".join([*self.columns, "goal"]) + " |", "|---" * (len(self.columns) + 2) + "|"]
        for row in self.rows:
            verdict = row.goal + {None: "", True: " ✓", False: " ✗ missed"}[row.met]
            lines.append(f"| {row.name} | " + " | ".join([*row.figures, verdict]) + " |")
        return "\n".join([*lines, "", *([self.note, ""] if self.note else [])])


def in_turns(ways: Mapping[str, Callable[[], float | None]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each way, round by round; every other round in the opposite order. One round before the first is thrown away.

    A way may time itself and return the seconds, where what it needs must be made before the clock starts.
    """
    taken: dict[str, list[float]] = {name: [] for name in ways}
    names = list(ways)
    for number in range(rounds + 1):
        for name in names if number % 2 else reversed(names):
            gc.collect()
            start = time.perf_counter()
            own = ways[name]()
            seconds = time.perf_counter() - start if own is None else own
            if number:
                taken[name].append(seconds)
    return taken


def median(seconds: Sequence[float]) -> float:
    return statistics.median(seconds)


def ratio(fast: Sequence[float], slow: Sequence[float]) -> float:
    """How many times `fast` is as fast as `slow`: the median over the rounds of each round's own ratio."""
    return statistics.median(b / a for a, b in zip(fast, slow, strict=True))


def per_second(count: int, seconds: float) -> str:
    return f"{count / seconds:,.0f}/s"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms" if seconds < 0.1 else f"{seconds * 1000:,.0f} ms"
