"""PostgreSQL and Valkey of our own: made once, healed after every way to die."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from directpay.ops import embedded, places
from directpay.ops.embedded import EmbeddedPostgres, EmbeddedPostgresError
from directpay.ops.embedded_valkey import FAILURES_BEFORE_EMPTY, EmbeddedValkey
from directpay.ops.places import Place, free_port, unprivileged_account
from directpay.ops.processes import spawn, stop, wait_until

Server = EmbeddedPostgres | EmbeddedValkey


@pytest.fixture(autouse=True)
def ports(monkeypatch: pytest.MonkeyPatch) -> int:
    """A range for this process alone: between the choice of a port and the start, a neighbour must not take it."""
    first = 10_000 + os.getpid() % 500 * 10  # below what the kernel gives to outgoing connections
    monkeypatch.setenv("DIRECTPAY_VALKEY_PORT", str(first))
    return first


@pytest.fixture
def place() -> Iterator[Place]:
    """Short, for its socket, and where an unprivileged account can reach it."""
    root = Path(f"/tmp/dp-{os.getpid()}")
    made = Place(root, unprivileged_account())
    made.directory(".")
    yield made
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """initdb once for all tests here: each gets a copy of the data directory."""
    made = Place(Path(f"/tmp/dp-template-{os.getpid()}"), unprivileged_account())
    made.directory(".")
    EmbeddedPostgres(made, "secret").prepare()
    yield made.root
    shutil.rmtree(made.root)


@pytest.fixture
def postgres(place: Place, cluster: Path) -> EmbeddedPostgres:
    for part in cluster.iterdir():
        subprocess.run(["cp", "-a", part, place.root], check=True)
    return EmbeddedPostgres(place, "secret")


@contextmanager
def running(server: Server, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = spawn(server.command(), home, home / "server.log")
    try:
        assert wait_until(server.is_ready, 20), (home / "server.log").read_text()
        yield process
    finally:
        stop(process, server.command().stop_signal, 10)


def test_keeps_its_data_and_is_durable(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    assert postgres.prepare() == []
    with running(postgres, tmp_path), psycopg.connect(postgres.superuser_url()) as connection:
        assert connection.execute("SELECT current_setting('fsync'), current_setting('data_checksums')").fetchone() == ("on", "on")
        assert connection.execute("SELECT current_setting('listen_addresses'), lower('É')").fetchone() == ("", "é")
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    assert postgres.prepare() == []
    with running(postgres, tmp_path), psycopg.connect(postgres.superuser_url()) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)


def test_nobody_enters_without_the_password(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    postgres.prepare()
    assert postgres.place.root.joinpath("pgsocket").stat().st_mode & 0o777 == 0o700
    with running(postgres, tmp_path), pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(EmbeddedPostgres(postgres.place, "wrong").superuser_url())


def test_heals_after_kill_9(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    postgres.prepare()
    with running(postgres, tmp_path) as process:
        process.kill()
        process.wait()
    assert (postgres.data / "postmaster.pid").exists()
    assert postgres.prepare() == ["PostgreSQL was not stopped in order last time: it recovers"]
    with running(postgres, tmp_path):
        pass


def test_takes_over_from_a_server_that_outlived_its_supervisor(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    postgres.prepare()
    with running(postgres, tmp_path) as left:
        assert postgres.prepare()
        left.wait(5)
        with running(postgres, tmp_path):
            pass


def test_a_pid_that_now_belongs_to_a_stranger_is_no_obstacle(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    (postgres.data / "postmaster.pid").write_text(f"{os.getppid()}\n{postgres.data}\n1\n5432\n\n\n0 0\nready\n")
    postgres.prepare()
    with running(postgres, tmp_path):
        os.kill(os.getppid(), 0)


def test_an_empty_pid_file_is_no_obstacle(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    (postgres.data / "postmaster.pid").touch()
    (postgres.place.directory("pgsocket") / ".s.PGSQL.5432.lock").touch()
    postgres.prepare()
    with running(postgres, tmp_path):
        pass


def test_a_half_made_cluster_is_made_anew(place: Place, tmp_path: Path) -> None:
    (place.directory("postgres.new") / "PG_VERSION").write_text("18\n")
    (place.root / "postgres.password").write_text("left behind")
    server = EmbeddedPostgres(place, "secret")
    assert server.prepare() == ["made a new database cluster"]
    assert {path.name for path in place.root.iterdir()} >= {"postgres", "pgsocket"}
    assert not (place.root / "postgres.password").exists()
    with running(server, tmp_path):
        pass


def test_listens_on_tcp_where_the_path_is_too_long(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    long = Place(postgres.place.root / ("x" * 90), postgres.place.account)
    long.directory(".")
    (postgres.data).rename(long.root / "postgres")
    moved = EmbeddedPostgres(long, "secret")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", embedded.TCP_FIRST_PORT)) if places.port_is_free(embedded.TCP_FIRST_PORT) else None
        taken.listen()
        assert "too long for a socket" in moved.prepare()[-1]
        assert moved.port > embedded.TCP_FIRST_PORT
        with running(moved, tmp_path), psycopg.connect(moved.superuser_url()) as connection:
            assert connection.info.host == "127.0.0.1"


def test_refuses_data_of_another_version(postgres: EmbeddedPostgres) -> None:
    (postgres.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 12, and the binaries are"):
        postgres.prepare()


def test_refuses_a_pg_bin_without_initdb(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(EmbeddedPostgresError, match="no initdb in it"):
        EmbeddedPostgres(place, "secret").prepare()


def test_uses_the_binaries_of_pg_bin(postgres: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(postgres._bin()))
    postgres.prepare()
    with running(postgres, tmp_path):
        pass


def test_says_why_initdb_failed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "SUPERUSER", "pg_forbidden")
    with pytest.raises(EmbeddedPostgresError, match="initdb failed"):
        EmbeddedPostgres(place, "secret").prepare()
    assert not (place.root / "postgres").exists()


def test_valkey_keeps_what_was_written(place: Place, tmp_path: Path) -> None:
    server = EmbeddedValkey(place, "secret")
    server.prepare()
    with running(server, tmp_path), redis.Redis.from_url(server.url) as client:
        client.set("kept", 1)
    server.prepare()
    with running(server, tmp_path), redis.Redis.from_url(server.url) as client:
        assert client.get("kept") == b"1"
    with running(server, tmp_path), pytest.raises(redis.AuthenticationError):
        redis.Redis(port=server.port).ping()


def test_valkey_starts_empty_when_its_file_is_spoilt(place: Place, tmp_path: Path) -> None:
    server = EmbeddedValkey(place, "secret")
    server.prepare()
    with running(server, tmp_path), redis.Redis.from_url(server.url) as client:
        client.set("lost", 1)
    [increments] = (place.root / "valkey" / "appendonlydir").glob("*.incr.aof")
    increments.write_bytes(b"*1\r\nspoilt" + increments.read_bytes())
    failed = spawn(server.command(), tmp_path)
    assert failed.wait(10) != 0
    assert "starts empty" in server.prepare(FAILURES_BEFORE_EMPTY)[-1]
    with running(server, tmp_path), redis.Redis.from_url(server.url) as client:
        assert client.dbsize() == 0


def test_valkey_steps_around_a_port_in_use(place: Place, ports: int, monkeypatch: pytest.MonkeyPatch) -> None:
    first = free_port(ports)
    monkeypatch.setenv("DIRECTPAY_VALKEY_PORT", str(first))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first))
        taken.listen()
        server = EmbeddedValkey(place, "secret")
        assert server.prepare() == [f"port {first} is in use: Valkey listens on {server.port}"]
        assert server.port > first


def test_a_copy_of_binaries_is_complete_or_made_again(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "bin").mkdir(parents=True)
    (source / "bin" / "tool").write_text("version 1")
    place = Place(tmp_path / "place", unprivileged_account() or places.Account(os.getuid(), os.getgid()))
    copy = place.binaries(source, "bin")
    assert (copy / "bin" / "tool").read_text() == "version 1"
    (copy / ".complete").unlink()
    (copy / "bin" / "tool").write_text("half")
    assert (place.binaries(source, "bin") / "bin" / "tool").read_text() == "version 1"


def test_root_needs_an_unprivileged_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(places, "ACCOUNTS", ("no-such-account",))
    with pytest.raises(RuntimeError, match="create a user"):
        unprivileged_account()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert unprivileged_account() is None


def test_an_ordinary_user_keeps_everything_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert places.place_for(tmp_path) == Place(tmp_path, None)
    monkeypatch.setattr(places, "port_is_free", lambda port, host: False)
    with pytest.raises(RuntimeError, match="No free port"):
        free_port(1)
