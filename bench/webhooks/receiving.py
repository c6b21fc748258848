"""Events of Stripe over HTTP: our inbox beside dj-stripe's view and a bare verify-and-insert; and how fast the inbox drains."""

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from bench.http.accepting import Run, figures
from bench.http.servers import ROOT, environment, ours, running
from bench.measure import Result, Row, per_second, ratio
from bench.place import Place
from directpay.due.registry import QUEUES
from directpay.due.run import run_queue
from directpay.kernel import clock
from directpay.ops.places import free_port
from webhooks.inbound.actions.keep import WORK_QUEUE
from webhooks.inbound.signatures import sign_stripe

CLIENTS = 64
ENVIRONMENT = ROOT / "var" / "bench-webhooks"
SECRET = "whsec_c2VjcmV0IG9mIGEgYmVuY2htYXJr"
ENDPOINT = str(uuid.UUID(int=7))
PATHS = {"ours": "/webhooks/stripe", "dj-stripe": f"/stripe/webhook/{ENDPOINT}/", "bare": "/"}
NAMES = {"ours": "ours (granian)", "dj-stripe": "dj-stripe (gunicorn)", "bare": "verified and inserted, nothing else (granian)"}
ABOUT = {
    "object": "test_helpers.test_clock",
    "id": "clock_1",
    "note": "x" * 1_500,
}  # of the size of a usual event; a kind that moves nothing


def events(how_many: int) -> list[tuple[str, str]]:
    """(header lines, body): every event is new."""
    found = []
    for _ in range(how_many):
        said = {"id": f"evt_{uuid.uuid4().hex}", "object": "event", "api_version": "2026-10-28.endive", "created": int(time.time())}
        said |= {"livemode": False, "pending_webhooks": 1, "request": {"id": None, "idempotency_key": None}}
        body = json.dumps({**said, "type": "test_helpers.test_clock.ready", "data": {"object": ABOUT}})
        moment = str(int(time.time()))
        found.append((f"Stripe-Signature: t={moment},v1={sign_stripe(SECRET, moment, body.encode())}\r\n", body))
    return found


def run(name: str, port: int, requests: int) -> Run:
    """Raises RuntimeError if anything but 200 was answered."""
    given: dict[str, Any] = {"port": port, "path": PATHS[name], "way": "closed", "number": CLIENTS, "requests": events(requests)}
    command = [sys.executable, str(ROOT / "bench" / "http" / "client.py")]
    done = subprocess.run(command, input=json.dumps(given), stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    found = json.loads(done.stdout)
    if found["statuses"] != {"200": requests}:
        raise RuntimeError(f"{name}: not every event was taken: {found['statuses']}")
    return Run(found["seconds"], found["taken"])


@contextmanager
def serving(name: str, place: Place) -> Iterator[int]:
    port = free_port(19_000)
    env = {**environment(place), "STRIPE_WEBHOOK_SECRET": SECRET}
    if name == "ours":
        words, env = ours(place, port)
        env |= {"STRIPE_WEBHOOK_SECRET": SECRET}
    elif name == "bare":
        words = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
        words += ["--blocking-threads", "6", "--backlog", "1024", "--no-ws", "bench.webhooks.bare:application"]
    else:
        words = [str(ENVIRONMENT / "bin" / "python"), "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "5"]
        words += ["--log-level", "warning", "bench.webhooks.djstripe_site.wsgi:application"]
        env = _of_the_peer(place)
    with running(name, words, env, port):
        yield port


def _of_the_peer(place: Place) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "DATABASE_URL": place.superuser_url, "PYTHONPATH": str(ROOT)}


@contextmanager
def table_of_the_bare_way(place: Place) -> Iterator[None]:
    """Gone afterwards: the database may be one that tests go on to look at."""
    with psycopg.connect(place.superuser_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bare_event (id bigserial PRIMARY KEY, event_id text NOT NULL UNIQUE, body bytea NOT NULL)")
        connection.execute("GRANT ALL ON bare_event, bare_event_id_seq TO directpay_runtime")
        try:
            yield
        finally:
            connection.execute("DROP TABLE bare_event")


def peer(place: Place) -> Place:
    """dj-stripe's own database, on the same server."""
    with psycopg.connect(place.superuser_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bench_djstripe WITH (FORCE)")
        connection.execute("CREATE DATABASE bench_djstripe")
    theirs = Place(*[make_conninfo(place.superuser_url, dbname="bench_djstripe")] * 3)
    if not (ENVIRONMENT / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        requirements = ROOT / "bench" / "webhooks" / "requirements.txt"
        subprocess.run([ENVIRONMENT / "bin" / "python", "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
    words = [ENVIRONMENT / "bin" / "python", "-m", "bench.webhooks.djstripe_site.prepare", ENDPOINT, SECRET]
    subprocess.run(words, env=_of_the_peer(theirs), cwd=ROOT, check=True)
    return theirs


def receiving(place: Place, *, short: bool = False) -> Result:
    """The peer is measured in the long form, which installs it."""
    with table_of_the_bare_way(place):
        return _receiving(place, place if short else peer(place), short=short)


def _receiving(place: Place, theirs: Place, *, short: bool) -> Result:
    rounds, requests = (1, 20) if short else (5, 2_000)
    names = ["ours", "bare"] if short else ["ours", "dj-stripe", "bare"]
    taken: dict[str, list[Run]] = {name: [] for name in names}
    for n in range(rounds):
        for name in names if n % 2 else reversed(names):
            with serving(name, theirs if name == "dj-stripe" else place) as port:
                run(name, port, requests // 4)  # warm: each thread of each process has met its database
                taken[name].append(run(name, port, requests // 4 if name == "dj-stripe" else requests))
    result = Result("Events of Stripe (two cores that clients, server and database share)", ["events", "p50", "p95", "p99", "ours is"])
    times = [1 / r.rate for r in taken["ours"]]
    for name, runs in taken.items():
        faster = ratio(times, [1 / r.rate for r in runs])
        goal = ("≥ 6", faster >= 6) if name == "dj-stripe" else ("", None)
        result.rows.append(Row(f"{NAMES[name]}, {CLIENTS} clients", [*figures(runs), f"{faster:.2f}×" if name != "ours" else ""], *goal))
    rate, drained = drain(place)
    result.rows.append(Row(f"worked on, {drained:,} events in sets, one worker", [per_second(1, 1 / rate), "", "", "", ""]))
    return result


def drain(place: Place) -> tuple[float, int]:
    """Events a second, and how many there were: what the runs before have left."""
    worked, begin = 0, time.perf_counter()
    while found := run_queue(QUEUES[WORK_QUEUE], clock.now()):
        worked += found
    seconds = time.perf_counter() - begin
    with psycopg.connect(place.owner_url) as connection:
        row = connection.execute("SELECT count(*) FROM webhooks_providerevent WHERE state <> 'ignored'").fetchone()
    if row != (0,):
        raise RuntimeError(f"not every event was worked on: {row}")
    return worked / seconds, worked
