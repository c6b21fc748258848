"""The stand-in as a server: in-process on a free port for tests, or by itself (`python -m tests.stripe_stand_in`)."""

import base64
import binascii
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from tests.stripe_stand_in import charging, intents, methods, records  # noqa: F401 their routes
from tests.stripe_stand_in.control import control
from tests.stripe_stand_in.errors import StripeError, refused_body
from tests.stripe_stand_in.faults import Fault, Faults
from tests.stripe_stand_in.forms import decoded
from tests.stripe_stand_in.keys import Answer, Keys
from tests.stripe_stand_in.pages import authentication_page
from tests.stripe_stand_in.routing import Route, check, expanded, find
from tests.stripe_stand_in.serving import Door, Server
from tests.stripe_stand_in.state import API_VERSION, State, Thing
from tests.stripe_stand_in.webhooks import Webhooks

BANK_SECONDS, SEARCH_LAG_SECONDS = 4 * 86_400, 60
DROP = "drop"  # the connection, without an answer


class StandIn:
    """``with StandIn(clock=…) as stripe: …``; `keys`: the API keys that it knows, any test key where none are given."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        port: int = 0,
        keys: frozenset[str] = frozenset(),
        bank_seconds: int = BANK_SECONDS,
        search_lag_seconds: int = SEARCH_LAG_SECONDS,
        instant_verification: bool = True,
    ) -> None:
        self.state = State(
            clock, bank_seconds=bank_seconds, search_lag_seconds=search_lag_seconds, instant_verification=instant_verification
        )
        self.api_keys, self.keys, self.faults, self.webhooks = keys, Keys(), Faults(), Webhooks(self.state)
        self.requests: list[str] = []  # what was asked, by route, in order
        self.server = Server(("127.0.0.1", port), _Door)
        self.server.stand_in = self
        self.url = self.state.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> "StandIn":
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.faults.clear()
        self.server.shutdown()
        self.server.server_close()

    def tick(self) -> None:
        """Let happen what is due by the clock."""
        with self.state.lock:
            self.state.tick()

    def all(self, kind: str) -> list[Thing]:
        """Every object of this kind, the newest first, as it is now."""
        with self.state.lock:
            self.state.tick()
            return [expanded(self.state, thing, None) for thing in self.state.all(kind)]

    def authenticate(self, name: str, *, passed: bool = True) -> Thing:
        """What the payer does at the bank's page of a payment or setup intent."""
        with self.state.lock:
            waiting = methods.awaiting(self.state, name)
            if waiting["object"] == "setup_intent":
                (methods.finish_setup if passed else methods.fail_setup)(self.state, waiting)
            else:
                charging.authenticate(self.state, waiting, passed=passed)
        self.webhooks.deliver_at_once()
        return waiting

    def answer(self, method: str, path: str, query: str, body: str, headers: Any) -> tuple[Answer | str, dict[str, str]]:
        """What a request meets: an answer, or a connection that is dropped."""
        request_id = self.state.new_id("req")
        about = {"Request-Id": request_id, "Stripe-Version": headers.get("Stripe-Version") or API_VERSION}
        key = headers.get("Idempotency-Key", "") if method == "POST" else ""
        try:
            account = self._account(headers.get("Authorization", ""))
            found, names = find(method, path)
            params = decoded(body if method == "POST" else query)
        except StripeError as refused:
            return Answer(refused.status, refused.body(request_id)), about
        self.requests.append(found.name)
        fault = self.faults.take(found.name)
        if fault and (early := _before(fault, request_id)) is not None:
            return early, about
        about |= {"Idempotency-Key": key} if key else {}
        try:
            answer = self._once(found, names, params, account, key, fault, about, f"{method} {path}")
        except StripeError as refused:
            answer = Answer(refused.status, refused.body(request_id))
        if answer.replayed:
            about["Idempotent-Replayed"] = "true"
        self.webhooks.deliver_at_once()
        return (_after(fault, answer) if fault else answer), about

    def _account(self, header: str) -> str:
        """Raises StripeError where the key is missing, unknown, or of live mode."""
        scheme, _, given = header.partition(" ")
        if scheme == "Basic":
            try:
                given = base64.b64decode(given).decode().partition(":")[0]
            except (binascii.Error, UnicodeDecodeError):
                given = ""
        if not given:
            raise StripeError(401, "invalid_request_error", "You did not provide an API key.")
        if given not in self.api_keys if self.api_keys else not given.startswith(("sk_test_", "rk_test_")):
            raise StripeError(401, "invalid_request_error", f"Invalid API Key provided: {given[:8]}{'*' * 8}{given[-4:]}")
        return given

    def _once(
        self, route: Route, names: list[str], params: Thing, account: str, key: str, fault: Fault | None, about: dict[str, str], asked: str
    ) -> Answer:
        if key:
            with self.state.lock:
                before = self.keys.begin(account, key, (asked, route.name, params), self.state.now())
            if before is not None:
                return before
        if fault and fault.kind == "hold":
            fault.wait()
        broken = Answer(500, refused_body(500, about["Request-Id"]))
        if fault and fault.kind == "500_before":
            answer, executed = broken, True
        else:
            answer, executed = self._execute(route, names, params, key, about)
            if fault and fault.kind == "500_after":
                answer, executed = broken, True
        if key:
            with self.state.lock:
                self.keys.keep(account, key, answer) if executed else self.keys.forget(account, key)
        return answer

    def _execute(self, route: Route, names: list[str], params: Thing, key: str, about: dict[str, str]) -> tuple[Answer, bool]:
        with self.state.lock:
            self.state.request = {"id": about["Request-Id"], "idempotency_key": key or None}
            try:
                self.state.tick()
                check(route, params)
                thing = route.door(self.state, params, *names)
                shown = expanded(self.state, thing, params.get("expand"))
                return Answer(200, shown), True
            except StripeError as refused:
                return Answer(refused.status, refused.body(about["Request-Id"])), refused.saved
            finally:
                self.state.request = {"id": None, "idempotency_key": None}
                self.state.tick()


def _before(fault: Fault, request_id: str) -> Answer | str | None:
    """What is answered where nothing is done; None: something is."""
    if fault.kind == "timeout_before":
        fault.wait()
    if fault.kind in ("timeout_before", "reset_before"):
        return DROP
    if fault.kind in ("429", "409", "503"):
        return Answer(int(fault.kind), refused_body(int(fault.kind), request_id))
    return None


def _after(fault: Fault, answer: Answer) -> Answer | str:
    if fault.kind == "timeout_after":
        fault.wait()
    return DROP if fault.kind in ("timeout_after", "reset_after") else answer


class _Door(Door):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith(("/3ds/", "/verify/")):
            page = authentication_page(self.server.stand_in.state, parts.path.rpartition("/")[2])
            self.write(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})
            return
        self._answer("GET")

    def do_POST(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/3ds/"):
            self._authenticated(path.rpartition("/")[2])
        else:
            self._answer("POST")

    def do_DELETE(self) -> None:
        self._answer("DELETE")

    def _authenticated(self, name: str) -> None:
        """The form of the page: back to where the payer came from."""
        stand_in = self.server.stand_in
        passed = decoded(self.body()).get("result") == "pass"
        back = ((methods.awaiting(stand_in.state, name)["next_action"] or {}).get("redirect_to_url") or {}).get("return_url") or "/"
        stand_in.authenticate(name, passed=passed)
        self.write(303, b"", {"Location": back})

    def _answer(self, method: str) -> None:
        parts, stand_in, body = urlsplit(self.path), self.server.stand_in, self.body()
        if parts.path.startswith("/_stand_in/"):
            status, said = control(stand_in, parts.path.removeprefix("/_stand_in/"), body)
            self.write(status, json.dumps(said).encode(), {"Content-Type": "application/json"})
            return
        answer, about = stand_in.answer(method, parts.path, parts.query, body, self.headers)
        if isinstance(answer, str):
            self.reset()
            return
        self.write(answer.status, json.dumps(answer.body, indent=2).encode(), {"Content-Type": "application/json", **about})
