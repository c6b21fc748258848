import calendar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from leases.autopay.dates import LOOK_AHEAD, Days, moment_of, next_notice
from leases.rent.schedule import rows

DATES = st.dates(date(2020, 1, 1), date(2032, 12, 31))
DAYS = st.integers(1, 31)
ZONES = st.sampled_from(["America/New_York", "Pacific/Kiritimati", "Pacific/Honolulu", "Europe/Berlin", "Asia/Kolkata"])


def last_of(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


@given(start=DATES, day=DAYS, after=DATES)
def test_a_day_of_the_month_comes_every_month_and_31_is_the_last(start, day, after):
    days = Days(start, None, 1, day)
    first = days.after(after)
    assert first > after
    for _ in range(14):
        assert first.day == min(day, last_of(first))
        following = days.after(first)
        assert (following.year * 12 + following.month) - (first.year * 12 + first.month) == 1
        first = following


@given(start=DATES, length=st.integers(0, 800), due_day=DAYS)
def test_the_days_of_the_rent_are_those_of_its_schedule(start, length, due_day):
    end = start + timedelta(days=length)
    schedule = [row.due_on for row in rows(start_on=start, end_on=end, due_day=due_day, rents=[(start, 100_000)], until=end)]
    found, day = [], start - timedelta(days=1)
    while (day := Days(start, end, due_day, None).after(day)) is not None:
        found.append(day)
    assert found == schedule


@given(start=DATES, length=st.integers(0, 400), day=DAYS, after=DATES)
def test_no_day_of_its_own_is_after_the_lease(start, length, day, after):
    end = start + timedelta(days=length)
    found = Days(start, end, 1, day).after(after)
    assert found is None or after < found <= end
    assert found is None or found >= start - LOOK_AHEAD


@given(run_on=DATES, zone=ZONES, hours=st.integers(-24 * 20, 24 * 2))
def test_notices_are_seven_and_two_days_ahead_and_never_late(run_on, zone, hours):
    zone = ZoneInfo(zone)
    at = datetime(run_on.year, run_on.month, run_on.day, tzinfo=UTC) + timedelta(hours=hours)
    found = next_notice(run_on, zone, at)
    if found is not None:
        days, when = found
        assert when > at
        assert when == moment_of(run_on - timedelta(days=days), zone)
        assert days == 7 or moment_of(run_on - timedelta(days=7), zone) <= at
    else:
        assert moment_of(run_on - timedelta(days=2), zone) <= at
