"""The cast of these tests: Alice owns the things, the platform calls."""

from datetime import datetime

import pytest

from directpay.ops.clock import set_clock
from directpay.people.models import Payee, User
from tests.directpay.cast import AT, Caller, alice, platform

THINGS = "/api/v1/things"
TRANSFERS = "/api/v1/transfers"


@pytest.fixture
def owner(db: None) -> User:
    return alice()


@pytest.fixture
def caller(owner: User) -> Caller:
    return platform()


@pytest.fixture
def frozen(db: None) -> datetime:
    """The clock stands still at AT; a test moves it with `set_clock`."""
    set_clock(AT, frozen=True)
    return AT


def names() -> list[str]:
    """The things that exist, besides the payee that Alice began with."""
    return list(Payee.objects.exclude(public_id__startswith="pye_").order_by("id").values_list("name", flat=True))
