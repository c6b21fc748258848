"""kill -9, again and again, of everything in turn, at the moment when some payment is in the wanted phase."""

import contextlib
import os
import random
import shutil
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import psycopg

from directpay.ops.temporary import Stack

COMPONENTS = ("web", "worker", "beat", "valkey", "postgres")
PHASES = {
    "accepted": "SELECT count(*) FROM payments_payment WHERE status = 'initiated'",
    "submitted": "SELECT count(*) FROM payments_payment WHERE status = 'processing' AND rail_reference = ''",
    "answered": "SELECT count(*) FROM payments_payment WHERE status = 'processing' AND rail_reference <> ''",
    "completed": "SELECT count(*) FROM payments_payment WHERE status = 'completed'",
    "relayed": "SELECT count(*) FROM directpay_delivery WHERE done_at IS NULL AND listener NOT LIKE 'chaos%'",
    "settled": "SELECT count(*) FROM payments_payment WHERE status = 'settled'"
    " AND changed_at > (SELECT max(changed_at) - interval '2 s' FROM payments_payment)",
}
WAIT_FOR_PHASE_SECONDS = 2.0
BACK_SECONDS = 30.0


class Killer:
    """Kills each component `rounds` times. `hits` counts (component, phase) with a payment in that phase at the kill."""

    def __init__(self, stack: Stack, url: str, valkey_data: Path, rounds: int, rng: random.Random, pause: tuple[float, float]) -> None:
        self.stack, self.url, self.valkey_data, self.rng, self.pause = stack, url, valkey_data, rng, pause
        self.plan = [name for name in COMPONENTS for _ in range(rounds)]
        rng.shuffle(self.plan)
        self.done = 0
        self.kills: Counter[str] = Counter()
        self.hits: Counter[str] = Counter()
        self.stopped = threading.Event()

    def progress(self) -> float:
        """How much of the plan is carried out, a little ahead, so that there is always load."""
        return (self.done + 1) / len(self.plan)

    def run(self) -> None:
        for n, name in enumerate(self.plan):
            time.sleep(self.rng.uniform(*self.pause))
            self._wait_until_back(name)
            self._wait_for(list(PHASES)[n % len(PHASES)])
            self._kill(name)
            self.done += 1

    def _wait_for(self, phase: str) -> None:
        """Look closely until a payment is in `phase`, then count every phase that has one."""
        ends = time.monotonic() + WAIT_FOR_PHASE_SECONDS
        with contextlib.suppress(psycopg.Error), psycopg.connect(self.url, connect_timeout=2, autocommit=True) as connection:
            while time.monotonic() < ends and not connection.execute(PHASES[phase]).fetchone()[0]:
                time.sleep(0.002)
            for name, sql in PHASES.items():
                if connection.execute(sql).fetchone()[0]:
                    self.hits[name] += 1

    def _kill(self, name: str) -> None:
        """Again until one took: a component may end by itself, with the service it leans on, after it was seen to be back."""
        ends = time.monotonic() + BACK_SECONDS
        while not (took := self._signal(name, signal.SIGKILL)) and time.monotonic() < ends:
            time.sleep(0.05)
        self.kills[name] += took
        if name == "valkey":
            shutil.rmtree(self.valkey_data, ignore_errors=True)

    def _signal(self, name: str, number: int) -> bool:
        """Whether there was a process to take it."""
        with contextlib.suppress(ProcessLookupError, FileNotFoundError, ValueError):
            os.kill(self.stack.pid_of(name), number)
            return True
        return False

    def _wait_until_back(self, name: str) -> None:
        ends = time.monotonic() + BACK_SECONDS
        while not self._signal(name, 0) and time.monotonic() < ends:
            time.sleep(0.05)
