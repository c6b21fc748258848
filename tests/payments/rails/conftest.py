"""Moments of orders, and a processor's own clock."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from tests.stripe_stand_in.control import MovedClock

TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 10:00 in New York
_tests = itertools.count()


@pytest.fixture
def at() -> datetime:
    """When the order is placed. Each test has a moment of its own: what is worked on at one moment is one set."""
    return TUESDAY + timedelta(minutes=next(_tests) % 60, microseconds=next(_tests))


@pytest.fixture
def moment(at: datetime) -> MovedClock:
    """The processor's own clock, where no world moves one: it stands still until it is moved."""
    return MovedClock(lambda: at)
