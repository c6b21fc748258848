"""Proof of masking over a whole run: every process that runs tests writes its log to a file, as an installation would, and at the end
the run fails if anything of `tests.seeded` stands in one of them."""

import logging
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from directpay.ops.logs import MaskedJson
from tests.seeded import seeded_in

DIRECTORY = "DIRECTPAY_TEST_LOGS"  # how workers learn where to write
SHOWN = 20


@dataclass(frozen=True)
class Found:
    """A line that shows what it must not."""

    what: str
    value: str
    line: str


def search(directory: Path) -> tuple[int, list[Found]]:
    """How many lines were read, and those that show something seeded."""
    read, found = 0, []
    for file in sorted(directory.glob("*.log")):
        with file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                read += 1
                found += [Found(what, value, line.rstrip()) for what, value in seeded_in(line)]
    return read, found


class LogOfTheRun:
    """A plugin of pytest. The process that starts the run owns the directory and searches it; each that runs tests writes to it."""

    def __init__(self, config: pytest.Config) -> None:
        self.owns = not hasattr(config, "workerinput")
        if self.owns:
            os.environ[DIRECTORY] = tempfile.mkdtemp(prefix="directpay-test-logs-")
        self.directory = Path(os.environ[DIRECTORY])
        self.handler = logging.FileHandler(self.directory / f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}.log", encoding="utf-8")
        self.handler.setFormatter(MaskedJson())
        self.read, self.found = 0, list[Found]()

    def pytest_sessionstart(self) -> None:
        """After Django has set its own handlers."""
        logging.getLogger().addHandler(self.handler)

    def pytest_runtest_setup(self) -> None:
        """Whatever configures logging in the middle of a run takes the handlers of others away."""
        root = logging.getLogger()
        if self.handler not in root.handlers:
            root.addHandler(self.handler)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        logging.getLogger().removeHandler(self.handler)
        self.handler.close()
        if not self.owns:
            return
        self.read, self.found = search(self.directory)
        if self.found and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self.found:
            terminalreporter.write_line(f"log of the run: {self.read} lines, nothing that must not stand there")
            return
        terminalreporter.section("what must not stand in the log", red=True)
        for one in self.found[:SHOWN]:
            terminalreporter.write_line(f"{one.what} {one.value}: {one.line}")
        terminalreporter.write_line(f"{len(self.found)} in {self.read} lines")

    def pytest_unconfigure(self) -> None:
        if self.owns:
            shutil.rmtree(self.directory, ignore_errors=True)
            os.environ.pop(DIRECTORY, None)


def register(config: pytest.Config) -> None:
    """For a conftest's `pytest_configure`."""
    if not config.option.collectonly:
        config.pluginmanager.register(LogOfTheRun(config), "log_of_the_run")
