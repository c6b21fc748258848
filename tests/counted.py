"""Lines are counted where they are meant: in the rooms' own tests. Whole products driven from outside reach nearly all of them without
looking at any, and counting makes everything slower by half, so these run uncounted, and so do the processes that they start. Of a test
with many cases one is counted: what is reached by that one is reached by all.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

UNCOUNTED = frozenset({"architecture", "attackers", "bench", "browser", "chaos", "flows", "simulation"})
OF_SUBPROCESSES = "COVERAGE_PROCESS_CONFIG"  # coverage's own, of `patch = ["subprocess"]`
TESTS = Path(__file__).parent


class Counting:
    """A plugin of pytest's."""

    def __init__(self) -> None:
        self.counted: set[str] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        first: dict[str, str] = {}
        for item in session.items:
            if item.path.relative_to(TESTS).parts[0] not in UNCOUNTED:
                first.setdefault(item.nodeid.partition("[")[0], item.nodeid)
        self.counted = set(first.values())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        running = coverage.Coverage.current()
        if running is None or item.nodeid in self.counted:
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
