"""A whole installation of its own for the length of a `with`: for `make demo`, the crash test and the load test."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from directpay.ops.places import free_port
from directpay.ops.preparation import BASE_DIR
from directpay.ops.processes import dying_with_parent, wait_until
from directpay.ops.secrets_file import read_environment
from directpay.ops.supervisor import last_lines, pid_file

# Each process that starts stacks looks for ports in a range of its own, below those that the kernel gives to outgoing connections.
FIRST_PORT, VALKEY_FIRST_PORT, APART = 18_000, 18_005, 10
START_SECONDS = 120.0
STOP_SECONDS = 25.0
# Empty means "not set", and keeps this machine's own settings and `.env` out.
OWN_SERVICES = dict.fromkeys(("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "DIRECTPAY_VAULT_KEYS"), "")
UNLIMITED = dict.fromkeys(("DIRECTPAY_RATE_PER_KEY", "DIRECTPAY_RATE_PER_USER", "DIRECTPAY_RATE_PER_ADDRESS"), "0")  # one asks for many
OWN_SETTINGS = {
    **UNLIMITED,
    "DIRECTPAY_MODE": "sandbox",
    "DIRECTPAY_DATABASE_ROLE": "runtime",
    "DJANGO_SETTINGS_MODULE": "directpay.settings",
}


@dataclass
class Stack:
    """A running installation. The children's pids are in `home/run/<name>.pid`."""

    home: Path
    base_url: str
    process: subprocess.Popen[bytes]
    env: dict[str, str]

    @property
    def demo(self) -> dict[str, Any]:
        """Keys, ids and log-ins of the demo data."""
        return json.loads((self.home / "demo.json").read_text())

    @property
    def owner_url(self) -> str:
        """Of its database, for whoever migrates and looks behind the curtain."""
        return read_environment(self.home / "run" / "owner.env")["DATABASE_OWNER_URL"]

    @property
    def runtime_url(self) -> str:
        """Of its database, as the application reaches it."""
        return read_environment(self.home / "run" / "services.env")["DATABASE_URL"]

    def pid_of(self, name: str) -> int:
        """postgres, valkey, web, worker, beat or supervisor."""
        return int(pid_file(self.home, name).read_text())

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()

    def manage(self, *arguments: str, owner: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a management command against this installation."""
        env = {name: value for name, value in self.env.items() if value or name not in OWN_SERVICES}
        env |= {"DIRECTPAY_DATABASE_ROLE": "owner"} if owner else {}
        command = [sys.executable, str(BASE_DIR / "manage.py"), *arguments]
        return subprocess.run(command, env=env, cwd=BASE_DIR, capture_output=True, text=True, check=False)


@contextmanager
def temporary_stack(home: Path, env: Mapping[str, str] | None = None, *, keep: bool = False) -> Iterator[Stack]:
    """Start everything in `home` with `env` added, wait until it is ready and seeded, stop it at the end.

    Data is removed unless `keep`; then the same home can be started again.
    Raises RuntimeError with the last lines of its output if it does not start.
    """
    try:
        stack = start_stack(home, env or {})
        try:
            yield stack
        finally:
            stack.stop()
    finally:
        if not keep:
            reset = [sys.executable, "-m", "directpay.ops.stop", "reset"]
            subprocess.run(reset, env=environment(home, env or {}), cwd=BASE_DIR, check=False, stdout=subprocess.DEVNULL)


def environment(home: Path, env: Mapping[str, str]) -> dict[str, str]:
    """What an installation of its own sees of this machine's environment."""
    own = {"DIRECTPAY_ENV_FILE": os.devnull, "DIRECTPAY_HOME": str(home.resolve()), "PORT": ""}
    return {**os.environ, **OWN_SERVICES, **OWN_SETTINGS, **own, **env}


def start_stack(home: Path, env: Mapping[str, str]) -> Stack:
    """The same without an end: whoever calls it stops it (or kills it, to see what happens)."""
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    full = environment(home, env)
    own = os.getpid() % 1_000 * APART
    full["DIRECTPAY_VALKEY_PORT"] = str(VALKEY_FIRST_PORT + own)
    full["PORT"] = full["PORT"] or str(free_port(FIRST_PORT + own))
    announced = home / "run" / "ready"
    announced.unlink(missing_ok=True)  # of a supervisor that was killed
    output = home / "up.log"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "directpay.ops.up"],
            env=full,
            cwd=BASE_DIR,
            stdout=file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dying_with_parent(signal.SIGTERM),
        )
    wait_until(lambda: announced.exists() or process.poll() is not None, START_SECONDS)
    if not announced.exists() or process.poll() is not None:
        process.terminate()
        process.wait(STOP_SECONDS)
        raise RuntimeError("The temporary installation did not start:\n" + "\n".join(last_lines(output, 30)))
    return Stack(home, announced.read_text().strip(), process, full)
