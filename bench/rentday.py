"""Rent day: every lease has a charge that falls due at one moment, and two workers post them. A thousand leases, ten, a hundred thousand;
beside bare SQL that writes the same rows in sets, and the same action on a lease at a time.
"""

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from bench import background, peer
from bench.measure import Result, Row, median, per_second
from bench.place import Place
from directpay.due.run import run_all
from directpay.kernel import clock
from directpay.ops.clock import set_clock
from directpay.ops.partitions import make_partitions
from leases.rent.actions.post_charges import CHARGES_QUEUE, post_charges
from leases.rent.models import Charge
from ledger.journal.invariants import check_invariants

SQL, FILL = Path(__file__).with_suffix(".sql"), Path(__file__).with_name("rentday_fill.sql")
START = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
RENT_DAY = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)  # midnight in New York
WORKERS, SET = 2, 500
GOAL_SECONDS, FLAT = 120, 1.5
FIRST = 10_000  # number of the first lease


def rentday(place: Place, *, short: bool = False) -> Result:
    """Each size on a day of its own, its leases beside those of the sizes before. What is small is done three times."""
    sizes, few, rounds = ((20, 40), 4, 1) if short else ((1_000, 10_000, 100_000), 200, 3)
    _install(place)
    day = _Days(place)
    result = Result("Rent day (two workers)", ["leases", "in all", "each", "of the first size"])
    alone = day.take(few, CHARGES_QUEUE, _alone)
    each: list[float] = []
    bare: list[float] = []
    for size in sizes:
        times = rounds if size < 100_000 else 1
        taken = median([day.take(size, CHARGES_QUEUE, _ours) for _ in range(times)])
        each.append(taken / size)
        result.rows.append(Row(f"{size:,} leases", _figures(size, taken, each[0])))
        bare.append(median([day.take(size, "bench.charges", _bare) for _ in range(times)]))
    met = None if short else taken < GOAL_SECONDS and each[-1] < FLAT * each[0]
    result.rows[-1] = replace(result.rows[-1], goal=f"< {GOAL_SECONDS} s, ≤ {FLAT}", met=met)
    for size, seconds in zip(sizes, bare, strict=True):  # what grows here with the size is PostgreSQL's own
        result.rows.append(Row(f"bare SQL in sets, the same rows, {size:,} leases", _figures(size, seconds, bare[0] / sizes[0])))
    result.rows.append(Row(f"a lease at a time, {few} leases", _figures(few, alone, each[0])))
    broken = [f"{f.code} {f.sentence}: {f.broken}" for f in check_invariants() if f.broken]
    if broken:
        raise RuntimeError("\n".join(broken))
    return result


def _figures(leases: int, seconds: float, first: float) -> list[str]:
    """`first`: seconds per lease of the first size."""
    each = seconds / leases
    return [per_second(leases, seconds), f"{seconds:.1f} s", f"{each * 1_000:.2f} ms", f"{each / first:.2f}"]


class _Days:
    """One rent day after the other, with new leases for each."""

    def __init__(self, place: Place) -> None:
        self.place, self.due, self.first = place, RENT_DAY, FIRST

    def take(self, count: int, queue: str, way: Callable[[str], None]) -> float:
        """Seconds until every worker finds nothing left to post."""
        given = {"n": count, "first": self.first, "start": START, "day": self.due.date(), "due": self.due, "queue": queue}
        with psycopg.connect(self.place.superuser_url, autocommit=True, cursor_factory=psycopg.ClientCursor) as superuser:
            superuser.execute("SET session_replication_role = replica")
            superuser.execute(FILL.read_text(encoding="utf-8"), given)
            superuser.execute("VACUUM (ANALYZE)")
        make_partitions(self.due.date(), self.due.date())
        set_clock(self.due + timedelta(minutes=1), frozen=True)
        seconds = together(self.place, way, 1 if way is _alone else WORKERS)
        left = Charge.objects.filter(lease_id__gte=self.first, posted_at=None).count()
        if left:
            raise RuntimeError(f"{left} of {count} charges were not posted")
        self.first += count
        self.due += timedelta(days=1)
        return seconds


def together(place: Place, way: Callable[[str], None], workers: int) -> float:
    connection.close()
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(workers + 1)
    started = [context.Process(target=_work, args=(place.runtime_url, way, gate)) for _ in range(workers)]
    for worker in started:
        worker.start()
    gate.wait()
    start = time.perf_counter()
    for worker in started:
        worker.join()
    return time.perf_counter() - start


def _work(url: str, way: Callable[[str], None], gate: Any) -> None:
    connection.ensure_connection()
    gate.wait()
    way(url)
    connection.close()


def _ours(url: str) -> None:
    while run_all(60.0):
        pass


def _alone(url: str) -> None:
    """The same work, as a task for each lease would do it; the promises are let go of afterwards, and find nothing."""
    at = clock.now()
    for key in list(Charge.objects.filter(posted_at=None).order_by("id").values_list("public_id", flat=True)):
        post_charges([key], at)
    _ours(url)


def _bare(url: str) -> None:
    at = clock.now()
    with psycopg.connect(url, autocommit=True) as own:
        while (own.execute("SELECT bench_rent(%s, %s)", [SET, at]).fetchone() or (0,))[0]:
            pass


def _install(place: Place) -> None:
    peer.install(place.owner_url)
    with psycopg.connect(place.owner_url, autocommit=True) as owner:
        owner.execute(background.SQL.read_text(encoding="utf-8"))
        owner.execute(SQL.read_text(encoding="utf-8"))
