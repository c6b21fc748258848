"""A PostgreSQL and a Valkey that belong to one test run, whatever this machine runs or its environment says.

The process that starts the run (pytest itself, or the controller of xdist) owns them. Addresses are decided before anything is
started, so that settings can be read early; the schema is migrated once, into a template, when the first test needs it, and each
worker gets a copy.
"""

import atexit
import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from directpay.ops import roles
from directpay.ops.embedded import DURABLE, EmbeddedPostgres
from directpay.ops.embedded_valkey import EmbeddedValkey
from directpay.ops.places import Place, free_port, unprivileged_account
from directpay.ops.processes import Command, alive, spawn, stop, wait_until

ANNOUNCED = "DIRECTPAY_TEST_SERVICES"  # how workers and the commands that tests run learn the addresses
MIGRATING = "DIRECTPAY_TEST_MIGRATES"  # set for the one command that migrates the template: its name
TEMPLATE = "directpay_template"
PREFIX = "directpay-test-"
ROOT = Path(__file__).resolve().parent.parent
# What `flush` leaves: the schema's own bookkeeping, and the edges of the state machine.
KEPT = frozenset({"django_migrations", "django_content_type", "auth_permission", "payments_transition", "ledger_kind", "ledger_limit"})
START_SECONDS = 60
ERROR_LINES = 15
# As durable as the real one: measured, a commit costs 0.12 ms instead of 0.02 with fsync, which a run of all tests does not notice.
SETTINGS = {**DURABLE, "max_connections": "200"}
MONTHS: tuple[str, str] | None = ("2026-01-01", "2028-12-31")  # that tests put their clocks to; None: those that the migrations leave


class MigrationsFailedError(Exception):
    """The schema cannot be made; the message ends with what `manage.py migrate` said."""


@dataclass(frozen=True)
class Addresses:
    home: str
    password: str
    valkey_port: int

    def postgres(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(self._place(), self.password, SETTINGS)

    def valkey(self) -> EmbeddedValkey:
        return EmbeddedValkey(self._place(), self.password, self.valkey_port, durable=False)

    def _place(self) -> Place:
        return Place(Path(self.home), unprivileged_account())

    def superuser_url(self, database: str = "postgres") -> str:
        return self.postgres().superuser_url(database)

    def owner_url(self, database: str) -> str:
        return self.postgres().url(roles.OWNER, self.password, database)

    def runtime_url(self, database: str) -> str:
        return self.postgres().url(roles.RUNTIME, self.password, database)


def addresses() -> Addresses:
    """Those announced by the process that owns this run, or new ones that this process will own."""
    if announced := os.environ.get(ANNOUNCED):
        return Addresses(**json.loads(announced))
    home = Path("/tmp") / f"{PREFIX}{os.getpid()}-{secrets.token_hex(3)}"
    decided = Addresses(str(home), secrets.token_hex(16), free_port(20_000 + os.getpid() % 20_000))
    os.environ[ANNOUNCED] = json.dumps(asdict(decided))
    return decided


def database_name() -> str:
    """This worker's own database."""
    return f"directpay_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def environment() -> dict[str, str]:
    """What settings, and the commands that tests run, must read instead of this machine's own."""
    here = addresses()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    home = Path(here.home) / f"home-{worker}"
    migrating = os.environ.get(MIGRATING)
    database = migrating or database_name()
    return {
        "DATABASE_URL": here.runtime_url(database),
        "DATABASE_OWNER_URL": here.owner_url(database),
        "DIRECTPAY_DATABASE_ROLE": "owner" if migrating else "runtime",
        "REDIS_URL": f"{here.valkey().url.removesuffix('/0')}/{int(worker) % 16}",
        "DIRECTPAY_HOME": str(home),
        "DIRECTPAY_MODE": "sandbox",
    }


@contextmanager
def running() -> Iterator[Addresses]:
    """Start both services, and stop them whatever happens."""
    here = addresses()
    home = Path(here.home)
    _remove_left_behind()
    here._place().directory(".")
    processes: list[tuple[subprocess.Popen[bytes], Command]] = []

    def end() -> None:
        while processes:
            process, command = processes.pop()
            stop(process, command.stop_signal, 5)
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(end)  # a second Ctrl-C must not leave a server behind
    try:
        servers: list[EmbeddedValkey | EmbeddedPostgres] = [here.valkey(), here.postgres()]
        for server in servers:
            server.prepare()
            command = server.command()
            processes.append((spawn(command, home, home / f"{type(server).__name__}.log"), command))
        for server in servers:
            if not wait_until(server.is_ready, START_SECONDS):
                raise RuntimeError(f"{type(server).__name__} did not start:\n{(home / f'{type(server).__name__}.log').read_text()[-2000:]}")
        roles.bootstrap(here.superuser_url(), roles.Passwords(here.password, here.password), TEMPLATE)
        yield here
    finally:
        end()


def ensure_database() -> None:
    """Give this worker a fresh copy of the migrated template; the first worker to come migrates it."""
    here = addresses()
    with (Path(here.home) / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = Path(here.home) / "template.done"
        if not done.exists():
            _migrate_template(here)
            done.touch()
        with psycopg.connect(here.superuser_url(), autocommit=True) as connection:
            name = sql.Identifier(database_name())
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            roles.ensure_database(connection, database_name(), TEMPLATE)


def _migrate_template(here: Addresses) -> None:
    """As a real installation does it: a command of its own, in the owner's role."""
    command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--no-input", "--skip-checks", "--verbosity", "0"]
    done = subprocess.run(
        command,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "tests.settings"),
            MIGRATING: TEMPLATE,
        },
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MigrationsFailedError("The migrations fail:\n" + "\n".join(done.stdout.splitlines()[-ERROR_LINES:]))
    with psycopg.connect(here.superuser_url(TEMPLATE)) as connection:
        connection.execute("UPDATE ledger_limit SET ahead = '10 years'")  # tests and benchmarks have clocks of their own
        if MONTHS:
            make_months(connection, *MONTHS)
        remember_first_rows(connection)


def make_months(connection: psycopg.Connection, first: str, last: str) -> None:
    """Partitions for clocks that are put somewhere, which makes none, instead of being advanced, which does."""
    for parent in ("directpay_event", "ledger_entry"):
        connection.execute("SELECT directpay_make_partitions(%s::regclass, %s, %s)", [parent, first, last])


def remember_first_rows(connection: psycopg.Connection) -> None:
    """Keep a copy of the rows that migrations made (the clock, for one), so that `flush` can put them back."""
    connection.execute("CREATE SCHEMA first_rows")
    for table in _tables(connection):
        target = sql.Identifier("first_rows", table)
        source = sql.Identifier("public", table)
        if connection.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(source)).fetchone() == (True,):
            connection.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(target, source))


def _tables(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
        " AND relname <> ALL(%s) ORDER BY relname",
        [list(KEPT)],
    )
    return [name for (name,) in rows]


def _remove_left_behind() -> None:
    """The directories of runs that were killed: their servers died with them."""
    for directory in Path("/tmp").glob(f"{PREFIX}*"):
        owner = directory.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not alive(int(owner)):
            shutil.rmtree(directory, ignore_errors=True)
