"""`make down` and `make reset`: end a running `make up`, and forget its data."""

import fcntl
import os
import shutil
import signal
import sys
from pathlib import Path

from directpay.ops.places import place_for
from directpay.ops.processes import wait_until
from directpay.ops.supervisor import end_left_children, pid_file, say
from directpay.ops.up import home_directory

STOP_SECONDS = 20.0


def is_running(home: Path) -> bool:
    """Whether a supervisor holds the lock: a pid file alone proves nothing."""
    lock = home / "run" / "lock"
    if not lock.exists():
        return False
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def down(home: Path) -> bool:
    """Stop what runs in this home; False if it does not stop in time."""
    if is_running(home):
        pid = int(pid_file(home, "supervisor").read_text())
        say(f"Stopping DirectPay (pid {pid}) …")
        os.kill(pid, signal.SIGTERM)
        if not wait_until(lambda: not is_running(home), STOP_SECONDS):
            say(f"It does not stop within {STOP_SECONDS:.0f} s: see {home / 'log'}.")
            return False
    ended = end_left_children(home, place_for(home).root)
    say(f"Ended {ended} processes that were left." if ended else "Nothing is running.")
    return True


def reset(home: Path) -> bool:
    """Stop, then remove data, generated secrets and logs; a database of the user's own is not touched."""
    if os.environ.get("DIRECTPAY_MODE", "sandbox") != "sandbox":
        say("DIRECTPAY_MODE is not sandbox: `make reset` removes nothing here.")
        return False
    if not down(home):
        return False
    for directory in {home, place_for(home).root}:
        shutil.rmtree(directory, ignore_errors=True)
    say(f"Removed {home}.")
    if os.environ.get("DATABASE_URL"):
        say("The database that DATABASE_URL names was left as it is.")
    return True


if __name__ == "__main__":
    verb = {"down": down, "reset": reset}[sys.argv[1]]
    sys.exit(0 if verb(home_directory()) else 1)
