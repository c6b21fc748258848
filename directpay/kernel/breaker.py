"""A circuit breaker as a record and the rules that change it: when something outside is not asked, because it has failed too often.

Closed: everybody asks. After so many failures within a window it is open: nobody asks for a rest. Then half open: one asks, as a probe;
its success closes it, its failure opens it for twice as long. (M. Nygard, Release It!, "Circuit Breaker".) Where the record is kept, and
by whom it is shared, is not said here.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

State = Literal["closed", "half_open", "open"]


@dataclass(frozen=True, slots=True)
class Limits:
    """`probe`: one that has not told how it went for so long has died on the way, and another may try."""

    failures: int = 3
    window: timedelta = timedelta(minutes=1)
    rest: timedelta = timedelta(seconds=30)
    longest_rest: timedelta = timedelta(minutes=5)
    probe: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Record:
    """`failed_at`: while closed, not made up for. `probing_since`: somebody asks at this moment, to see."""

    failed_at: tuple[datetime, ...] = ()
    opened_at: datetime | None = None
    rests: int = 0  # without a success between
    probing_since: datetime | None = None


CLOSED = Record()


def state(record: Record, at: datetime, limits: Limits) -> State:
    if record.opened_at is None:
        return "closed"
    return "half_open" if _rested(record, at, limits) else "open"


def ask(record: Record, at: datetime, limits: Limits) -> tuple[Record, datetime | None]:
    """Whether one may ask now. None: yes, and it must say how it went; else when to come again."""
    if record.opened_at is None:
        return record, None
    if not _rested(record, at, limits):
        return record, record.opened_at + _rest(record, limits)
    since = record.probing_since
    if since is not None and since <= at < since + limits.probe:
        return record, since + limits.probe
    return replace(record, probing_since=at), None


def failed(record: Record, at: datetime, limits: Limits) -> Record:
    """What was asked did not answer, or said that it is broken."""
    if record.opened_at is not None:
        # Others were under way when it opened: only the probe says something new.
        return record if record.probing_since is None else Record(opened_at=at, rests=record.rests + 1)
    recent = (*(moment for moment in record.failed_at if at - limits.window < moment <= at), at)
    return Record(opened_at=at, rests=1) if len(recent) >= limits.failures else Record(failed_at=recent)


def succeeded(record: Record) -> Record:
    """It answered, whatever it said. While closed, that makes up for one failure: it opens when more than half fail, not when a few do."""
    if record.opened_at is None:
        return Record(failed_at=record.failed_at[1:])
    return record if record.probing_since is None else CLOSED


def _rested(record: Record, at: datetime, limits: Limits) -> bool:
    """A clock that was set back does not keep it open."""
    return record.opened_at is None or not record.opened_at <= at < record.opened_at + _rest(record, limits)


def _rest(record: Record, limits: Limits) -> timedelta:
    return min(limits.rest * 2 ** min(max(record.rests - 1, 0), 10), limits.longest_rest)
