"""On which days an autopay pays, and when it says so: days where the property stands, each from its own day, never the last clamped one."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from leases.rent.schedule import day_in_month, months_from

HOUR: Final = time(9)  # of the day of the property: after what falls due that midnight, before the banks' first cut-off in the west
NOTICE_DAYS: Final = (7, 2)  # ahead
LOOK_AHEAD: Final = timedelta(days=7)  # on a day of its own, what falls due within a week is paid too: a transfer takes days


@dataclass(frozen=True, slots=True)
class Days:
    """`day_of_month` None: the days on which the rent falls due."""

    start_on: date
    end_on: date | None
    due_day: int
    day_of_month: int | None

    def after(self, day: date) -> date | None:
        """The first one later than `day`; None when the lease has no more."""
        begin = max(day, self.start_on - LOOK_AHEAD - timedelta(days=1))
        for year, month in months_from(begin):
            if self.end_on is not None and date(year, month, 1) > self.end_on:
                return self._for_the_rest(self.end_on, day)
            found = self._of(year, month)
            if found is not None and found > begin:
                return found
        return None

    def _for_the_rest(self, end_on: date, day: date) -> date | None:
        """Of days of its own none is left: rent for which the last of them came too early is paid when it falls due."""
        due_on = max(day_in_month(end_on.year, end_on.month, self.due_day), self.start_on)
        return due_on if self.day_of_month is not None and due_on > day + LOOK_AHEAD else None

    def _of(self, year: int, month: int) -> date | None:
        if self.day_of_month is not None:
            own = day_in_month(year, month, self.day_of_month)
            return own if self.end_on is None or own <= self.end_on else None
        if (year, month) < (self.start_on.year, self.start_on.month):
            return None
        return max(day_in_month(year, month, self.due_day), self.start_on)  # the last rent may fall due after the last day

    def before_next(self, run_on: date) -> date:
        """The last day that no later run comes in time for: parts of a payment plan up to it are paid on `run_on`."""
        following = self.after(run_on)
        return date.max if following is None else following - timedelta(days=1)

    def pays_until(self, run_on: date) -> date:
        """What falls due by this day is paid on `run_on`."""
        return run_on if self.day_of_month is None else run_on + LOOK_AHEAD


def moment_of(day: date, zone: ZoneInfo) -> datetime:
    """When on that day it happens."""
    return datetime.combine(day, HOUR, tzinfo=zone)


def next_notice(run_on: date, zone: ZoneInfo, at: datetime) -> tuple[int, datetime] | None:
    """How many days ahead the next notice is, and when; None when all their times have passed."""
    for days in NOTICE_DAYS:
        when = moment_of(run_on - timedelta(days=days), zone)
        if when > at:
            return days, when
    return None
