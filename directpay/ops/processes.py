"""Child processes that die with their parent, and pid files that can be trusted after a kill -9."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
MARK = "DIRECTPAY_PROCESS_OF"  # in the environment of every child: the home that it belongs to
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Account:
    """The user that a process runs as when we are root."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Command:
    """What to run: nothing is looked up again when it is restarted."""

    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    stop_signal: int = signal.SIGTERM
    cwd: Path | None = None


def dying_with_parent(stop_signal: int) -> Callable[[], None] | None:
    """A hook for the child: the kernel sends it `stop_signal` when the parent dies. Linux only; elsewhere the next start cleans up."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def hook() -> None:
        prctl(PR_SET_PDEATHSIG, stop_signal)
        if os.getppid() != parent:  # the parent died before prctl was called
            os._exit(1)

    return hook


def spawn(command: Command, home: Path, log: Path | None = None) -> subprocess.Popen[bytes]:
    """Start a child in its own session (a Ctrl-C reaches only us), its output appended to `log`, marked as belonging to `home`."""
    output = log.open("ab") if log else subprocess.DEVNULL
    try:
        return subprocess.Popen(
            list(command.argv),
            env={**command.env, MARK: str(home)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=command.cwd,
            preexec_fn=dying_with_parent(command.stop_signal),
            **_as_user(command.account),
        )
    finally:
        if log:
            output.close()  # type: ignore[union-attr]


def run(argv: Sequence[str], account: Account | None, *, timeout_seconds: float = 120) -> subprocess.CompletedProcess[str]:
    """Run a short command to its end as `account`; the caller reads returncode and stdout (stderr is folded in)."""
    return subprocess.run(
        list(argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout_seconds,
        cwd="/",
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
        preexec_fn=dying_with_parent(signal.SIGKILL),
        check=False,
        **_as_user(account),
    )


def _as_user(account: Account | None) -> dict:
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def stop(process: subprocess.Popen[bytes], stop_signal: int, seconds: float) -> None:
    """Ask a child to end, wait up to `seconds`, then kill its whole process group."""
    if process.poll() is None:
        process.send_signal(stop_signal)
    wait_for_end(process, seconds)


def wait_for_end(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait up to `seconds`, then kill; what is left of its process group goes in any case."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    kill_group(process.pid)
    process.wait()


def kill_group(pid: int) -> None:
    """Kill what a dead leader left in its group (a web server's workers outlive it otherwise)."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def alive(pid: int) -> bool:
    """Whether it still runs; a zombie that nobody collects (an orphan in a container without an init) does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] == "Z"


def children_of(*directories: Path) -> dict[int, bool]:
    """Every process that `spawn` started for these directories, and its children, whoever is their parent now; True: a PostgreSQL.

    The mark in the environment says so; that of another account may be hidden from us, then the copied binary that it runs does.
    Linux only: elsewhere nothing is found, and nothing is ended.
    """
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        pid = int(entry.name)
        words = _words(pid, "cmdline")
        marked = any(f"{MARK}={directory}" in _words(pid, "environ") for directory in directories)
        copied = any(words[:1] and words[0].startswith(f"{directory}/") for directory in directories)
        if pid != os.getpid() and (marked or copied):
            found[pid] = bool(words) and Path(words[0]).name == "postgres"
    return found


def _words(pid: int, kind: str) -> list[str]:
    try:
        return os.fsdecode(Path(f"/proc/{pid}/{kind}").read_bytes()).split("\0")
    except OSError:
        return []


def wait_until(check: Callable[[], bool], seconds: float) -> bool:
    """Poll `check` until it is true; False after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(POLL_SECONDS)
    return check()
