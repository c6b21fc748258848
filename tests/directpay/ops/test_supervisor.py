"""What dies is started again; what must stop, stops in order."""

import os
import signal
from pathlib import Path

import pytest

from directpay.ops import supervisor
from directpay.ops.processes import Command
from directpay.ops.supervisor import Child, Supervisor


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("run", "log"):
        (tmp_path / name).mkdir()
    return tmp_path


def child(name: str, script: str, **options) -> Child:
    return Child(name, lambda: Command(["sh", "-c", script], dict(os.environ)), **options)


def test_restarts_what_was_killed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    watched = Supervisor(home)
    watched.add(child("sleeper", "exec sleep 60"))
    first = int(supervisor.pid_file(home, "sleeper").read_text())
    os.kill(first, signal.SIGKILL)
    watched.watch(lambda: supervisor.pid_file(home, "sleeper").read_text() != f"{first}\n")
    watched.stop_all()
    assert "sleeper was killed by SIGKILL and is started again in 0.2 s" in capsys.readouterr().out
    assert not supervisor.pid_file(home, "sleeper").exists()


def test_pauses_grow_and_the_reason_is_shown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failures: list[int] = []

    def heal(number: int) -> list[str]:
        failures.append(number)
        return [f"attempt {number}"]

    watched = Supervisor(home)
    watched.add(child("broken", "echo no such table; exit 1", heal=heal))
    watched.watch(lambda: len(failures) == 3)
    watched.stop_all()
    told = capsys.readouterr().out
    assert failures == [0, 1, 2]
    assert "broken: attempt 2" in told
    assert "broken ended (exit status 1) and is started again in 0.4 s" in told
    assert "    no such table" in told


def test_pauses_have_an_end() -> None:
    assert Child("x", lambda: Command([]), failures=50).pause_seconds() == supervisor.LONGEST_PAUSE_SECONDS


def test_stops_the_last_group_first(home: Path) -> None:
    order = home / "order"
    script = "trap 'echo {0} >> {1}; exit' TERM; echo ready > {2}; while :; do sleep 0.05; done"
    watched = Supervisor(home)
    for name in ("database", "web"):
        watched.add(child(name, script.format(name, order, home / name)))
    watched.watch(lambda: (home / "database").exists() and (home / "web").exists())
    watched.stop_all()
    assert order.read_text().split() == ["web", "database"]


def test_a_signal_ends_whatever_is_under_way(home: Path) -> None:
    watched = Supervisor(home)
    with pytest.raises(supervisor.Stopped):
        watched._on_signal(signal.SIGTERM, None)
    watched._on_signal(signal.SIGTERM, None)  # the second one changes nothing
    assert watched.stopping


def test_logs_are_bounded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LOG_BYTES", 10)
    log = home / "log" / "web.log"
    log.write_text("more than ten bytes\n")
    Supervisor(home).tend()
    assert log.read_text() == ""
    assert log.with_suffix(".log.1").read_text() == "more than ten bytes\n"
    assert supervisor.last_lines(home / "log" / "none.log") == []
