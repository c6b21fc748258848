"""Bob's card, typed in as a client of Stripe's would."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.directpay.cast import Caller, key_of
from tests.world import World

VISA, DECLINES, FUNDS_MISSING, EXPIRED = "4242" * 4, "4000000000000002", "4000000000009995", "4000000000000069"


@pytest.fixture
def w(db: None) -> World:
    return World()


def typed(number: str = VISA, **changes: Any) -> dict[str, Any]:
    return {"card": {"number": number, "exp_month": 11, "exp_year": 2029, "cvc": "314", **changes}}


@pytest.fixture
def platform(w: World) -> Caller:
    return Caller(key_of(None))


@pytest.fixture
def bob(w: World) -> Caller:
    return Caller(key_of(w.bob))


@pytest.fixture
def token(bob: Caller) -> Callable[..., str]:
    """``token(number, exp_year=…)``: the id of a token of Bob's."""

    def make(number: str = VISA, **changes: Any) -> str:
        answer = bob.post("/api/v1/tokens", typed(number, **changes))
        assert answer.status_code == 201, answer.content
        return str(answer.json()["id"])

    return make
