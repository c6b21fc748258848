"""Webhooks as Stripe sends them: signed, and on demand late, twice, out of order, or with a wrong signature."""

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from tests.stripe_stand_in.state import Thing

TIMEOUT_SECONDS = 10
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def signature(payload: str, secret: str, at: int) -> str:
    """The header `Stripe-Signature` (docs.stripe.com/webhooks/signature)."""
    digest = hmac.new(secret.encode(), f"{at}.{payload}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Hears(Protocol):
    """Whatever has events: `hear` is called with each, `now` are seconds since 1970."""

    hear: list[Callable[[Thing], None]]

    def now(self) -> int: ...


@dataclass(frozen=True)
class Delivery:
    """One that was sent, and how it was answered; 0: not at all."""

    event: str
    kind: str
    status: int


@dataclass
class Endpoint:
    """`kinds`: of which events; empty: of all. `at_once`: as they happen, else when `deliver` is called."""

    url: str
    secret: str
    kinds: frozenset[str] = frozenset()
    at_once: bool = False
    waiting: list[Thing] = field(default_factory=list)
    sent: list[Delivery] = field(default_factory=list)


class Webhooks:
    kind = "type"  # the name of what an event says it is

    def __init__(self, state: Hears) -> None:
        self._state = state
        self.endpoints: list[Endpoint] = []
        state.hear.append(self._hear)

    def add(self, url: str, secret: str, *kinds: str, at_once: bool = False) -> Endpoint:
        endpoint = Endpoint(url, secret, frozenset(kinds), at_once)
        self.endpoints.append(endpoint)
        return endpoint

    def _hear(self, event: Thing) -> None:
        for endpoint in self.endpoints:
            if not endpoint.kinds or event[self.kind] in endpoint.kinds:
                endpoint.waiting.append(event)

    def deliver_at_once(self) -> None:
        """After each request, for those who want it so; whoever does not answer with 2xx gets it again with the next."""
        for endpoint in self.endpoints:
            if endpoint.at_once:
                self._deliver(endpoint, endpoint.waiting)

    def deliver(
        self, *, twice: bool = False, backwards: bool = False, signed_seconds_ago: int = 0, wrongly_signed: bool = False
    ) -> list[Delivery]:
        """Send all that waits, late by now. Returns what was sent by this call."""
        made: list[Delivery] = []
        for endpoint in self.endpoints:
            events = [event for event in endpoint.waiting for _ in range(2 if twice else 1)]
            secret = f"{endpoint.secret}x" if wrongly_signed else endpoint.secret
            made += self._deliver(endpoint, events[::-1] if backwards else events, secret, signed_seconds_ago)
        return made

    def _deliver(self, endpoint: Endpoint, events: list[Thing], secret: str = "", ago: int = 0) -> list[Delivery]:
        made = []
        for event in list(events):
            payload = json.dumps(event, indent=2)
            proof = self.proof(event, payload, secret or endpoint.secret, self._state.now() - ago)
            made.append(Delivery(event["id"], event[self.kind], self._post(endpoint.url, payload, proof)))
            if 200 <= made[-1].status < 300 and event in endpoint.waiting:
                endpoint.waiting.remove(event)
        endpoint.sent += made
        return made

    def proof(self, event: Thing, payload: str, secret: str, at: int) -> dict[str, str]:
        """The headers that say who sends it."""
        return {"Stripe-Signature": signature(payload, secret, at), "User-Agent": "Stripe/1.0"}

    def _post(self, url: str, payload: str, proof: dict[str, str]) -> int:
        headers = {"Content-Type": "application/json; charset=utf-8", **proof}
        request = urllib.request.Request(url, payload.encode(), headers, method="POST")
        try:
            with NO_PROXY.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0
