"""Bob owes a month on a lease, and pays it as a client of Stripe's would."""

from collections.abc import Callable
from typing import Any

import pytest

from directpay.people.actions import create_api_key
from directpay.people.actor import SYSTEM
from directpay.people.models import User
from leases.contracts.models import Lease
from payments.intents.models import PaymentIntent
from payments.methods.actions import add_bank_account
from payments.methods.models import BankAccount
from payments.payins.models import Payment
from tests.directpay.cast import Caller
from tests.world import PAYS, World

INTENTS = "/api/v1/payment_intents"


class Api:
    """Calls with the key of one person, or of the platform; each POST with an idempotency key of its own unless it is given one."""

    def __init__(self, secret: str) -> None:
        self.caller = Caller(secret)
        self.sent = 0

    def post(self, path: str, body: Any = None, key: str | None = "", **headers: str) -> Any:
        self.sent += 1
        return self.caller.post(f"{INTENTS}{path}", body, f"key-{self.sent}" if key == "" else key, **headers)

    def get(self, path: str, **headers: str) -> Any:
        return self.caller.get(f"{INTENTS}{path}", **headers)

    def created(self, **given: Any) -> dict[str, Any]:
        answer = self.post("", {"amount": 150_000, "currency": "usd", **given})
        assert answer.status_code == 201, answer.content
        return answer.json()

    def confirmed(self, public_id: str, **given: Any) -> dict[str, Any]:
        answer = self.post(f"/{public_id}/confirm", given)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def read(self, public_id: str, query: str = "") -> dict[str, Any]:
        answer = self.get(f"/{public_id}{query}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def found(self, query: str = "") -> list[str]:
        answer = self.get(query)
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["data"]]


def secret_of(w: World, owner: User | None, **given: Any) -> str:
    return create_api_key(owner=owner, mode="test", actor=SYSTEM, at=w.now, **given).secret


def unproven(w: World, user: User, number: str = PAYS) -> BankAccount:
    """A bank account whose two deposits nobody has named yet."""
    details = {"account_holder_name": user.name, "routing_number": "110000000", "account_number": number, "account_type": "checking"}
    return add_bank_account(user, details, actor=SYSTEM, at=w.now)


def payment_of(intent: dict[str, Any]) -> Payment:
    return Payment.objects.get(public_id=intent["payment"])


def row_of(intent: dict[str, Any]) -> PaymentIntent:
    return PaymentIntent.objects.get(public_id=intent["id"])


@pytest.fixture
def w(db: None) -> World:
    return World()


@pytest.fixture
def lease(w: World) -> Lease:
    """Bob owes 1,500.00 on it."""
    return w.lease()


@pytest.fixture
def source(w: World) -> BankAccount:
    return w.account(w.bob)


@pytest.fixture
def api(w: World) -> Api:
    """The platform's."""
    return Api(secret_of(w, None))


@pytest.fixture
def as_user(w: World) -> Callable[[User], Api]:
    return lambda user: Api(secret_of(w, user))


@pytest.fixture
def rent(lease: Lease, source: BankAccount) -> dict[str, Any]:
    """All that it takes to pay Bob's rent."""
    return {"lease": lease.public_id, "payment_method": source.public_id}
