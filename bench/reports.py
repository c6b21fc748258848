"""Reports of a landlord with ten thousand leases and a year behind them, read to their last line as CSV; beside each, the bare sum over the
same entries that PostgreSQL itself needs. Memory is what the file takes while it is made, beyond what stood before.
"""

import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.measure import Result, Row, median
from bench.place import Place
from directpay.kernel import clock
from directpay.kernel.sheets import csv_line
from directpay.ops.clock import set_clock
from directpay.ops.partitions import make_partitions
from directpay.people.models import User
from directpay.people.queries import actor_for_user
from leases.reports.files import Lines, aging_lines, rent_roll_lines, schedule_lines, statement_lines
from leases.reports.queries.scope import Wish, known, scope_of

FILL = Path(__file__).with_name("reports_fill.sql")
START, NOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
YEAR = date(2026, 1, 1), date(2026, 12, 31)
BARE_OWED = """SELECT a.id, sum(e.amount_minor) FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
WHERE a.number = 'L1500' GROUP BY 1"""
BARE_BOOK = """SELECT t.kind, a.number, a.subject, sum(e.amount_minor) FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
JOIN ledger_transaction t ON t.id = e.transaction_id WHERE a.book_id = 1000 GROUP BY 1, 2, 3"""
GOAL_SECONDS, GOAL_MEGABYTES = 30, 20


def reports(place: Place, *, short: bool = False) -> Result:
    count, rounds = (40, 1) if short else (10_000, 3)
    set_clock(NOW, frozen=True)
    make_partitions(YEAR[0], YEAR[1])
    with psycopg.connect(place.superuser_url, autocommit=True, cursor_factory=psycopg.ClientCursor) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(FILL.read_text(encoding="utf-8"), {"n": count, "start": START})
        superuser.execute("VACUUM (ANALYZE)")
    scope, seen = scope_of(actor_for_user(User.objects.get(public_id="usr_0")), Wish()), known(None, now=clock.now())
    asked: dict[str, tuple[Callable[[], Lines], str]] = {
        "rent roll": (lambda: rent_roll_lines(scope, YEAR[1], seen), BARE_OWED),
        "aging": (lambda: aging_lines(scope, YEAR[1], seen), BARE_OWED),
        "owner statement, cash, a year": (lambda: statement_lines(scope, *YEAR, "cash", seen), BARE_BOOK),
        "owner statement, accrual, a month": (
            lambda: statement_lines(scope, date(2026, 6, 1), date(2026, 6, 30), "accrual", seen),
            BARE_BOOK,
        ),
        "Schedule E": (lambda: schedule_lines(scope, 2026, seen), BARE_BOOK),
    }
    result = Result(f"Reports of {count:,} leases and their year", ["whole file", "bare sum", "lines", "queries", "memory"])
    for name, (lines, bare) in asked.items():
        sums = median([_timed(lambda sql=bare: _bare(sql)) for _ in range(rounds)])
        taken = median([_timed(lambda made=lines: _written(made())) for _ in range(rounds)])
        with CaptureQueriesContext(connection) as queries:
            written = _written(lines())
        peak = _peak_megabytes(lines)
        met = taken < GOAL_SECONDS and peak < GOAL_MEGABYTES
        figures = [f"{taken:.2f} s", f"{sums:.2f} s", f"{written:,}", str(len(queries)), f"{peak:.1f} MB"]
        result.rows.append(Row(name, figures, f"< {GOAL_SECONDS} s, < {GOAL_MEGABYTES} MB", None if short else met))
    return result


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _bare(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.fetchall()


def _written(lines: Lines) -> int:
    return sum(1 for line in lines if csv_line(line))


def _peak_megabytes(lines: Callable[[], Lines]) -> float:
    tracemalloc.start()
    _written(lines())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1_000_000
