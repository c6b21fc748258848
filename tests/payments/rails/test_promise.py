"""What is promised to whoever sends money now: by bank days in the calendar profile, by seconds in the demo."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directpay.kernel.bankdays import eastern, is_bank_day
from directpay.kernel.clock import EASTERN
from payments.rails.registry import FROM_BANK_ACCOUNTS, RAILS, rail
from payments.rails.simulated import SimulatedRail
from payments.rails.timetable import bank_day_of, bank_days_between, holidays_between

CUT_OFFS = {"ach": time(16, 45), "same_day_ach": time(14, 45), "wire": time(16, 0)}
MOMENTS = st.integers(0, 3 * 366 * 86_400).map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))


def calendar(name: str):
    return RAILS[name]("calendar", 1.0, "seed")


def demo(name: str, speed: float = 1.0):
    return RAILS[name]("demo", speed, "seed")


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return eastern(day, time(hour, minute, second))


class TestCalendar:
    @pytest.mark.parametrize(
        ("name", "sent", "clears_on", "bank_days", "closed_on"),
        [
            ("ach", at(date(2026, 10, 30), 14, 14), date(2026, 11, 5), 4, ()),  # the page of a payment
            ("ach", at(date(2026, 11, 24), 9, 58), date(2026, 12, 1), 4, (date(2026, 11, 26),)),  # the page that pays
            ("ach", at(date(2026, 11, 24), 16, 45), date(2026, 12, 2), 4, (date(2026, 11, 26),)),  # a minute too late
            ("ach", at(date(2026, 11, 26), 10), date(2026, 12, 3), 4, ()),  # on the holiday itself: with Friday's file
            ("ach", at(date(2026, 11, 28), 10), date(2026, 12, 4), 4, ()),  # on a Saturday: with Monday's
            ("ach", at(date(2026, 12, 24), 10), date(2026, 12, 31), 4, (date(2026, 12, 25),)),
            ("ach", at(date(2027, 7, 2), 10), date(2027, 7, 9), 4, (date(2027, 7, 5),)),  # Independence Day on a Sunday
            ("ach", at(date(2026, 7, 2), 10), date(2026, 7, 8), 4, ()),  # on a Saturday: not kept
            ("same_day_ach", at(date(2026, 11, 24), 14, 44), date(2026, 11, 30), 3, (date(2026, 11, 26),)),
            ("same_day_ach", at(date(2026, 11, 24), 14, 45), date(2026, 12, 1), 3, (date(2026, 11, 26),)),
            ("same_day_ach", at(date(2026, 10, 30), 10), date(2026, 11, 4), 3, ()),
            ("wire", at(date(2026, 11, 24), 15, 59), date(2026, 11, 24), 0, ()),
            ("wire", at(date(2026, 11, 25), 16), date(2026, 11, 27), 0, ()),
            ("instant", at(date(2026, 11, 26), 23), date(2026, 11, 26), 0, ()),  # day and night
        ],
    )
    def test_clears_on_the_day_that_the_pages_print(self, name, sent, clears_on, bank_days, closed_on):
        promise = calendar(name).promise(sent)
        assert (promise.clears_on, promise.bank_days, promise.closed_on) == (clears_on, bank_days, closed_on)
        assert promise.clears_at.astimezone(EASTERN).date() == clears_on

    @pytest.mark.parametrize("name", CUT_OFFS)
    def test_leaves_with_the_file_of_the_day_until_its_cut_off(self, name):
        day, cut_off = date(2026, 11, 24), CUT_OFFS[name]
        moment = eastern(day, cut_off)
        assert calendar(name).promise(moment - timedelta(microseconds=1)).leaves_at == moment
        assert calendar(name).promise(moment).leaves_at == eastern(date(2026, 11, 25), cut_off)
        assert calendar(name).promise(moment + timedelta(hours=4)).leaves_at == eastern(date(2026, 11, 25), cut_off)

    @pytest.mark.parametrize("name", CUT_OFFS)
    @pytest.mark.parametrize("hour", [0, 12, 23])
    def test_leaves_on_monday_what_is_sent_at_the_weekend(self, name, hour):
        for day in (date(2026, 10, 31), date(2026, 11, 1)):  # summer time ends on this Sunday
            assert calendar(name).promise(at(day, hour)).leaves_at == eastern(date(2026, 11, 2), CUT_OFFS[name])

    def test_is_ready_two_bank_days_after_it_cleared(self):
        promise = calendar("ach").promise(at(date(2026, 10, 30), 14, 14))
        assert promise.ready_at == at(date(2026, 11, 9), 8, 30)
        assert promise.clears_at == at(date(2026, 11, 5), 8, 30)

    def test_reads_the_wall_clock_of_new_york_whatever_zone_it_is_given(self):
        local = at(date(2026, 11, 24), 16, 44)
        assert calendar("ach").promise(local.astimezone(UTC)) == calendar("ach").promise(local)

    def test_instant_is_there_in_seconds_and_ready_in_the_same_hour(self):
        sent = at(date(2026, 12, 25), 3)
        promise = calendar("instant").promise(sent)
        assert (promise.leaves_at, promise.clears_at - sent) == (sent, timedelta(seconds=20))
        assert promise.ready_at - sent < timedelta(hours=1)

    @settings(max_examples=60)
    @given(st.sampled_from(FROM_BANK_ACCOUNTS), MOMENTS)
    def test_is_made_of_bank_days_in_order(self, name, moment):
        promise, times = calendar(name).promise(moment), calendar(name).times(moment)
        assert moment <= promise.leaves_at <= promise.clears_at <= promise.ready_at
        if name != "instant":
            days = [t.astimezone(EASTERN).date() for t in (promise.leaves_at, times.lands_at, times.refused_at, promise.clears_at)]
            assert all(is_bank_day(day) for day in [*days, promise.ready_at.astimezone(EASTERN).date()])
            assert days[0] <= days[1]
            assert promise.leaves_at <= times.refused_at <= promise.clears_at

    @settings(max_examples=60)
    @given(st.sampled_from(FROM_BANK_ACCOUNTS), MOMENTS, st.timedeltas(timedelta(0), timedelta(days=9)))
    def test_never_favours_who_sends_later(self, name, moment, delay):
        early, late = calendar(name).promise(moment), calendar(name).promise(moment + delay)
        assert early.leaves_at <= late.leaves_at
        assert early.clears_at <= late.clears_at
        assert early.ready_at <= late.ready_at


class TestDemo:
    @pytest.mark.parametrize(
        ("name", "clears", "ready"), [("instant", 2.5, 3.5), ("same_day_ach", 14, 17), ("ach", 60, 65), ("wire", 8, 9)]
    )
    def test_promises_the_slowest(self, name, clears, ready):
        sent = at(date(2026, 11, 28), 3)
        promise = demo(name).promise(sent)
        assert (promise.clears_at - sent, promise.ready_at - sent) == (timedelta(seconds=clears), timedelta(seconds=ready))
        assert (promise.leaves_at, promise.bank_days, promise.closed_on) == (sent, 0, ())

    @pytest.mark.parametrize("name", FROM_BANK_ACCOUNTS)
    def test_keeps_its_promise_for_every_order(self, name):
        sent = at(date(2026, 11, 24), 10)
        promised = demo(name).promise(sent)
        drawn = [demo(name).times(sent, f"pay_{n}") for n in range(50)]
        assert all(times.clears_at <= promised.clears_at and times.ready_at <= promised.ready_at for times in drawn)
        assert len({times.clears_at for times in drawn}) == 5, "not all at once, and in sets as a bank's files are"

    def test_is_divided_by_its_speed(self):
        sent = at(date(2026, 11, 24), 10)
        assert demo("ach", 4).promise(sent).clears_at - sent == timedelta(seconds=15)

    def test_draws_by_the_seed(self):
        sent = at(date(2026, 11, 24), 10)
        one, other = RAILS["ach"]("demo", 1, "one"), RAILS["ach"]("demo", 1, "other")
        assert one.times(sent, "pay_1").clears_at != other.times(sent, "pay_1").clears_at


class TestRegistry:
    def test_gives_a_rail_under_the_present_profile(self, settings):
        settings.RAIL_PROFILE, settings.RAIL_SPEED, settings.RAIL_SEED = "calendar", 2.0, "x"
        made = rail("wire")
        assert isinstance(made, SimulatedRail)
        assert (made.name, made.profile, made.speed, made.seed) == ("wire", "calendar", 2.0, "x")

    def test_knows_each_under_its_own_name(self):
        assert {name: made.name for name, made in RAILS.items()} == {
            name: name for name in ("instant", "same_day_ach", "ach", "wire", "card")
        }

    def test_knows_no_other(self):
        with pytest.raises(KeyError):
            rail("pigeon")


class TestDays:
    @pytest.mark.parametrize(
        ("moment", "day"),
        [
            (datetime(2026, 11, 3, 4, 59, tzinfo=UTC), date(2026, 11, 2)),  # late on Monday in New York
            (datetime(2026, 11, 3, 5, 0, tzinfo=UTC), date(2026, 11, 3)),
            (datetime(2026, 11, 7, 15, tzinfo=UTC), date(2026, 11, 9)),  # Saturday belongs to Monday
            (datetime(2026, 11, 26, 15, tzinfo=UTC), date(2026, 11, 27)),
        ],
    )
    def test_an_instant_belongs_to_a_bank_day(self, moment, day):
        assert bank_day_of(moment) == day

    def test_counts_those_after_the_first_up_to_the_last(self):
        assert bank_days_between(date(2026, 11, 24), date(2026, 12, 1)) == 4
        assert bank_days_between(date(2026, 11, 24), date(2026, 11, 24)) == 0

    def test_names_the_weekdays_that_are_closed(self):
        assert holidays_between(date(2026, 11, 20), date(2027, 1, 2)) == (date(2026, 11, 26), date(2026, 12, 25), date(2027, 1, 1))
        assert holidays_between(date(2026, 7, 1), date(2026, 7, 10)) == ()
