"""Bob keeps a way to pay, as a client of Stripe's would have him do it."""

from collections.abc import Callable
from typing import Any

import pytest

from directpay.people.models import User
from payments.setup_intents.models import SetupIntent
from tests.directpay.cast import Caller, key_of
from tests.world import World

SETUPS = "/api/v1/setup_intents"
AGREED = {"customer_acceptance": {"type": "online", "online": {"ip_address": "192.0.2.7", "user_agent": "Mozilla/5.0"}}}
PROVES, PROVES_ONCE = "pm_card_authenticationRequired", "pm_card_authenticationRequiredOnSetup"


class Api:
    """Calls with the key of one person, or of the platform."""

    def __init__(self, owner: User | None) -> None:
        self.caller = Caller(key_of(owner))

    def post(self, path: str, body: Any = None, key: str | None = None) -> Any:
        return self.caller.post(f"{SETUPS}{path}", body, key)

    def created(self, **given: Any) -> dict[str, Any]:
        answer = self.post("", given)
        assert answer.status_code == 201, answer.content
        return answer.json()

    def confirmed(self, public_id: str, **given: Any) -> dict[str, Any]:
        answer = self.post(f"/{public_id}/confirm", given)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def read(self, public_id: str, query: str = "") -> dict[str, Any]:
        answer = self.caller.get(f"{SETUPS}/{public_id}{query}")
        assert answer.status_code == 200, answer.content
        return answer.json()


def row_of(setup: dict[str, Any]) -> SetupIntent:
    return SetupIntent.objects.get(public_id=setup["id"])


@pytest.fixture
def w(db: None) -> World:
    return World()


@pytest.fixture
def api(w: World) -> Api:
    """The platform's."""
    return Api(None)


@pytest.fixture
def as_user(w: World) -> Callable[[User], Api]:
    return Api


@pytest.fixture
def of_bob(w: World) -> dict[str, Any]:
    return {"customer": w.bob.public_id}
