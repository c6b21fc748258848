"""Renters as a client of Stripe's sees them."""

from typing import Any

import pytest

from directpay.people.models import User
from tests.directpay.cast import Caller, key_of
from tests.world import World

CUSTOMERS = "/api/v1/customers"


class Api:
    """Calls with the key of one person, or of the platform."""

    def __init__(self, owner: User | None) -> None:
        self.caller = Caller(key_of(owner))

    def post(self, path: str, body: Any = None) -> Any:
        return self.caller.post(f"{CUSTOMERS}{path}", body)

    def get(self, path: str) -> Any:
        return self.caller.get(f"{CUSTOMERS}{path}")

    def delete(self, public_id: str) -> Any:
        return self.caller.client.delete(f"{CUSTOMERS}/{public_id}", headers=self.caller.headers)

    def created(self, **given: Any) -> dict[str, Any]:
        answer = self.post("", {"email": "erin@example.com", "name": "Erin", **given})
        assert answer.status_code == 201, answer.content
        return answer.json()


@pytest.fixture
def w(db: None) -> World:
    return World()


@pytest.fixture
def api(w: World) -> Api:
    """The platform's."""
    return Api(None)


@pytest.fixture
def alice(w: World) -> Api:
    return Api(w.alice)


@pytest.fixture
def bob(w: World) -> Api:
    return Api(w.bob)
