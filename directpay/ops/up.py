"""`make up`: everything that DirectPay needs, in the foreground of one terminal, ended by one Ctrl-C."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import environ

from directpay.kernel.instruments import DIRECTORY
from directpay.ops.embedded import EmbeddedPostgresError
from directpay.ops.embedded_valkey import EmbeddedValkeyError
from directpay.ops.heartbeat import forget_heartbeat
from directpay.ops.places import free_port, place_for
from directpay.ops.preparation import BASE_DIR, PreparationError, Step, migration_fingerprint, run_steps, static_fingerprint
from directpay.ops.processes import Command
from directpay.ops.secrets_file import SecretFileError, application_secrets, read_secret_files, write_environment, write_private
from directpay.ops.services import ServiceError, Services, chosen_services
from directpay.ops.supervisor import Child, Stopped, Supervisor, end_left_children, ignore_signals, keep_short, pid_file, say

RUN_FILES = ("ready", "services.env", "owner.env", "supervisor.pid")  # there while it runs
START_SECONDS = 60.0
SERVER_STOP_SECONDS = 20.0  # a last checkpoint may take its time
READY_SECONDS = 60.0
EXPECTED_ERRORS = (EmbeddedPostgresError, EmbeddedValkeyError, ServiceError, PreparationError)


class AlreadyRunning(Exception):
    """Another `make up` holds this home; the message says which and where."""


class StartError(Exception):
    """A part did not come up; the message says where to look."""


@dataclass
class Up:
    """One run: what was chosen, and what is supervised."""

    home: Path
    port: int
    supervisor: Supervisor
    env: dict[str, str] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self) -> None:
        """Start all, seed the demo, then watch until told to stop."""
        began = time.monotonic()
        services = chosen_services(self.home)
        self._start_services(services)
        self._prepare(services)
        self._start_application()
        self._wait_until_ready()
        self._seed()
        write_private(self.home / "run" / "ready", f"{self.base_url}\n")  # whole or not at all: others wait for it
        say(f"\nDirectPay is ready after {time.monotonic() - began:.1f} s.\n" + self._welcome())
        self.supervisor.watch(lambda: False)

    def _start_services(self, services: Services) -> None:
        ended = end_left_children(self.home, place_for(self.home).root)
        if ended:
            say(f"  ended {ended} processes that an earlier start had left running")
        embedded = {"postgres": services.postgres, "valkey": services.valkey}
        chosen = {name: server for name, server in embedded.items() if server is not None}
        if chosen:
            say(f"Starting {' and '.join(chosen)} (logs in {self.home / 'log'}) …")
            self.supervisor.add(*(Child(name, server.command, server.prepare, SERVER_STOP_SECONDS) for name, server in chosen.items()))
        for name, server in chosen.items():
            self._wait(name, server.is_ready)
        runtime_url, owner_url = services.database_urls()
        self.env = {
            **os.environ,
            **application_secrets_unless_set(self.home),
            "DIRECTPAY_HOME": str(self.home),
            "DATABASE_URL": runtime_url,
            "REDIS_URL": services.redis_url(),
            "DIRECTPAY_DATABASE_ROLE": "runtime",
            "PYTHONUNBUFFERED": "1",
            DIRECTORY: str(empty_metrics(self.home)),
        }
        self.env.pop("DATABASE_OWNER_URL", None)  # the children have no business with it
        write_environment(self.home / "run" / "services.env", {name: self.env[name] for name in ("DATABASE_URL", "REDIS_URL")})
        write_environment(self.home / "run" / "owner.env", {"DATABASE_OWNER_URL": owner_url})

    def _prepare(self, services: Services) -> None:
        """An embedded database keeps the stamp beside its data; one of somebody else's is asked every time."""
        owner_url = (self.home / "run" / "owner.env").read_text().partition("=")[2].strip()
        root = services.postgres.place.root if services.postgres else self.home / "run"
        stamp = root / "migrated"
        if services.postgres is None:
            stamp.unlink(missing_ok=True)
        owner = {**self.env, "DATABASE_OWNER_URL": owner_url, "DIRECTPAY_DATABASE_ROLE": "owner"}
        log, static = self.home / "log", self.home / "static" / ".fingerprint"
        migrate, collect = ["migrate", "--no-input"], ["collectstatic", "--no-input", "--verbosity", "0"]
        fingerprint = migration_fingerprint("" if services.postgres else owner_url)
        run_steps(
            [
                Step("Migrating the database", migrate, owner, stamp, fingerprint, log / "migrate.log"),
                Step("Collecting static files", collect, self.env, static, static_fingerprint(), log / "collectstatic.log"),
            ]
        )

    def _start_application(self) -> None:
        self.port = free_port(self.port)
        wanted = int(os.environ.get("PORT") or 8000)
        if self.port != wanted:
            say(f"  port {wanted} is in use: the web server takes {self.port}")
        say("Starting web server, worker and beat …")
        write_lock(self.home, self.base_url)
        forget_heartbeat(self.env["REDIS_URL"])
        self.env.setdefault("DIRECTPAY_BASE_URL", self.base_url)
        commands = application_commands(self.env, self.port)
        self.supervisor.add(*(Child(name, lambda command=command: command) for name, command in commands.items()))

    def _wait_until_ready(self) -> None:
        told = [""]

        def check() -> bool:
            told[0] = why_not_ready(self.base_url)
            return not told[0]

        self._wait("the application", check, lambda: told[0], READY_SECONDS)

    def _wait(self, what: str, check: Callable[[], bool], reason: Callable[[], str] = lambda: "", seconds: float = START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        self.supervisor.watch(lambda: check() or time.monotonic() > deadline)
        if not check():
            raise StartError(f"{what} did not come up in {seconds:.0f} s. {reason()} Its log is in {self.home / 'log'}.")

    def _seed(self) -> None:
        """Demo data, in the sandbox alone; when it is there, only its address is put right."""
        written = self.home / "demo.json"
        if written.exists():
            write_private(written, json.dumps({**json.loads(written.read_text()), "base_url": self.base_url}, indent=2) + "\n")
        elif self.env.get("DIRECTPAY_MODE", "sandbox") == "sandbox":
            self._run_seed()

    def _run_seed(self) -> None:
        command = [sys.executable, str(BASE_DIR / "manage.py"), "seed_demo", self.base_url]
        log = self.home / "log" / "seed.log"
        with log.open("wb") as output:
            process = subprocess.Popen(command, env=self.env, cwd=BASE_DIR, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            self.supervisor.watch(lambda: process.poll() is not None)
        finally:
            if process.poll() is None:
                process.terminate()
        if process.returncode:
            say(f"  the demo data could not be made: see {log}")

    def _welcome(self) -> str:
        lines = [f"  {self.base_url}    (pid {os.getpid()}, Ctrl-C stops everything)"]
        demo = self.home / "demo.json"
        if demo.exists():
            data = json.loads(demo.read_text())
            people = [(who, data[who]) for who in ("staff", "landlord", "renter") if who in data]
            lines += [f"  {who:<9}{person.get('email')}  {person.get('password')}" for who, person in people]
            lines.append(f"  keys and ids: {demo}")
        return "\n".join(lines)


def application_commands(env: dict[str, str], port: int) -> dict[str, Command]:
    """Web server, worker and beat, as a child process each."""
    python = [sys.executable, "-m"]
    host = env.get("DIRECTPAY_HOST") or "127.0.0.1"
    web = ["granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", env.get("WEB_WORKERS") or "2"]
    web += ["--blocking-threads", env.get("WEB_THREADS") or "6", "--backlog", "1024", "--respawn-failed-workers"]
    web += ["--respawn-interval", "0.2", "--workers-kill-timeout", "4", "--no-ws", "directpay.wsgi:application"]
    worker = ["celery", "-A", "directpay", "worker", "--concurrency", env.get("WORKER_CONCURRENCY") or "2", "--loglevel", "WARNING"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    beat = ["celery", "-A", "directpay", "beat", "--loglevel", "WARNING", "--pidfile="]
    arguments = {"web": web, "worker": worker, "beat": beat}
    more = {"web": {"DIRECTPAY_BROKER_SECONDS": "0.5"}}
    return {name: Command([*python, *words], {**env, **more.get(name, {})}, cwd=BASE_DIR) for name, words in arguments.items()}


def why_not_ready(base_url: str) -> str:
    """Empty when /ready says so, otherwise what it said."""
    try:
        with urllib.request.urlopen(f"{base_url}/ready", timeout=5) as answer:  # noqa: S310  our own address
            return "" if answer.status == 200 else f"/ready answered {answer.status}."
    except urllib.error.HTTPError as error:
        return f"/ready says: {error.read(2_000).decode(errors='replace')}"
    except OSError as error:
        return f"The web server does not answer yet ({error})."


def application_secrets_unless_set(home: Path) -> dict[str, str]:
    return {name: value for name, value in application_secrets(home).items() if not os.environ.get(name)}


def home_directory() -> Path:
    """DIRECTPAY_HOME, after `.env` and files of secrets have been read as settings read them. Raises SecretFileError."""
    environ.Env.read_env(os.environ.get("DIRECTPAY_ENV_FILE") or BASE_DIR / ".env")
    read_secret_files(os.environ)
    return Path(os.environ.get("DIRECTPAY_HOME") or BASE_DIR / "var").resolve()


def empty_metrics(home: Path) -> Path:
    """Where the children count together. Counters begin at nought with a new start, as Prometheus expects of them."""
    directory = home / "run" / "metrics"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700)
    return directory


def take_lock(home: Path) -> IO[str]:
    """Hold this home until the process ends. Raises AlreadyRunning."""
    for name in ("run", "log"):
        (home / name).mkdir(parents=True, exist_ok=True)
        (home / name).chmod(0o700)
    lock = (home / "run" / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise AlreadyRunning(lock.read().strip() or "it is just starting") from None
    return lock


def write_lock(home: Path, base_url: str) -> None:
    (home / "run" / "lock").write_text(f"{base_url} (pid {os.getpid()})\n")


def up() -> int:
    """The command. Exit status 1 if it is running already or cannot start."""
    try:
        home = home_directory()
        lock = take_lock(home)
    except SecretFileError as error:
        say(str(error))
        return 1
    except AlreadyRunning as running:
        say(f"DirectPay is running already: {running}. `make down` stops it.")
        return 1
    with lock:
        supervisor = Supervisor(home)
        supervisor.listen_for_signals()
        write_lock(home, "starting")
        for name in RUN_FILES:
            (home / "run" / name).unlink(missing_ok=True)
        write_private(pid_file(home, "supervisor"), f"{os.getpid()}\n")
        for log in (home / "log").glob("*.log"):
            keep_short(log)
        return _supervise(Up(home, int(os.environ.get("PORT") or 8000), supervisor))


def _supervise(run: Up) -> int:
    try:
        run.run()
    except Stopped:
        say("\nStopping …")
        return 0
    except (*EXPECTED_ERRORS, StartError) as error:
        say(f"\n{error}")
        return 1
    finally:
        run.supervisor.stop_all()
        for name in RUN_FILES:
            (run.home / "run" / name).unlink(missing_ok=True)
        shutil.rmtree(run.home / "run" / "metrics", ignore_errors=True)
        say("Everything is stopped.")
        ignore_signals()
    return 0


if __name__ == "__main__":
    sys.exit(up())
