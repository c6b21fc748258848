"""Dates from the lease's own day, months exact to the cent."""

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leases.rent.schedule import Row, day_in_month, horizon, months_from, next_month_start, rows

FAR = date(2100, 1, 1)


def made(start: str, end: str | None, due_day: int = 1, rent: int = 150_000, until: date = FAR) -> list[Row]:
    return rows(
        start_on=date.fromisoformat(start),
        end_on=end and date.fromisoformat(end),
        due_day=due_day,
        rents=[(date.fromisoformat(start), rent)],
        until=until,
    )


def due(found: list[Row]) -> list[str]:
    return [row.due_on.isoformat() for row in found]


class TestDates:
    def test_are_the_due_day_of_each_month(self):
        assert due(made("2026-11-01", "2027-02-28", due_day=5)) == ["2026-11-05", "2026-12-05", "2027-01-05", "2027-02-05"]

    def test_of_the_31st_are_the_last_day_of_shorter_months_and_never_drift(self):
        assert due(made("2026-12-01", "2027-05-31", due_day=31)) == [
            "2026-12-31",
            "2027-01-31",
            "2027-02-28",
            "2027-03-31",
            "2027-04-30",
            "2027-05-31",
        ]

    @pytest.mark.parametrize("due_day", [29, 30, 31])
    def test_of_the_end_of_the_month_know_leap_years(self, due_day):
        assert due(made("2028-02-01", "2028-02-29", due_day=due_day)) == ["2028-02-29"]
        assert due(made("2027-02-01", "2027-02-28", due_day=due_day)) == ["2027-02-28"]

    def test_are_never_before_the_lease_begins(self):
        assert due(made("2026-11-16", "2027-01-31", due_day=1)) == ["2026-11-16", "2026-12-01", "2027-01-01"]
        assert due(made("2026-11-16", "2026-12-31", due_day=16)) == ["2026-11-16", "2026-12-16"]
        assert due(made("2026-11-16", "2026-12-31", due_day=20)) == ["2026-11-20", "2026-12-20"]

    def test_may_be_later_than_the_days_that_they_pay(self):
        (row,) = made("2026-11-01", "2026-11-10", due_day=25)
        assert (row.due_on, row.period_end) == (date(2026, 11, 25), date(2026, 11, 10))


class TestAmounts:
    @pytest.mark.parametrize(
        ("start", "end", "amounts"),
        [
            ("2026-11-01", "2027-01-31", [150_000, 150_000, 150_000]),
            ("2026-11-16", "2026-12-31", [75_000, 150_000]),  # 15 of 30 days
            ("2026-11-30", "2026-12-31", [5_000, 150_000]),  # one day
            ("2026-12-10", "2027-01-15", [106_452, 72_581]),  # 22 and 15 of 31: 106451.61, 72580.65
            ("2028-02-15", "2028-02-29", [77_586]),  # 15 of 29: 77586.21
            ("2027-02-15", "2027-02-28", [75_000]),  # 14 of 28
            ("2026-11-10", "2026-11-12", [15_000]),  # within one month
            ("2026-11-10", "2026-11-10", [5_000]),
        ],
    )
    def test_are_the_days_covered_to_the_cent(self, start, end, amounts):
        assert [row.amount_minor for row in made(start, end)] == amounts

    def test_round_a_half_to_the_even_cent(self):
        assert [row.amount_minor for row in made("2026-11-16", "2026-11-30", rent=5)] == [2]  # 2.5
        assert [row.amount_minor for row in made("2026-11-16", "2026-11-30", rent=7)] == [4]  # 3.5

    def test_of_nothing_are_left_out(self):
        assert made("2026-11-30", "2026-11-30", rent=1) == []


class TestReach:
    def test_is_the_end_of_the_lease(self):
        assert made("2026-11-01", "2027-10-31")[-1].period_end == date(2027, 10, 31)
        assert len(made("2026-11-01", "2027-10-31")) == 12

    def test_is_the_month_of_the_horizon_where_there_is_no_end(self):
        found = made("2026-11-01", None, until=date(2027, 11, 30))
        assert (len(found), found[-1].period_end) == (13, date(2027, 11, 30))
        assert made("2026-11-01", None, until=date(2027, 11, 3)) == found, "a month is begun whole"

    def test_is_nothing_before_the_lease_begins(self):
        assert made("2026-11-01", None, until=date(2026, 10, 31)) == []

    @pytest.mark.parametrize(
        ("today", "end"),
        [("2026-11-02", "2027-11-30"), ("2026-12-31", "2027-12-31"), ("2027-02-28", "2028-02-29"), ("2026-01-01", "2027-01-31")],
    )
    def test_of_the_horizon_is_the_end_of_the_month_a_year_ahead(self, today, end):
        assert horizon(date.fromisoformat(today)) == date.fromisoformat(end)

    def test_grows_month_by_month_without_touching_what_stands(self):
        first = made("2026-11-10", None, due_day=31, until=date(2027, 3, 31))
        later = made("2026-11-10", None, due_day=31, until=date(2027, 4, 30))
        assert later[:-1] == first


STARTS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
LEASES = st.fixed_dictionaries(
    {"start_on": STARTS, "days": st.integers(0, 1200), "due_day": st.integers(1, 31), "rent_minor": st.integers(1, 10**7)}
)


def built(lease: dict[str, Any]) -> tuple[list[Row], date]:
    end = lease["start_on"] + timedelta(days=lease["days"])
    rents = [(lease["start_on"], lease["rent_minor"])]
    return rows(start_on=lease["start_on"], end_on=end, due_day=lease["due_day"], rents=rents, until=FAR), end


@settings(max_examples=100, deadline=None)
@given(LEASES)
def test_every_day_is_paid_for_once(lease):
    found, end = built(lease)
    if lease["rent_minor"] >= 31:  # below that a day may cost nothing
        assert found[0].period_start == lease["start_on"]
        assert found[-1].period_end == end
        assert all(after.period_start == before.period_end + timedelta(days=1) for before, after in pairwise(found))
    assert all(row.period_start <= row.period_end for row in found)


@settings(max_examples=100, deadline=None)
@given(LEASES)
def test_every_month_costs_its_share_and_falls_due_on_its_day(lease):
    found, _ = built(lease)
    for row in found:
        whole = monthrange(row.period_start.year, row.period_start.month)[1]
        exact = Fraction(lease["rent_minor"] * ((row.period_end - row.period_start).days + 1), whole)
        assert abs(row.amount_minor - exact) <= Fraction(1, 2)
        assert row.amount_minor <= lease["rent_minor"]
        wanted = min(lease["due_day"], whole)
        assert row.due_on == max(row.period_start.replace(day=wanted), row.period_start)
    assert [row.due_on for row in found] == sorted(row.due_on for row in found)
    assert len({(row.due_on.year, row.due_on.month) for row in found}) == len(found), "one a month"


@given(STARTS)
def test_the_next_month_begins_on_its_first(day):
    found = next_month_start(day)
    assert found.day == 1
    assert (found - timedelta(days=1)).replace(day=1) == day.replace(day=1)


@given(STARTS, st.integers(1, 31))
def test_a_day_in_a_month_is_that_day_or_the_last(day, wanted):
    found = day_in_month(day.year, day.month, wanted)
    assert found.day == wanted or (found.day < wanted and (found + timedelta(days=1)).day == 1)


def test_months_go_on_over_the_year():
    walk = months_from(date(2026, 11, 30))
    assert [next(walk) for _ in range(4)] == [(2026, 11), (2026, 12), (2027, 1), (2027, 2)]
