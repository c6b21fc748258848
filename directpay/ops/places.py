"""Where an embedded service keeps its files, and as whom it runs.

An ordinary user keeps everything under DIRECTPAY_HOME. PostgreSQL refuses root, and an unprivileged account cannot reach a clone
under /root: then binaries are copied, and data kept, in a directory of that account under /var/lib/directpay.
"""

import hashlib
import os
import pwd
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from directpay.ops.processes import Account

ROOT_HOMES = Path("/var/lib/directpay")
ACCOUNTS = ("postgres", "nobody")  # the first that exists
PORTS_TRIED = 200


@dataclass(frozen=True)
class Place:
    """A private directory and the account that owns what is in it (None: ourselves)."""

    root: Path
    account: Account | None

    def directory(self, name: str) -> Path:
        """A directory that only the account may enter; made at the first call, repaired at the others."""
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        self.own(path)
        return path

    def own(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    def binaries(self, source: Path, *parts: str) -> Path:
        """The directory `source`, or a complete copy of its `parts` that the account can reach."""
        if self.account is None:
            return source
        copy = self.directory("bin") / hashlib.sha256(str(source).encode()).hexdigest()[:8]
        stamp = f"{source} {[(source / part).stat().st_mtime_ns for part in parts]}"
        marker = copy / ".complete"
        if not marker.exists() or marker.read_text() != stamp:
            shutil.rmtree(copy, ignore_errors=True)
            for part in parts:
                shutil.copytree(source / part, copy / part, symlinks=True)
            copy.chmod(0o755)
            marker.write_text(stamp)
        return copy


def unprivileged_account() -> Account | None:
    """Whom services run as: an existing unprivileged account when we are root, otherwise ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise RuntimeError("Running as root needs an unprivileged account for PostgreSQL: create a user `nobody` or `postgres`.")


def place_for(home: Path) -> Place:
    """The place of the services of one DIRECTPAY_HOME."""
    account = unprivileged_account()
    if account is None:
        return Place(home, None)
    ROOT_HOMES.mkdir(parents=True, exist_ok=True)
    ROOT_HOMES.chmod(0o755)
    place = Place(ROOT_HOMES / hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12], account)
    place.directory(".")
    (place.root / "home").write_text(f"{home.resolve()}\n")  # for whoever finds this directory and wonders whose it is
    return place


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_port(first: int, host: str = "127.0.0.1") -> int:
    """`first`, or the next port that nobody listens on."""
    for port in range(first, min(first + PORTS_TRIED, 65_536)):
        if port_is_free(port, host):
            return port
    raise RuntimeError(f"No free port between {first} and {first + PORTS_TRIED} on {host}.")
