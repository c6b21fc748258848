"""Bank days of the Federal Reserve: Monday to Friday, less its eleven holidays.

Source: Federal Reserve Financial Services holiday schedule. A holiday on a Sunday is kept on the Monday after it;
one on a Saturday is not kept at all (the banks are open on the Friday before).
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from directpay.kernel.clock import EASTERN

JUNETEENTH_SINCE = 2021
SEARCH_LIMIT_DAYS = 10  # the longest run of days without a bank day is four
MONDAY, THURSDAY, SUNDAY = 0, 3, 6


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def _last_monday_of_may(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.weekday())


@lru_cache(maxsize=256)
def holidays(year: int) -> frozenset[date]:
    """Days of `year` on which the Federal Reserve is closed besides weekends."""
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    if year >= JUNETEENTH_SINCE:
        fixed.append(date(year, 6, 19))
    observed = {day + timedelta(days=1) if day.weekday() == SUNDAY else day for day in fixed}
    floating = {
        _nth(year, 1, MONDAY, 3),
        _nth(year, 2, MONDAY, 3),
        _last_monday_of_may(year),
        _nth(year, 9, MONDAY, 1),
        _nth(year, 10, MONDAY, 2),
        _nth(year, 11, THURSDAY, 4),
    }
    return frozenset(observed | floating)


def is_bank_day(day: date) -> bool:
    return day.weekday() < 5 and day not in holidays(day.year)


def on_or_after(day: date) -> date:
    """`day` itself if the banks are open, else the next day on which they are."""
    for _ in range(SEARCH_LIMIT_DAYS):
        if is_bank_day(day):
            return day
        day += timedelta(days=1)
    raise AssertionError("no bank day within ten days")


def add(day: date, count: int) -> date:
    """The `count`-th bank day after `day`."""
    for _ in range(count):
        day = on_or_after(day + timedelta(days=1))
    return day


def eastern(day: date, at: time) -> datetime:
    """The instant of a wall-clock time in New York."""
    return datetime.combine(day, at, tzinfo=EASTERN)
