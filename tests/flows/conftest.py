"""The world that has something in every list: made once a module, and as it was before each test."""

from collections.abc import Iterator
from copy import deepcopy

import pytest
import pytest_django

from tests.flows.front_door import grow
from tests.held import held
from tests.world import World


@pytest.fixture(scope="module")
def grown(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[World]:
    with held(django_db_blocker):
        world = World()
        grow(world, 2)
        yield world


@pytest.fixture
def w(grown: World, db: None) -> World:
    return deepcopy(grown)
