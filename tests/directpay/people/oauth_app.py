"""An app of somebody else's, and a person who meets it in a browser."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from directpay.kernel import clock
from directpay.people.actor import SYSTEM
from directpay.people.models import User
from directpay.people.oauth.actions import register_application
from directpay.people.oauth.models import Application
from tests.directpay.cast import Caller

CALLBACK = "https://app.example/callback"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-1234"


def challenge_of(verifier: str) -> str:
    """RFC 7636, 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


class App:
    """A program with what staff gave it."""

    def __init__(self, owner: User, grant: str = Application.FOR_PEOPLE, public: bool = False, uris: tuple[str, ...] = (CALLBACK,)) -> None:
        uris = uris if grant == Application.FOR_PEOPLE else ()
        made = register_application(
            actor=SYSTEM, at=clock.now(), owner=owner, name="Ledgerly", grant=grant, public=public, redirect_uris=uris
        )
        self.row, self.secret, self.id = made.app, made.secret, made.app.client_id
        self.client = Client()

    def asks(self, person: Client, **changes: Any) -> Any:
        """What a link of the app opens in a person's browser; None takes a parameter away."""
        asked = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": CALLBACK,
            "scope": "read",
            "state": "xyz",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            **changes,
        }
        return person.get("/oauth/authorize", {name: value for name, value in asked.items() if value is not None})

    def code_from(self, person: Client, **changes: Any) -> str:
        """The person agrees."""
        page = self.asks(person, **changes)
        assert page.status_code == 200, page.status_code
        return answered(self.presses(person, page, allow="on"))["code"]

    def presses(self, person: Client, page: Any, **more: str) -> Any:
        fields = {field.html_name: field.value() or "" for field in page.context["form"] if field.is_hidden}
        return person.post("/oauth/authorize", {**fields, **more})

    def asks_for_token(self, **body: Any) -> Any:
        sent = {"client_id": self.id, **({"client_secret": self.secret} if self.secret else {}), **body}
        return self.client.post("/oauth/token", {name: value for name, value in sent.items() if value is not None})

    def exchanges(self, good: str, **changes: Any) -> Any:
        body = {"grant_type": "authorization_code", "code": good, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        return self.asks_for_token(**{**body, **changes})

    def refreshes(self, token: str, **changes: Any) -> Any:
        return self.asks_for_token(grant_type="refresh_token", refresh_token=token, **changes)

    def token_for_itself(self, scope: str = "read") -> str:
        return self.asks_for_token(grant_type="client_credentials", scope=scope).json()["access_token"]

    def tokens_from(self, person: Client, **changes: Any) -> dict[str, Any]:
        answer = self.exchanges(self.code_from(person, **changes))
        assert answer.status_code == 200, answer.content
        return answer.json()


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def answered(response: Any) -> dict[str, str]:
    """What came back to the app's address."""
    assert response.status_code == 302, response.status_code
    parts = urlsplit(response["Location"])
    assert response["Location"].startswith(CALLBACK), response["Location"]
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def calls(token: str) -> Any:
    """Whom does the API show to an access token?"""
    return Caller(token).get("/api/v1/users")


def adds_a_renter(token: str, key: str | None = None) -> Any:
    """The API changes something."""
    return Caller(token).post("/api/v1/users", {"email": "new@example.com", "name": "New", "role": "renter"}, key)
