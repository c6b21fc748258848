"""Keeps child processes running: restarts what dies with a growing pause, and stops all in order."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from directpay.ops.processes import Command, alive, children_of, kill_group, spawn, wait_for_end, wait_until
from directpay.ops.secrets_file import write_private

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 5.0
STEADY_SECONDS = 10.0  # after so long a life, the next end counts as the first again
POLL_SECONDS = 0.1
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LEFT_SECONDS = 3.0
LOG_BYTES = 20 * 1024 * 1024
LOG_CHECK_SECONDS = 30.0
LOG_LINES_SHOWN = 5


class Stopped(BaseException):
    """Ctrl-C or SIGTERM: whatever is under way ends, and everything is stopped in order."""


def say(line: str) -> None:
    """To whoever runs `make up`; a terminal that has gone away must not end the services."""
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except OSError:
        pass


@dataclass
class Child:
    """One child: how to start it, what to heal before, how long it may take to stop."""

    name: str
    command: Callable[[], Command]
    heal: Callable[[int], Sequence[str]] = lambda failures: ()
    stop_seconds: float = 6.0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    failures: int = 0

    def pause_seconds(self) -> float:
        return min(FIRST_PAUSE_SECONDS * 2 ** max(self.failures - 1, 0), LONGEST_PAUSE_SECONDS)


@dataclass
class Supervisor:
    """Starts children in the order given, and stops them in groups in the opposite order."""

    home: Path
    groups: list[list[Child]] = field(default_factory=list)
    stopping: bool = False
    logs_checked_at: float = 0.0

    @property
    def children(self) -> list[Child]:
        return [child for group in self.groups for child in group]

    def listen_for_signals(self) -> None:
        for number in SIGNALS:
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self.stopping:
            self.stopping = True
            raise Stopped

    def add(self, *group: Child) -> None:
        """Start these, which depend on those added before."""
        self.groups.append(list(group))
        for child in group:
            self._start(child)

    def watch(self, until: Callable[[], bool]) -> None:
        """Tend the children until `until` says so."""
        while not until():
            self.tend()
            time.sleep(POLL_SECONDS)

    def tend(self) -> None:
        """One look at every child: what died is started again when its pause is over."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._note_end(child, now)
            if child.process is None and now >= child.start_at:
                self._start(child)
        if now - self.logs_checked_at > LOG_CHECK_SECONDS:
            self.logs_checked_at = now
            for log in (self.home / "log").glob("*.log"):
                keep_short(log)

    def _start(self, child: Child) -> None:
        for note in child.heal(child.failures):
            say(f"  {child.name}: {note}")
        child.process = spawn(child.command(), self.home, self.log_of(child.name))
        child.started_at = time.monotonic()
        write_private(pid_file(self.home, child.name), f"{child.process.pid}\n")  # whole or not at all: others read it

    def _note_end(self, child: Child, now: float) -> None:
        process = child.process
        if process is None:
            return
        kill_group(process.pid)
        steady = now - child.started_at >= STEADY_SECONDS
        child.failures = 1 if steady else child.failures + 1
        child.start_at = now + child.pause_seconds()
        child.process = None
        say(f"  {child.name} {_how(process.returncode)} and is started again in {child.pause_seconds():.1f} s")
        if child.failures > 1:
            for line in last_lines(self.log_of(child.name)):
                say(f"    {line}")

    def stop_all(self) -> None:
        """Ask the last group first, and kill what does not go in time; a second Ctrl-C changes nothing."""
        self.stopping = True
        for group in reversed(self.groups):
            running = [(child, child.process) for child in group if child.process is not None]
            for child, process in running:
                if process.poll() is None:
                    process.send_signal(child.command().stop_signal)
            for child, process in running:
                wait_for_end(process, child.stop_seconds)
                pid_file(self.home, child.name).unlink(missing_ok=True)
        self.groups.clear()

    def log_of(self, name: str) -> Path:
        return self.home / "log" / f"{name}.log"


def ignore_signals() -> None:
    """While the interpreter ends: all is stopped, and a late signal must not turn that into a failure."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _how(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended (exit status {code})"


def pid_file(home: Path, name: str) -> Path:
    return home / "run" / f"{name}.pid"


def end_left_children(*directories: Path) -> int:
    """End what an earlier supervisor, killed with -9, left running for these directories. Returns how many processes that were."""
    left = children_of(*directories)
    for pid, is_postgres in left.items():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT if is_postgres else signal.SIGTERM)
    wait_until(lambda: not any(alive(pid) for pid in left), LEFT_SECONDS)
    for pid, is_postgres in left.items():
        if not is_postgres:  # it is asked again before its next start, and never killed
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    return len(left)


def keep_short(log: Path) -> None:
    """Bound a log: its writers append, so the file itself is emptied after its content became `.1`."""
    if log.stat().st_size <= LOG_BYTES:
        return
    log.with_suffix(".log.1").write_bytes(log.read_bytes())
    with log.open("r+b") as file:
        file.truncate(0)


def last_lines(log: Path, count: int = LOG_LINES_SHOWN) -> list[str]:
    if not log.exists():
        return []
    with log.open("rb") as file:
        file.seek(max(log.stat().st_size - 4_000, 0))
        return file.read().decode(errors="replace").splitlines()[-count:]
