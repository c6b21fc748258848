from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from directpay.kernel import clock
from directpay.ops.clock import install


@pytest.fixture
def restored() -> Iterator[None]:
    yield
    install()


def test_now_is_what_its_source_says(restored):
    moment = datetime(2026, 11, 2, 15, tzinfo=UTC)
    clock.set_source(lambda: moment)
    assert clock.now() == moment


def test_system_now_is_this_machines_and_in_utc(restored):
    clock.set_source(lambda: datetime(2000, 1, 1, tzinfo=UTC))
    said = clock.system_now()
    assert said.utcoffset() == timedelta(0)
    assert abs(said - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("America/New_York", date(2026, 10, 31)), ("UTC", date(2026, 11, 1)), ("Pacific/Auckland", date(2026, 11, 1))],
)
def test_today_is_the_day_of_the_place(zone, expected):
    assert clock.today(ZoneInfo(zone), datetime(2026, 11, 1, 3, 59, tzinfo=UTC)) == expected


def test_today_turns_at_local_midnight():
    midnight = datetime(2026, 11, 1, 4, tzinfo=UTC)  # still summer time
    zone = ZoneInfo("America/New_York")
    assert clock.today(zone, midnight - timedelta(microseconds=1)) == date(2026, 10, 31)
    assert clock.today(zone, midnight) == date(2026, 11, 1)
