"""The whole background path, from initiated to settled, by the product's own workers."""

import multiprocessing
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from bench.measure import Result, Row, median, per_second
from bench.payments_cast import LATER, Accepted
from bench.place import Place
from directpay.due.run import run_all
from directpay.events.relay import relay_all
from directpay.kernel import clock
from payments.payins.models import Payment

WORKERS = 2


_started = time.monotonic()


def now() -> datetime:
    """The clock goes on from when all have cleared."""
    return LATER + timedelta(seconds=time.monotonic() - _started)


def background(place: Place, *, short: bool = False) -> Result:
    speed, settings.RAIL_SPEED = settings.RAIL_SPEED, 10_000.0  # the bank's own delays are not what is measured
    try:
        return _measured(short)
    finally:
        settings.RAIL_SPEED = speed


def _measured(short: bool) -> Result:
    count, rounds = (40, 1) if short else (4_000, 3)
    cast = Accepted(5 if short else 500)
    result = Result("From initiated to settled, in the background", ["payments"])
    seconds = []
    for _ in range(rounds):
        cast.make(count)
        seconds.append(work(count))
    result.rows.append(Row("our workers", [per_second(count, median(seconds))], "≥ 2,000/s", count / median(seconds) >= 2_000))
    return result


def work(count: int) -> float:
    """Seconds until the two lanes of a worker have brought everything to its end."""
    before = Payment.objects.filter(status="settled").count()
    connection.close()
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(WORKERS + 1)
    workers = [context.Process(target=_lane, args=(n, gate, before + count)) for n in range(WORKERS)]
    for worker in workers:
        worker.start()
    gate.wait()
    started = time.perf_counter()
    for worker in workers:
        worker.join()
    return time.perf_counter() - started


def _lane(n: int, gate, settled: int) -> None:
    """As `ops.tasks` does it: one works on what is due, the other relays."""
    clock.set_source(now)
    connection.ensure_connection()
    gate.wait()
    while Payment.objects.filter(status="settled").count() < settled:
        (relay_all if n else run_all)(1.0)
    connection.close()
