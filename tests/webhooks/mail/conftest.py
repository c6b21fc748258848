from collections.abc import Iterator

import pytest

from tests.webhooks.mail.server import Postbox, running
from tests.world import World


@pytest.fixture
def box() -> Iterator[Postbox]:
    with running() as box:
        yield box


@pytest.fixture
def w(db: None) -> World:
    return World()
