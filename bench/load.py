"""`make test-load`: a hundred renters at once against an installation of its own. Ends with duplicates, latencies and errors."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from directpay.ops.http_story import Client
from directpay.ops.temporary import Stack, temporary_stack

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
PATIENCE_SECONDS = 120  # beyond the run itself


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--rate", type=int, default=10, help="users that begin in a second")
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="directpay-load-"))
    try:
        with temporary_stack(home) as stack:
            print(f"{given.users} users, {given.rate} a second, for {given.seconds} s, at {stack.base_url} …", flush=True)
            return told(*ran(stack, given.users, given.rate, given.seconds))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def ran(stack: Stack, users: int, rate: int, seconds: int) -> tuple[dict[str, Any], int]:
    """What Locust found, and how many payments the database holds for the keys that it sent."""
    result = stack.home / "load.json"
    api = Client(stack.base_url, stack.demo["secret_key"])
    before = payments_in(stack)
    environment = {
        **os.environ,
        "LOAD_RESULT": str(result),
        "LOAD_SECRET_KEY": stack.demo["secret_key"],
        "LOAD_YEAR": api.get("/api/v1/sandbox/clock")["now"][:4],
    }
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--host", stack.base_url]
    command += ["-u", str(users), "-r", str(rate), "-t", f"{seconds}s", "--stop-timeout", "10", "--only-summary"]
    done = subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + PATIENCE_SECONDS,
        cwd=LOCUSTFILE.parent.parent,
    )
    if not result.exists():
        raise RuntimeError(f"Locust did not come to an end:\n{done.stderr[-2000:]}")
    return json.loads(result.read_text()), payments_in(stack) - before


def payments_in(stack: Stack) -> int:
    with psycopg.connect(stack.owner_url) as connection:
        row = connection.execute("SELECT count(*) FROM payments_payment").fetchone()
        return int(row[0]) if row else 0


def told(found: dict[str, Any], payments: int) -> int:
    """Print it; 1 if a payment was made twice, or anything failed."""
    duplicates = found["duplicates"] + max(0, payments - found["keys"])
    for name, times in found["milliseconds"].items():
        print(f"  {name}: p50 {times['0.5']:.0f} ms, p95 {times['0.95']:.0f} ms, p99 {times['0.99']:.0f} ms")
    print(f"  {found['requests']} requests, {found['rate']:.0f} a second; {found['keys']} keys, {payments} payments")
    for said in found["said"]:
        print(f"  error: {said}")
    print(f"duplicates {duplicates}, errors {found['errors']}")
    return 1 if duplicates or found["errors"] or not found["keys"] else 0


if __name__ == "__main__":
    sys.exit(main())
