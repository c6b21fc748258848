"""The named people of these tests, and a client that speaks with their keys."""

import json
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from directpay.people.actions import create_api_key, create_user
from directpay.people.actor import SYSTEM, Actor
from directpay.people.models import User
from directpay.people.queries import actor_for_user

AT = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def alice(**given: Any) -> User:
    """A landlord."""
    return create_user(actor=SYSTEM, at=AT, **{"email": "alice@example.com", "name": "Alice", "role": "landlord", **given})


def bob(by: Actor = SYSTEM, **given: Any) -> User:
    """A renter."""
    return create_user(actor=by, at=AT, **{"email": "bob@example.com", "name": "Bob", "role": "renter", **given})


def sam(**given: Any) -> User:
    """A member of staff."""
    return create_user(actor=SYSTEM, at=AT, **{"email": "sam@example.com", "name": "Sam", "role": "staff", **given})


def as_user(user: User) -> Actor:
    return actor_for_user(user)


def key_of(owner: User | None, **given: Any) -> str:
    """The secret of a new key."""
    return create_api_key(actor=SYSTEM, at=AT, owner=owner, **{"mode": "test", **given}).secret


class Caller:
    """A program with a key: JSON out, JSON back."""

    def __init__(self, secret: str | None) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=self.headers | headers)

    def post(self, path: str, body: Any = None, key: str | None = None, **headers: str) -> Any:
        keyed = {"Idempotency-Key": key} if key is not None else {}
        given = body if isinstance(body, (str, bytes)) else json.dumps({} if body is None else body)
        return self.client.post(path, given, content_type="application/json", headers=self.headers | keyed | headers)

    def form(self, path: str, body: str, key: str | None = None) -> Any:
        keyed = {"Idempotency-Key": key} if key is not None else {}
        return self.client.post(path, body, content_type="application/x-www-form-urlencoded", headers=self.headers | keyed)


def platform(**given: Any) -> Caller:
    """The platform's own key: it acts for every account."""
    return Caller(key_of(None, **given))


def error_of(response: Any) -> dict[str, Any]:
    """The error of an answer, whose shape is checked on the way."""
    assert response["Content-Type"] == "application/json"
    assert list(response.json()) == ["error"]
    error = response.json()["error"]
    assert {"type", "code", "message", "param", "request_id"} <= set(error)
    assert error["request_id"] == response["Request-Id"]
    return error
