"""Accepting a payment over HTTP: 64 clients as fast as they can, and 300 a second whether the server keeps up or not."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import psycopg

from bench.http.cast import Debts
from bench.http.servers import ENVIRONMENT, PEERS, ROOT, install_peers, serving
from bench.measure import Result, Row, median, milliseconds, per_second, ratio
from bench.place import Place

CLIENTS, RATE = 64, 300
NAMES = {"ours": "ours (granian)", "usual": "DRF ModelSerializer and ORM (gunicorn)", "fast": "FastAPI and asyncpg (uvicorn)"}


@dataclass(frozen=True)
class Run:
    """What one run of the load found. Times in seconds, rising."""

    seconds: float
    taken: list[float]

    def at(self, share: float) -> float:
        return self.taken[min(len(self.taken) - 1, int(len(self.taken) * share))]

    @property
    def rate(self) -> float:
        return len(self.taken) / self.seconds


def run(debts: Debts, port: int, way: str, number: int, requests: int) -> Run:
    """Raises RuntimeError if anything but 201 was answered: what fails fast is not fast."""
    lines = f"Authorization: Bearer {debts.secret}\r\nIdempotency-Key: "
    given: dict[str, Any] = {"port": port, "path": "/api/v1/payments", "way": way, "number": number}
    given["requests"] = [(f"{lines}{key}\r\n", body) for key, body in debts.requests(requests)]
    command = [sys.executable, str(ROOT / "bench" / "http" / "client.py")]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=True, cwd=ROOT)
    found = json.loads(done.stdout)
    if found["statuses"] != {"201": requests}:
        raise RuntimeError(f"not every payment was accepted: {found['statuses']}")
    return Run(found["seconds"], found["taken"])


def accepting(place: Place, *, short: bool = False) -> Result:
    """The peers are measured where they are installed: in the long form, which installs them."""
    if not short:
        install_peers()
    peers = list(PEERS) if (ENVIRONMENT / "bin" / "python").exists() else []
    rounds, few, many, seconds = (1, 20, 20, 0.1) if short else (3, 600, 2_000, 20)
    spread, single = (Debts(1, 2, "s"), Debts(1, 2, "o")) if short else (Debts(100, 400, "spread"), Debts(1, 200, "one"))
    before = payments_in(place)
    closed: dict[str, list[Run]] = {name: [] for name in ["ours", *peers]}
    alone: list[Run] = []
    for n in range(rounds):
        for name in list(closed) if n % 2 else reversed(list(closed)):
            with serving(name, place) as port:
                run(spread, port, "closed", 8, few // 4)  # warm
                closed[name].append(run(spread, port, "closed", CLIENTS, many if name != "usual" else few))
                if name == "ours":
                    alone.append(run(single, port, "closed", CLIENTS, many))
    with serving("ours", place) as port:
        run(spread, port, "closed", 8, few // 4)
        steady = [run(spread, port, "open", RATE, int(RATE * seconds)) for _ in range(rounds)]
    result = Result(
        "Accepting a payment over HTTP (two cores that clients, server and database share)", ["payments", "p50", "p95", "p99", "ours is"]
    )
    times = [1 / r.rate for r in closed["ours"]]
    for name, runs in closed.items():
        faster = ratio(times, [1 / r.rate for r in runs])
        goal = ("≥ 5", faster >= 5) if name == "usual" else ("", None)
        result.rows.append(Row(f"{NAMES[name]}, {CLIENTS} clients", [*figures(runs), f"{faster:.1f}×" if name != "ours" else ""], *goal))
    result.rows.append(Row(f"{NAMES['ours']}, {CLIENTS} clients, one landlord", [*figures(alone), ""]))
    p95, p99 = (median([r.at(share) for r in steady]) for share in (0.95, 0.99))
    met = p95 < 0.030 and p99 < 0.100
    result.rows.append(Row(f"ours, {RATE} begun each second", [*figures(steady), ""], "p95 < 30 ms, p99 < 100 ms", met))
    made = payments_in(place) - before
    result.note = f"{made:,} payments were accepted, each with its claims, its event and its promise; no answer but 201."
    return result


def figures(runs: list[Run]) -> list[str]:
    return [per_second(1, median([1 / r.rate for r in runs])), *(milliseconds(median([r.at(s) for r in runs])) for s in (0.5, 0.95, 0.99))]


def payments_in(place: Place) -> int:
    with psycopg.connect(place.owner_url) as connection:
        row = connection.execute("SELECT count(*) FROM payments_payment").fetchone()
        return int(row[0]) if row else 0
