"""The servers that are measured, each as it is run in earnest, on two processes, and what the peers need installed."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.place import Place
from directpay.ops.places import free_port
from directpay.ops.processes import wait_until
from directpay.ops.up import application_commands

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / "var" / "bench-http"
START_SECONDS = 60


def install_peers() -> None:
    """Into an environment of their own; ours comes first where both have a library."""
    if not (ENVIRONMENT / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        requirements = ROOT / "bench" / "http" / "requirements.txt"
        subprocess.run([ENVIRONMENT / "bin" / "python", "-m", "pip", "install", "--quiet", "-r", requirements], check=True)


def environment(place: Place) -> dict[str, str]:
    """As `make up` gives it to its children."""
    return {
        **os.environ,
        "DATABASE_URL": place.runtime_url,
        "DJANGO_SETTINGS_MODULE": "directpay.settings",
        "DIRECTPAY_DATABASE_ROLE": "runtime",
        "DIRECTPAY_LOG": "text",
        "ALLOWED_HOSTS": "127.0.0.1",
        **dict.fromkeys(("DIRECTPAY_RATE_PER_KEY", "DIRECTPAY_RATE_PER_ADDRESS"), "100000/100000"),  # counted, and never reached
        "SECRET_KEY": "only for a benchmark on this machine, and never elsewhere",
    }


def ours(place: Place, port: int) -> tuple[list[str], dict[str, str]]:
    command = application_commands(environment(place), port)["web"]
    return list(command.argv), dict(command.env)


def usual(place: Place, port: int) -> tuple[list[str], dict[str, str]]:
    """gunicorn with the workers that its documentation advises for two cores (2 × cores + 1)."""
    site = next((ENVIRONMENT / "lib").glob("python*/site-packages"))
    words = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "5", "--log-level", "warning"]
    return [*words, "bench.http.usual.wsgi:application"], {**environment(place), "PYTHONPATH": f"{ROOT}:{site}"}


def fast(place: Place, port: int) -> tuple[list[str], dict[str, str]]:
    words = [str(ENVIRONMENT / "bin" / "python"), "-m", "uvicorn", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
    words += ["--log-level", "warning", "--no-access-log", "bench.http.fast:app"]
    return words, {**environment(place), "PYTHONPATH": str(ROOT)}


PEERS = {"usual": usual, "fast": fast}


def answers(port: int) -> bool:
    """Whether somebody speaks HTTP there; what is said does not matter."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@contextmanager
def serving(name: str, place: Place) -> Iterator[int]:
    """The port of a running server; it is stopped, with its workers, at the end."""
    port = free_port(19_000)
    words, env = {"ours": ours, **PEERS}[name](place, port)
    with running(name, words, env, port):
        yield port


@contextmanager
def running(name: str, words: Sequence[str], env: dict[str, str], port: int) -> Iterator[None]:
    """A server that answers at this port; it is stopped, with its workers, at the end."""
    process = subprocess.Popen(words, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        if not wait_until(lambda: process.poll() is not None or answers(port), START_SECONDS) or process.poll() is not None:
            raise RuntimeError(f"the server {name!r} did not start")
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
