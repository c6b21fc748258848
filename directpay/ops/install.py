"""The virtual environment, before anything is installed: standard library only, run by its path.

A stamp holds the hash of the requirements that were installed completely; an interrupted installation has none and is done again.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

MINIMUM = (3, 11)


def main(requirements: Path, venv: Path) -> int:
    if sys.version_info < MINIMUM:
        sys.stderr.write(f"DirectPay needs Python 3.11 or later; this is {sys.version.split()[0]}.\n")
        return 1
    with requirements.with_name("requirements.txt").open() as lock:  # two commands at once install one after the other
        fcntl.flock(lock, fcntl.LOCK_EX)
        return install(requirements, venv)


def install(requirements: Path, venv: Path) -> int:
    """Do nothing if this file, or one that contains it, is installed; 0 if all is there."""
    python, stamps = venv / "bin" / "python", venv / ".installed"
    wanted = hashlib.sha256(requirements.read_bytes() + str(sys.version_info[:2]).encode()).hexdigest()
    stamp = stamps / requirements.name
    if stamp.exists() and stamp.read_text() == wanted and python.exists():
        return 0
    shutil.rmtree(stamps, ignore_errors=True)
    if not _works(python):
        sys.stdout.write(f"Making {venv.name} …\n")
        sys.stdout.flush()
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
    sys.stdout.write(f"Installing what {requirements.name} names (a minute or two the first time) …\n")
    sys.stdout.flush()
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", str(requirements)]
    code = subprocess.run(command, check=False).returncode
    if code == 0:
        stamps.mkdir(parents=True, exist_ok=True)
        stamp.write_text(wanted)
        _stamp_contained(requirements, stamps)
    return code


def _works(python: Path) -> bool:
    """Whether pip runs in it, on the Python that we are: a half-made or outdated environment is made anew."""
    probe = "import sys, pip; print(sys.version_info[:2])"
    try:
        answer = subprocess.run([str(python), "-c", probe], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == str(sys.version_info[:2])


def _stamp_contained(requirements: Path, stamps: Path) -> None:
    """The development file contains the other one, so that `make up` after `make test` installs nothing."""
    runtime = requirements.with_name("requirements.txt")
    if requirements.name == "requirements-dev.txt" and runtime.exists():
        digest = hashlib.sha256(runtime.read_bytes() + str(sys.version_info[:2]).encode()).hexdigest()
        (stamps / runtime.name).write_text(digest)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
