"""The calendar of the Federal Reserve, against its published holiday schedules."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directpay.kernel.bankdays import add, eastern, holidays, is_bank_day, on_or_after

# Federal Reserve Financial Services, holiday schedules; a Saturday's holiday is not kept, a Sunday's on the Monday.
PUBLISHED = {
    2024: "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25",
    2025: "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
    2026: "01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25",  # 4 July is a Saturday
    2027: "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25",  # Juneteenth and Christmas are Saturdays
    2028: "01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-23 12-25",  # New Year and Veterans Day are Saturdays
}
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize("year", PUBLISHED)
def test_closes_on_the_published_weekdays_and_no_others(year):
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    closed = [day for day in days if day.weekday() < 5 and not is_bank_day(day)]
    assert [f"{day:%m-%d}" for day in closed] == PUBLISHED[year].split()
    assert not any(is_bank_day(day) for day in days if day.weekday() >= 5)


@pytest.mark.parametrize("friday", [date(2026, 7, 3), date(2027, 6, 18), date(2027, 12, 24), date(2027, 12, 31), date(2028, 11, 10)])
def test_stays_open_on_the_friday_before_a_saturday(friday):
    assert is_bank_day(friday)


@pytest.mark.parametrize("monday", [date(2027, 7, 5), date(2022, 6, 20), date(2023, 1, 2), date(2022, 12, 26), date(2029, 11, 12)])
def test_closes_on_the_monday_after_a_sunday(monday):
    assert not is_bank_day(monday)


def test_keeps_juneteenth_since_2021():
    assert date(2020, 6, 19) not in holidays(2020)
    assert date(2023, 6, 19) in holidays(2023)


@pytest.mark.parametrize(("year", "day"), [(2024, 28), (2025, 27), (2026, 26), (2027, 25), (2028, 23)])
def test_keeps_the_fourth_thursday_of_november(year, day):
    assert date(year, 11, day) in holidays(year)
    assert is_bank_day(date(year, 11, day + 1)), "the Friday after is a bank day"


class TestAdd:
    @pytest.mark.parametrize(
        ("day", "count", "expected"),
        [
            (date(2026, 11, 25), 1, date(2026, 11, 27)),  # over Thanksgiving
            (date(2026, 10, 30), 1, date(2026, 11, 2)),  # over a weekend
            (date(2026, 11, 24), 4, date(2026, 12, 1)),
            (date(2026, 11, 28), 1, date(2026, 11, 30)),  # from a Saturday
            (date(2026, 11, 26), 1, date(2026, 11, 27)),  # from a holiday
            (date(2027, 12, 31), 1, date(2028, 1, 3)),
            (date(2022, 12, 23), 1, date(2022, 12, 27)),
            (date(2026, 11, 2), 0, date(2026, 11, 2)),
            (date(2026, 11, 1), 0, date(2026, 11, 1)),  # nothing added, nothing moved
        ],
    )
    def test_counts_bank_days_only(self, day, count, expected):
        assert add(day, count) == expected

    @given(DAYS, st.integers(1, 40))
    def test_ends_on_a_bank_day_with_as_many_between(self, day, count):
        end = add(day, count)
        assert is_bank_day(end)
        assert sum(is_bank_day(day + timedelta(days=n)) for n in range(1, (end - day).days + 1)) == count

    @given(DAYS, st.integers(0, 10), st.integers(0, 10))
    def test_adds_in_one_step_as_in_two(self, day, first, second):
        assert add(add(day, first), second) == add(day, first + second)


@given(DAYS)
def test_on_or_after_is_the_day_itself_or_the_next_open_one(day):
    found = on_or_after(day)
    assert is_bank_day(found)
    assert day <= found <= day + timedelta(days=4)
    assert not any(is_bank_day(day + timedelta(days=n)) for n in range((found - day).days))


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2026, 10, 30), time(16, 45), datetime(2026, 10, 30, 20, 45, tzinfo=UTC)),  # summer time
        (date(2026, 11, 2), time(16, 45), datetime(2026, 11, 2, 21, 45, tzinfo=UTC)),  # the Monday after it ended
        (date(2027, 3, 12), time(8, 30), datetime(2027, 3, 12, 13, 30, tzinfo=UTC)),
        (date(2027, 3, 15), time(8, 30), datetime(2027, 3, 15, 12, 30, tzinfo=UTC)),
    ],
)
def test_eastern_is_the_wall_clock_of_new_york(day, at, utc):
    assert eastern(day, at) == utc
