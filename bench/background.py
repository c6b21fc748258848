"""From initiated to settled, in the background: the product's own workers, bare SQL that writes the same, and one by one."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from bench.measure import Result, Row, in_turns, median, per_second, ratio
from bench.payments_cast import LATER, Accepted
from bench.peer import install
from bench.place import Place
from directpay.due.registry import QUEUES
from directpay.due.run import run_all
from directpay.events.registry import LISTENERS, listen
from directpay.events.relay import relay_all
from directpay.kernel import clock
from payments.payins.models import Payment

SQL = Path(__file__).with_suffix(".sql")
WORKERS = 2
SET = 500
LISTENER = "bench"
STAGES = ("bench_submit", "bench_complete", "bench_line", "bench_settle")
_started = time.monotonic()


def now() -> datetime:
    """The clock goes on from when all have cleared."""
    return LATER + timedelta(seconds=time.monotonic() - _started)


def background(place: Place, *, short: bool = False) -> Result:
    """Two worker processes each; every payment is told to a listener, as webhooks will be."""
    install(place.owner_url)
    with psycopg.connect(place.owner_url, autocommit=True) as owner:
        owner.execute(SQL.read_text(encoding="utf-8"))
    with _a_quick_bank(), _a_listener():
        cast = Accepted(5 if short else 500)
        count, few, rounds = (40, 4, 1) if short else (3_000, 150, 3)
        taken = in_turns(
            {
                "bare": lambda: _together(place, _bare, cast.make(count)),
                "ours": lambda: _together(place, _ours, cast.make(count)),
                "alone": lambda: _together(place, _alone, cast.make(few)),
            },
            rounds,
        )
    ours = median(taken["ours"])
    share = ratio(taken["ours"], taken["bare"])
    times = ratio(taken["ours"], taken["alone"]) * count / few
    result = Result("From initiated to settled, in the background (two workers)", ["payments", "ours, of it"])
    result.rows = [
        Row("bare SQL in sets, the same rows", [per_second(count, median(taken["bare"])), f"{share:.2f}"], "≥ 0.5", share >= 0.5),
        Row("our workers", [per_second(count, ours), "1"], "≥ 2,000/s", count / ours >= 2_000),
        Row("the same actions, a payment at a time", [per_second(few, median(taken["alone"])), f"{times:.1f}"]),
    ]
    return result


@contextmanager
def _a_quick_bank() -> Iterator[None]:
    speed, settings.RAIL_SPEED = settings.RAIL_SPEED, 10_000.0  # the bank's own delays are not what is measured
    try:
        yield
    finally:
        settings.RAIL_SPEED = speed


@contextmanager
def _a_listener() -> Iterator[None]:
    listen(LISTENER, "payment.processing", "payment.completed", "payment.settled", hear=lambda events: None)
    try:
        yield
    finally:
        del LISTENERS[LISTENER]


def _together(place: Place, way: Callable[[str, list[str]], None], names: list[str]) -> float:
    """Seconds until every worker has brought its share of the payments to its end."""
    connection.close()
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(WORKERS + 1)
    shares = [names[n::WORKERS] for n in range(WORKERS)]
    workers = [context.Process(target=_work, args=(place.runtime_url, way, share, gate)) for share in shares]
    for worker in workers:
        worker.start()
    gate.wait()
    started = time.perf_counter()
    for worker in workers:
        worker.join()
    taken = time.perf_counter() - started
    left = Payment.objects.filter(public_id__in=names).exclude(status="settled").count()
    if left:
        raise RuntimeError(f"{left} of {len(names)} payments were not settled")
    return taken


def _work(url: str, way: Callable[[str, list[str]], None], names: list[str], gate: Any) -> None:
    clock.set_source(now)
    connection.ensure_connection()
    gate.wait()
    way(url, names)
    connection.close()


def _ours(url: str, names: list[str]) -> None:
    """As `ops.tasks` does it. Whose payments they are is for the queues to say; it ends when its own are settled."""
    while Payment.objects.filter(public_id__in=names, status="settled").count() < len(names):
        run_all(0.5)
        relay_all(0.5)
    while relay_all(0.5):
        pass


def _alone(url: str, names: list[str]) -> None:
    """Each payment by itself, as a task for each would: every queue's own work on one key, then the relay."""
    for name in names:
        for _ in range(2):
            for queue in ("payins.rail", "reconciliation.lines", "payouts.settle", "returns.watch"):
                QUEUES[queue].work([name], clock.now())
        relay_all(0.5)


def _bare(url: str, names: list[str]) -> None:
    with psycopg.connect(url) as own:
        for first in range(0, len(names), SET):
            keys = names[first : first + SET]
            ids = [row[0] for row in own.execute("SELECT id FROM payments_payment WHERE public_id = ANY(%s) ORDER BY id", [keys])]
            for stage in STAGES:
                own.execute(f"SELECT {stage}(%s, %s, %s)".encode(), [ids, keys, now()])
                own.commit()
        while True:
            row = own.execute("SELECT bench_relay(200, %s)", [now()]).fetchone()
            own.commit()
            if not row or not row[0]:
                return
