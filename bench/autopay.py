"""Rent day where everybody pays by itself: two workers tell each renter twice beforehand, post each charge at midnight, pay at nine.

Of the leases of rent day, of which every fourth is shared and every tenth has money waiting: there nothing is paid.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from bench.measure import Result, Row, median, per_second
from bench.place import Place
from bench.rentday import FILL, FIRST, FLAT, GOAL_SECONDS, START, WORKERS, together
from directpay.due.registry import QUEUES
from directpay.due.run import run_queue
from directpay.kernel import clock
from directpay.ops.clock import set_clock
from directpay.ops.partitions import make_partitions
from leases.autopay.actions.planning import NOTICES_QUEUE, RUNS_QUEUE
from leases.autopay.models import AutopayRun
from leases.rent.actions.post_charges import CHARGES_QUEUE
from ledger.journal.invariants import check_invariants

OWN_FILL = Path(__file__).with_name("autopay_fill.sql")
RUN_AT = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)  # nine in New York
A_WEEK, APART, MIDNIGHT = timedelta(days=7), timedelta(days=10), timedelta(hours=9)
# What is done, and how long before the moment of the payments.
PHASES = {"notices a week ahead": A_WEEK, "notices two days ahead": timedelta(days=2), "charges": MIDNIGHT, "payments": timedelta()}


def autopay(place: Place, *, short: bool = False, sizes: Sequence[int] = (1_000, 10_000, 100_000)) -> Result:
    """Each size on a day of its own, its leases beside those of the sizes before; notices, charges and payments timed apart."""
    sizes, rounds = ((20, 40), 1) if short else (sizes, 3)
    day = _Days(place)
    result = Result("Rent day where everybody pays by itself (two workers)", ["leases", "in all", "each", "of the first size"])
    first: dict[str, float] = {}
    for size in sizes:
        taken = [day.take(size) for _ in range(rounds if size < 10_000 else 1)]
        of_phase = {name: median([times[n] for times in taken]) for n, name in enumerate(PHASES)}
        for name, seconds in {**of_phase, "all of it": sum(of_phase.values())}.items():
            each = seconds / size
            ratio = each / first.setdefault(name, each)
            figures = [per_second(size, seconds), f"{seconds:.1f} s", f"{each * 1_000:.2f} ms", f"{ratio:.2f}"]
            judged = name == "all of it" and size == sizes[-1] and not short
            goal = f"< {GOAL_SECONDS} s, ≤ {FLAT}" if judged else ""
            result.rows.append(Row(f"{name}, {size:,} leases", figures, goal, seconds < GOAL_SECONDS and ratio < FLAT if judged else None))
    broken = [f"{f.code} {f.sentence}: {f.broken}" for f in check_invariants() if f.broken]
    if broken:
        raise RuntimeError("\n".join(broken))
    return result


def _by_themselves(url: str) -> None:
    """These queues: what becomes of the payments is measured elsewhere."""
    for name in (NOTICES_QUEUE, CHARGES_QUEUE, RUNS_QUEUE):
        while run_queue(QUEUES[name], clock.now()):
            pass


class _Days:
    """One rent day after the other, with new leases for each."""

    def __init__(self, place: Place) -> None:
        self.place, self.run_at, self.first = place, RUN_AT, FIRST

    def take(self, count: int) -> list[float]:
        """Seconds of each phase, until nothing of it is left."""
        self._fill(count)
        times = []
        for before in PHASES.values():
            set_clock(self.run_at - before + timedelta(minutes=1), frozen=True)
            times.append(together(self.place, _by_themselves, WORKERS))
        runs = AutopayRun.objects.filter(autopay__lease_id__gte=self.first, run_on=self.run_at.date())
        done = runs.exclude(status="planned").filter(told_days=2).count()
        if done != count:
            raise RuntimeError(f"{count - done} of {count} runs were not told or not done")
        self.first += count
        self.run_at += APART
        return times

    def _fill(self, count: int) -> None:
        given = {"n": count, "first": self.first, "start": START, "day": self.run_at.date(), "queue": CHARGES_QUEUE}
        given |= {"due": self.run_at - MIDNIGHT, "run_at": self.run_at, "notice_at": self.run_at - A_WEEK}
        with psycopg.connect(self.place.superuser_url, autocommit=True, cursor_factory=psycopg.ClientCursor) as superuser:
            superuser.execute("SET session_replication_role = replica")
            superuser.execute(FILL.read_text(encoding="utf-8"), given)
            superuser.execute(OWN_FILL.read_text(encoding="utf-8"), given)
            superuser.execute("VACUUM (ANALYZE)")
        make_partitions((self.run_at - A_WEEK).date(), self.run_at.date())
