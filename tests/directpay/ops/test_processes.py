"""Children die with their parent, and only ours are ended."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from directpay.ops import processes
from directpay.ops.processes import Command
from directpay.ops.supervisor import end_left_children

SLEEP = Command(["sleep", "60"], dict(os.environ))
# A parent that starts a child and says its pid.
PARENT = """
import os, sys, time
from pathlib import Path
from directpay.ops.processes import Command, spawn
child = spawn(Command(["sleep", "60"], dict(os.environ)), Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(60)
"""
# A leader whose own child stays behind when it is killed.
LEADER = "import subprocess, time; subprocess.Popen(['sleep', '60']); print('up', flush=True); time.sleep(60)"


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert processes.alive(child)
    parent.kill()
    parent.wait()
    assert processes.wait_until(lambda: not processes.alive(child), 5)


def test_stop_asks_then_kills(tmp_path: Path) -> None:
    polite = processes.spawn(SLEEP, tmp_path)
    processes.stop(polite, signal.SIGTERM, 5)
    assert polite.returncode == -signal.SIGTERM
    deaf = processes.spawn(Command(["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], dict(os.environ)), tmp_path)
    processes.wait_until(lambda: False, 0.3)
    processes.stop(deaf, signal.SIGTERM, 0.2)
    assert deaf.returncode == -signal.SIGKILL


def test_ends_what_an_earlier_start_left_and_nothing_else(tmp_path: Path) -> None:
    ours, elsewhere = tmp_path / "ours", tmp_path / "elsewhere"
    ours.mkdir()
    leader = processes.spawn(Command([sys.executable, "-c", LEADER], dict(os.environ)), ours, ours / "log")
    stranger = processes.spawn(SLEEP, elsewhere)
    assert processes.wait_until(lambda: (ours / "log").read_text() == "up\n", 5)
    os.kill(leader.pid, signal.SIGKILL)
    leader.wait()
    assert len(processes.children_of(ours)) == 1
    assert end_left_children(ours) == 1
    assert processes.children_of(ours) == {}
    assert stranger.poll() is None
    processes.stop(stranger, signal.SIGTERM, 5)


def test_a_zombie_does_not_live() -> None:
    child = subprocess.Popen(["true"])
    assert processes.wait_until(lambda: not processes.alive(child.pid), 5)
    child.wait()
    assert not processes.alive(child.pid)


def test_run_folds_the_errors_in() -> None:
    answer = processes.run(["sh", "-c", "echo out; echo error >&2; exit 3"], None)
    assert answer.returncode == 3
    assert answer.stdout == "out\nerror\n"
