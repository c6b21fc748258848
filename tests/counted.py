"""Lines are counted where they are meant: in the rooms' own tests. Whole products driven from outside reach nearly all of them without
looking at any, and counting makes everything slower by half, so these run uncounted, and so do the processes that they start. Of the
rooms' own every third is counted, always the same ones: what is reached by these alone is reached by all. `COUNT=all` counts all."""

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

UNCOUNTED = frozenset({"architecture", "attackers", "bench", "browser", "chaos", "flows", "simulation"})
OF_SUBPROCESSES = "COVERAGE_PROCESS_CONFIG"  # coverage's own, of `patch = ["subprocess"]`
TESTS = Path(__file__).parent
ONE_IN = 1 if os.environ.get("COUNT") == "all" else 3


def is_counted(item: pytest.Item) -> bool:
    return item.path.relative_to(TESTS).parts[0] not in UNCOUNTED and zlib.crc32(item.nodeid.encode()) % ONE_IN == 0


class Counting:
    """A plugin of pytest's."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        running = coverage.Coverage.current()
        if running is None or is_counted(item):
            return (yield)
        subprocesses = os.environ.pop(OF_SUBPROCESSES, None)
        running.stop()
        try:
            return (yield)
        finally:
            running.start()
            if subprocesses is not None:
                os.environ[OF_SUBPROCESSES] = subprocesses


def register(config: pytest.Config) -> None:
    config.pluginmanager.register(Counting(), "counting")
