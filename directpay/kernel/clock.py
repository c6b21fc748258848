"""The only place that asks what time it is. In the sandbox `ops` puts a movable clock behind it."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")  # the time of the Federal Reserve: cut-offs and bank days


def system_now() -> datetime:
    """What the machine's own clock says, for log lines and leases of processes, never for money."""
    return datetime.now(UTC)


_source: Callable[[], datetime] = system_now
_asking: Callable[[], Callable[[], datetime]] | None = None
Spoken = tuple[str, Sequence[datetime]]  # SQL, and its parameters


def _say() -> Spoken:
    return "%s::timestamptz", [system_now()]


_saying: Callable[[], Spoken] = _say


def set_source(
    source: Callable[[], datetime],
    asking: Callable[[], Callable[[], datetime]] | None = None,
    saying: Callable[[], Spoken] = _say,
) -> None:
    """Put another clock behind `now`, called once at start-up. `asking`: the same for `now_soon`, where it has a question to ask;
    `saying`: for `in_sql`."""
    global _source, _asking, _saying
    _source, _asking, _saying = source, asking, saying


def now() -> datetime:
    """The time of this installation, UTC-aware. Doors call it and hand it down as `at`."""
    return _source()


def now_soon() -> Callable[[], datetime]:
    """For a door that asks the database something else first: what is returned tells the time once that is answered, the same each time."""
    return cache(_asking() if _asking else _source)


def in_sql() -> Spoken:
    """For a door that asks nothing else: an expression for what time it is as of this call, by the sandbox's clock where there is one."""
    return _saying()


def today(zone: ZoneInfo, at: datetime) -> date:
    """The calendar day of `at` in `zone`."""
    return at.astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which the day begins in `zone`."""
    return datetime.combine(day, time(), tzinfo=zone)
