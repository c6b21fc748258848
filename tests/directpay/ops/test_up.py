"""`make up` as its user sees it: a whole installation, started, beside itself, killed, stopped, removed."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from directpay.ops.http import get
from directpay.ops.http_story import Client
from directpay.ops.places import place_for
from directpay.ops.preparation import BASE_DIR
from directpay.ops.processes import alive, children_of, wait_until
from directpay.ops.temporary import Stack, start_stack, temporary_stack
from directpay.ops.up import why_not_ready

pytestmark = pytest.mark.xdist_group("stack")  # one installation for all, used in the order of this file
CHILDREN = ("postgres", "valkey", "web", "worker", "beat")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with temporary_stack(tmp_path_factory.mktemp("up") / "home") as running:
        yield running


def command(stack: Stack, module: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], env={**stack.env, **env}, cwd=BASE_DIR, capture_output=True, text=True, check=False
    )


def test_everything_runs_and_says_so(stack: Stack) -> None:
    assert get(f"{stack.base_url}/ready")["status"] == "ok"
    assert all(alive(stack.pid_of(name)) for name in (*CHILDREN, "supervisor"))
    told = (stack.home / "up.log").read_text()
    assert f"{stack.base_url}    (pid {stack.process.pid}, Ctrl-C stops everything)" in told
    assert stack.demo["renter"]["email"] in told
    assert {"base_url", "secret_key", "publishable_key", "staff", "landlord", "renter"} <= set(stack.demo)


def test_the_desk_has_a_refund_that_arrived_and_one_that_a_person_must_see_to(stack: Stack) -> None:
    api = Client(stack.base_url, stack.demo["secret_key"])

    def states() -> list[str]:
        return sorted(refund["status"] for refund in api.get("/api/v1/refunds")["data"])

    assert wait_until(lambda: states() == ["failed", "succeeded"], 30), states()
    (lost,) = (refund for refund in api.get("/api/v1/refunds")["data"] if refund["status"] == "failed")
    assert lost["failure_reason"] == "expired_or_canceled_card"


def test_secrets_are_for_the_owner_alone(stack: Stack) -> None:
    for name in ("secrets.env", "passwords.env", "demo.json", "run/services.env", "run/owner.env"):
        assert (stack.home / name).stat().st_mode & 0o077 == 0, name
    web = Path(f"/proc/{stack.pid_of('web')}/environ").read_bytes()
    assert b"DATABASE_URL=postgres://directpay_runtime" in web
    assert b"directpay_owner" not in web


def test_commands_find_the_running_services(stack: Stack) -> None:
    env = {name: value for name, value in stack.env.items() if value}
    shown = "from django.db import connection as c; u = c.cursor(); u.execute('SELECT current_user'); print(u.fetchone()[0])"
    for role in ("runtime", "owner"):
        env["DIRECTPAY_DATABASE_ROLE"] = role
        arguments = [sys.executable, "manage.py", "shell", "--no-imports", "-c", shown]
        answer = subprocess.run(arguments, env=env, cwd=BASE_DIR, capture_output=True, text=True, check=True)
        assert answer.stdout.strip() == f"directpay_{role}"
    assert stack.manage("healthcheck", "worker").returncode == 0


def test_a_second_one_beside_it_says_what_is_running(stack: Stack) -> None:
    answer = command(stack, "directpay.ops.up")
    assert answer.returncode == 1
    assert f"running already: {stack.base_url} (pid {stack.process.pid})" in answer.stdout


def test_the_demo_tells_its_story_on_the_running_server(stack: Stack) -> None:
    told = stack.manage("demo")
    assert told.returncode == 0, told.stdout + told.stderr
    assert f"On the server that is running at {stack.base_url}" in told.stdout


def test_the_story_of_the_inbox_is_told_on_the_running_server(stack: Stack) -> None:
    told = stack.manage("demo_webhooks")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "refused: 400 signature_invalid" in told.stdout


def test_the_web_server_tells_what_the_worker_has_counted(stack: Stack) -> None:
    """After the story: a payment was accepted by a web process, and succeeded in a process of the worker."""
    key = stack.manage("metrics_key").stdout.strip()
    asked = urllib.request.Request(f"{stack.base_url}/metrics", headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        samples = {
            line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in answer.read().decode().splitlines() if line[:1] != "#"
        }
    for status in ("initiated", "succeeded"):
        assert samples[f'payment_requests_total{{rail="instant",status="{status}"}}'] >= 1
    assert samples['payment_processing_duration_seconds_count{rail="instant",status="succeeded"}'] >= 1
    assert samples["directpay_worker_heartbeat_age_seconds"] < 30
    assert len(list((stack.home / "run" / "metrics").glob("counter_*.db"))) >= 3, "two of the web server, one of the worker"


def test_the_clock_is_advanced_from_the_command_line(stack: Stack) -> None:
    told = stack.manage("advance", "3600")
    assert told.returncode == 0, told.stderr
    assert "The clock stands at" in told.stdout


@pytest.mark.parametrize("name", CHILDREN)
def test_restarts_what_is_killed(stack: Stack, name: str) -> None:
    killed = stack.pid_of(name)
    os.kill(killed, signal.SIGKILL)
    assert wait_until(lambda: stack.pid_of(name) != killed, 20)
    assert wait_until(lambda: why_not_ready(stack.base_url) == "", 30), why_not_ready(stack.base_url)


def test_starts_again_after_the_supervisor_was_killed_and_stops_in_order(stack: Stack) -> None:
    before = stack.demo
    os.kill(stack.process.pid, signal.SIGKILL)
    stack.process.wait()
    again = start_stack(stack.home, {"PORT": str(stack.env["PORT"])})
    try:
        assert get(f"{again.base_url}/ready")["status"] == "ok"
        assert again.demo["secret_key"] == before["secret_key"]
    finally:
        stopped = command(again, "directpay.ops.stop", "down")
        again.stop()
    assert "Stopping DirectPay" in stopped.stdout
    assert stopped.returncode == 0
    assert again.process.returncode == 0
    assert children_of(stack.home, place_for(stack.home).root) == {}
    assert sorted(path.name for path in (stack.home / "run").iterdir()) == ["lock"]
    assert command(again, "directpay.ops.stop", "down").stdout == "Nothing is running.\n"


def test_takes_the_next_port_and_says_so_then_removes_everything(stack: Stack) -> None:
    stack.stop()  # the one before may still be letting go of its lock
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        again = start_stack(stack.home, {"PORT": str(port)})
    try:
        assert again.base_url != f"http://127.0.0.1:{port}"
        assert again.demo["base_url"] == again.base_url
        assert f"port {port} is in use" in (stack.home / "up.log").read_text()
        refused = command(again, "directpay.ops.stop", "reset", DIRECTPAY_MODE="live")
        assert refused.returncode == 1
        assert "removes nothing" in refused.stdout
        assert command(again, "directpay.ops.stop", "reset").returncode == 0
    finally:
        again.stop()
    assert not stack.home.exists()
    assert not place_for(stack.home).root.joinpath("postgres").exists()


def test_says_what_is_wrong_and_ends(tmp_path: Path) -> None:
    wrong = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    with pytest.raises(RuntimeError, match="DATABASE_URL does not lead to a database"), temporary_stack(tmp_path / "home", wrong):
        pass
    assert not (tmp_path / "home").exists()


def test_a_page_that_is_no_server_is_not_ready(tmp_path: Path) -> None:
    assert "does not answer yet" in why_not_ready("http://127.0.0.1:1")
