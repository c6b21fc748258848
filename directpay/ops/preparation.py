"""Migrations and static files: done in child processes before the server starts, skipped when nothing changed since the last time."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from directpay.ops.processes import dying_with_parent
from directpay.ops.supervisor import last_lines, say

BASE_DIR = Path(__file__).resolve().parent.parent.parent
PROGRESS_SECONDS = 10.0
ERROR_LINES = 20


class PreparationError(Exception):
    """A step before the start failed; the message ends with what it said."""


@dataclass
class Step:
    """A management command, skipped while the fingerprint in `stamp` is still true."""

    title: str
    arguments: list[str]
    env: Mapping[str, str]
    stamp: Path
    fingerprint: str
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def is_done(self) -> bool:
        return self.stamp.exists() and self.stamp.read_text() == self.fingerprint

    def start(self) -> None:
        self.stamp.unlink(missing_ok=True)
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(BASE_DIR / "manage.py"), *self.arguments],
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=BASE_DIR,
                start_new_session=True,
                preexec_fn=dying_with_parent(signal.SIGTERM),
            )

    def finish(self) -> None:
        """Wait, telling now and then that it still goes on."""
        if self.process is None:
            return
        began = time.monotonic()
        while True:
            try:
                code = self.process.wait(PROGRESS_SECONDS)
                break
            except subprocess.TimeoutExpired:
                say(f"  {self.title}: still going on after {time.monotonic() - began:.0f} s …")
        if code:
            raise PreparationError(f"{self.title} failed:\n" + "\n".join(last_lines(self.log, ERROR_LINES)))
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(self.fingerprint)


def run_steps(steps: Iterable[Step]) -> None:
    """All steps at once; those that are done already cost nothing."""
    waiting = [step for step in steps if not step.is_done()]
    for step in waiting:
        say(f"  {step.title} …")
        step.start()
    try:
        for step in waiting:
            step.finish()
    finally:
        for step in waiting:
            if step.process is not None and step.process.poll() is None:
                step.process.terminate()


def migration_fingerprint(owner_url: str) -> str:
    """Changes with the code of any migration, of grants and policies, of any dependency, and with the database."""
    files = sorted(path for app in BASE_DIR.glob("*/migrations") for path in app.rglob("*") if path.suffix in (".py", ".sql"))
    policies = sorted([*BASE_DIR.glob("*/row_policies.py"), *BASE_DIR.glob("directpay/row_security/*.py")])
    return _digest([*files, *policies, BASE_DIR / "directpay" / "ops" / "grants.py", BASE_DIR / "requirements.txt"], owner_url)


def static_fingerprint() -> str:
    files = sorted(path for path in (BASE_DIR / "static").rglob("*") if path.is_file())
    return _digest([*files, BASE_DIR / "requirements.txt", BASE_DIR / "directpay" / "settings.py"])


def _digest(files: Iterable[Path], *words: str) -> str:
    digest = hashlib.sha256("\0".join(words).encode())
    for file in files:
        if file.exists():
            digest.update(f"\0{os.fspath(file.relative_to(BASE_DIR))}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
