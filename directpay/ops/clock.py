"""The movable clock of the sandbox: one row that web, workers, beat, simulated bank and tests read alike."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from directpay.database.statements import later, soon
from directpay.due.run import next_due_at, run_all
from directpay.events.relay import ask_first_due, relay_all
from directpay.events.unit import unit_of_work
from directpay.kernel import clock
from directpay.kernel.errors import Conflict, InvalidInput, NotAllowed
from directpay.ops.models import Clock
from directpay.ops.partitions import make_partitions

LOCK = "sandbox clock"
STEPS_LIMIT = 200_000
FARTHEST = timedelta(days=366 * 5)


class ClockBusy(Conflict):
    """Somebody else is advancing it."""

    code = "clock_busy"


MOVE = """
INSERT INTO directpay_clock (id, frozen_at, offset_microseconds) VALUES (1, %s, %s)
ON CONFLICT (id) DO UPDATE SET frozen_at = excluded.frozen_at, offset_microseconds = excluded.offset_microseconds
"""
ASK = "SELECT frozen_at, offset_microseconds FROM directpay_clock WHERE id = 1"
# The same, told by the database; the system's time comes from the caller, as for `ASK`.
SAID = (
    """COALESCE((SELECT COALESCE(frozen_at, %s + offset_microseconds * interval '1 microsecond') FROM directpay_clock WHERE id = 1), %s)"""
)


def read_clock() -> datetime:
    """The source behind `kernel.clock.now`: the system's time moved by the row, or the moment at which the row stands still."""
    with connection.cursor() as cursor:
        cursor.execute(ASK)
        return _told(cursor.fetchone())


def ask_clock() -> Callable[[], datetime]:
    """The same behind `kernel.clock.now_soon`."""
    asked = soon(ASK)
    return lambda: _told(asked.row())


def say_clock() -> clock.Spoken:
    """The same behind `kernel.clock.in_sql`."""
    return SAID, [clock.system_now()] * 2


def _told(row: tuple[Any, ...] | None) -> datetime:
    if row is None:
        return clock.system_now()
    frozen_at, offset = row
    moment: datetime = frozen_at or clock.system_now() + timedelta(microseconds=offset)
    return moment


def install() -> None:
    """Live mode has no movable clock."""
    if settings.SANDBOX:
        clock.set_source(read_clock, ask_clock, say_clock)
    else:
        clock.set_source(clock.system_now)


def set_clock(at: datetime, *, frozen: bool) -> None:
    """Put the clock at `at`, standing still or running on from there."""
    offset = int((at - clock.system_now()) / timedelta(microseconds=1))
    with unit_of_work():
        later(MOVE, [at if frozen else None, offset])


def is_frozen() -> bool:
    return Clock.objects.filter(id=1, frozen_at__isnull=False).exists()


def is_moved() -> bool:
    """Whether it differs from the system's by more than a second."""
    row = Clock.objects.filter(id=1).first()
    return bool(row and (row.frozen_at or abs(row.offset_microseconds) > 1_000_000))


def advance(to: datetime) -> datetime:
    """Move everything to `to`, running what falls due on the way, in order, on the same code path as real time.

    Raises NotAllowed outside the sandbox, InvalidInput for a moment in the past or too far ahead, ClockBusy.
    """
    if not settings.SANDBOX:
        raise NotAllowed("Only the sandbox has a clock that can be moved.", code="sandbox_only")
    with _alone():
        _advance_alone(to)
    run_all()
    relay_all()
    return to


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [LOCK])
        if not cursor.fetchone()[0]:
            raise ClockBusy("The clock is being advanced already.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [LOCK])


@contextmanager
def _unhurried() -> Iterator[None]:
    """No commit on the way is waited for until it is on the disk. One that is lost in a crash takes all later ones along, the clock's own
    among them: it did not come as far. The last step of the clock is waited for, and with it everything before."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        try:
            yield
        finally:
            cursor.execute("RESET synchronous_commit")


def _advance_alone(to: datetime) -> None:
    """With the lock held: only now is it certain where the clock stands, and whether it stands still."""
    start, was_frozen = clock.now(), is_frozen()
    if to < start:
        raise InvalidInput(f"The clock stands at {start.isoformat()}: it only moves forward.", param="to")
    if to > start + FARTHEST:
        raise InvalidInput("At most five years at once.", param="to")
    make_partitions(start.date(), to.date())
    with _unhurried():
        _walk(start, to, was_frozen)
    set_clock(max(to, clock.now()), frozen=was_frozen)


def _walk(now: datetime, to: datetime, frozen: bool) -> None:
    """Instant by instant. A clock that runs goes on running, so that dying on the way leaves it as far as it came, never stopped."""
    for _ in range(STEPS_LIMIT):
        instant, stands_at = _next_instant(to)
        if instant is None:
            return
        now = max(now, instant, stands_at)
        set_clock(now, frozen=frozen)
        if run_all(60.0) + relay_all(60.0) == 0:
            now += timedelta(seconds=1)  # claimed by a worker at this moment: look again a little later
            if now > to:
                return
    raise RuntimeError("the clock did not come to rest")


def _next_instant(until: datetime) -> tuple[datetime | None, datetime]:
    """When something is due next, if by `until`, and what time it is: asked in one round trip."""
    told, deliveries = clock.now_soon(), ask_first_due()
    found = [next_due_at(until), *(due_at for due_at in deliveries().values() if due_at <= until)]
    return min(filter(None, found), default=None), told()
