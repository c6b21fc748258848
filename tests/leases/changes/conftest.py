"""A lease that ends in March."""

from datetime import date

import pytest

from leases.contracts.models import Lease
from tests.world import World


@pytest.fixture
def w() -> World:
    return World()


@pytest.fixture
def lease(w: World) -> Lease:
    return w.lease(end_on=date(2027, 3, 31))
