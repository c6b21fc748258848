"""The stand-in as a server: in-process on a free port for tests, or by itself (`python -m tests.paypal_stand_in`)."""

import base64
import json
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from tests.paypal_stand_in import orders, payments
from tests.paypal_stand_in.errors import PayPalError, error_body
from tests.paypal_stand_in.pages import approval_page
from tests.paypal_stand_in.state import State, Thing
from tests.paypal_stand_in.webhooks import Webhooks
from tests.stripe_stand_in.control import control
from tests.stripe_stand_in.faults import Fault, Faults
from tests.stripe_stand_in.serving import Door, Server

ECHECK_SECONDS = 3 * 86_400
TOKEN_SECONDS = 32_400
DROP = "drop"  # the connection, without an answer
KEPT_SECONDS = {"orders": 6 * 3600, "payments": 45 * 86_400}
ORDERS, CAPTURES, AUTHORIZATIONS = "/v2/checkout/orders", "/v2/payments/captures", "/v2/payments/authorizations"
TOKEN, VERIFY = "/v1/oauth2/token", "/v1/notifications/verify-webhook-signature"
ROUTES = (
    f"POST {TOKEN}",
    f"POST {VERIFY}",
    f"POST {ORDERS}",
    f"GET {ORDERS}/{{id}}",
    f"POST {ORDERS}/{{id}}/capture",
    f"POST {ORDERS}/{{id}}/authorize",
    f"GET {CAPTURES}/{{id}}",
    f"POST {CAPTURES}/{{id}}/refund",
    f"GET {AUTHORIZATIONS}/{{id}}",
    f"POST {AUTHORIZATIONS}/{{id}}/capture",
    f"POST {AUTHORIZATIONS}/{{id}}/void",
    "GET /v2/payments/refunds/{id}",
)


@dataclass(frozen=True)
class Reply:
    status: int
    said: Thing | None


@dataclass(frozen=True)
class Kept:
    """Under a PayPal-Request-Id: what was asked, when, and the object that came of it, which is answered as it is by then."""

    asked: str
    at: int
    kind: str
    name: str


class StandIn:
    """``with StandIn(clock=…) as paypal: …``; `client`: the id and secret that it knows, any where none are given."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        port: int = 0,
        client: tuple[str, str] | None = None,
        echeck_seconds: int = ECHECK_SECONDS,
    ) -> None:
        self.state = State(clock, echeck_seconds=echeck_seconds)
        self.client, self.faults, self.webhooks = client, Faults(), Webhooks(self.state)
        self.tokens: set[str] = set()
        self.keys: dict[tuple[str, str], Kept] = {}
        self.requests: list[str] = []  # what was asked, by route, in order
        self.mocks: dict[str, list[str]] = {}  # route → issues that its next requests are refused with
        self.server = Server(("127.0.0.1", port), _Door)
        self.server.stand_in = self
        self.url = self.state.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> "StandIn":
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.faults.clear()
        self.server.shutdown()
        self.server.server_close()

    def tick(self) -> None:
        with self.state.lock:
            self.state.tick()

    def all(self, kind: str) -> list[Thing]:
        """Every object of this kind, the oldest first, as it is now."""
        self.tick()
        return list(self.state.tables[kind].values())

    def asked(self, route: str) -> int:
        return self.requests.count(route)

    def approve(self, order: str, funding: str = "balance") -> bool:
        """What the payer does at PayPal's page."""
        with self.state.lock:
            self.state.tick()
            found = self.state.tables["order"].get(order)
            done = found is not None and orders.approve(self.state, found, funding)
        self.webhooks.deliver_at_once()
        return done

    def mock(self, route: str, issue: str) -> None:
        """The next request there is refused with this issue, as by the header PayPal-Mock-Response."""
        self.mocks.setdefault(route, []).append(issue)

    def answer(self, method: str, path: str, body: str, headers: Any) -> Reply | str:
        """What a request meets: an answer, or a connection that is dropped."""
        debug_id = secrets.token_hex(7)
        route, name = _find(method, path)
        if route is None:
            return Reply(404, error_body(404, "", debug_id))
        self.requests.append(route)
        fault = self.faults.take(route)
        if fault and (early := _before(fault, debug_id)) is not None:
            return early
        try:
            reply = self._execute(route, name, body, headers)
        except PayPalError as refused:
            reply = Reply(refused.status, error_body(refused.status, refused.issue, debug_id, refused.links))
        self.webhooks.deliver_at_once()
        return _after(fault, reply, debug_id) if fault else reply

    def _execute(self, route: str, name: str, body: str, headers: Any) -> Reply:
        if route == f"POST {TOKEN}":
            return self._token(headers.get("Authorization", ""))
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            raise PayPalError(401, "")
        given = json.loads(body or "{}")
        mocked = json.loads(headers.get("PayPal-Mock-Response") or "{}").get("mock_application_codes")
        if issue := mocked or (self.mocks.get(route) or [""]).pop(0):
            raise PayPalError(422, issue)
        with self.state.lock:
            self.state.tick()
            key, minimal = headers.get("PayPal-Request-Id", ""), headers.get("Prefer") != "return=representation"
            try:
                if key and route.startswith("POST"):
                    return self._once(route, name, given, body, key, minimal)
                return self._done(route, name, given, minimal)[0]
            finally:
                self.state.tick()

    def _once(self, route: str, name: str, given: Thing, body: str, key: str, minimal: bool) -> Reply:
        family = "orders" if ORDERS in route else "payments"
        asked, before = f"{route} {name} {body}", self.keys.get((family, key))
        if before and self.state.now() - before.at < KEPT_SECONDS[family]:
            if before.asked != asked:
                raise PayPalError(422, "DUPLICATE_REQUEST_ID")
            if before.kind == "":
                return Reply(204, None)
            return Reply(200, self._show(before.kind, self.state.get(before.kind, before.name), minimal))
        reply, kind, made = self._done(route, name, given, minimal)
        self.keys[family, key] = Kept(asked, self.state.now(), kind, made)
        return reply

    def _done(self, route: str, name: str, given: Thing, minimal: bool) -> tuple[Reply, str, str]:
        """The answer, and the object that it is about."""
        state, verb = self.state, route.rpartition("/")[2]
        if route == f"POST {VERIFY}":
            return Reply(200, {"verification_status": "SUCCESS"}), "", ""
        if verb == "void":
            payments.void(state, state.get("authorization", name))
            return Reply(204, None), "", ""
        if route == f"POST {ORDERS}":
            kind, thing = "order", orders.create(state, given)
        elif ORDERS in route:
            kind, thing = "order", state.get("order", name)
            if verb != "{id}":
                orders.take(state, thing, verb.upper())
        elif verb == "refund":
            kind, thing = "refund", payments.refund(state, state.get("capture", name), given)
        elif verb == "capture":
            kind, thing = "capture", payments.capture_authorization(state, state.get("authorization", name), given)
        else:
            kind = {"captures": "capture", "authorizations": "authorization", "refunds": "refund"}[route.split("/")[3]]
            thing = state.get(kind, name)
        status = 201 if route.startswith("POST") else 200
        return Reply(status, self._show(kind, thing, minimal and status == 201)), kind, thing["id"]

    def _show(self, kind: str, thing: Thing, minimal: bool) -> Thing:
        if kind == "order":
            found = orders.shown(self.state, thing, minimal=minimal and "payments" not in thing["purchase_units"][0])
        else:
            found = {name: value for name, value in thing.items() if not minimal or name in ("id", "status")}
        shown: Thing = json.loads(json.dumps(found))
        return _open_to_all(shown)

    def _token(self, header: str) -> Reply:
        pair = base64.b64decode(header.removeprefix("Basic ") or b"").decode()
        if not pair or (self.client is not None and pair != ":".join(self.client)):
            return Reply(401, {"error": "invalid_client", "error_description": "Client Authentication failed"})
        token = f"A21AA{secrets.token_urlsafe(32)}"
        self.tokens.add(token)
        return Reply(
            200, {"scope": "", "access_token": token, "token_type": "Bearer", "app_id": "APP-STANDIN", "expires_in": TOKEN_SECONDS}
        )


def _open_to_all(thing: Any) -> Any:
    """Without what only the stand-in knows."""
    if isinstance(thing, dict):
        return {name: _open_to_all(value) for name, value in thing.items() if not name.startswith("_")}
    return [_open_to_all(one) for one in thing] if isinstance(thing, list) else thing


def _find(method: str, path: str) -> tuple[str | None, str]:
    for route in ROUTES:
        pattern = re.escape(route).replace(r"\{id\}", r"([A-Za-z0-9_-]+)")
        if match := re.fullmatch(pattern, f"{method} {path}"):
            return route, match[1] if match.groups() else ""
    return None, ""


def _before(fault: Fault, debug_id: str) -> Reply | str | None:
    """What is answered where nothing is done; None: something is."""
    if fault.kind in ("timeout_before", "hold"):
        fault.wait()
    if fault.kind in ("timeout_before", "reset_before"):
        return DROP
    status = {"500_before": 500}.get(fault.kind) or (int(fault.kind) if fault.kind.isdigit() else 0)
    return Reply(status, error_body(status, "", debug_id)) if status else None


def _after(fault: Fault, reply: Reply, debug_id: str) -> Reply | str:
    if fault.kind == "timeout_after":
        fault.wait()
    if fault.kind == "500_after":
        return Reply(500, error_body(500, "", debug_id))
    return DROP if fault.kind in ("timeout_after", "reset_after") else reply


class _Door(Door):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/checkoutnow":
            self._write(200, approval_page(self._order_named(parts.query)).encode(), "text/html; charset=utf-8")
            return
        self._answer("GET")

    def do_POST(self) -> None:
        if urlsplit(self.path).path == "/checkoutnow":
            self._pressed()
        else:
            self._answer("POST")

    def _order_named(self, query: str) -> Thing | None:
        return self.server.stand_in.state.tables["order"].get((parse_qs(query).get("token") or [""])[0])

    def _pressed(self) -> None:
        """The form of the page: back to where the payer came from."""
        order, form = self._order_named(urlsplit(self.path).query), parse_qs(self.body())
        if order is None:
            self._write(404, approval_page(None).encode(), "text/html; charset=utf-8")
            return
        agreed = form.get("result") == ["approve"]
        if agreed:
            self.server.stand_in.approve(order["id"], (form.get("funding") or ["balance"])[0])
        parts = urlsplit(order["_back"][0 if agreed else 1])
        more = [("token", order["id"]), *([("PayerID", "QYR5Z8XDVJNXQ")] if agreed else [])]
        self._write(303, b"", "text/html", parts._replace(query=urlencode([*parse_qsl(parts.query), *more])).geturl())

    def _answer(self, method: str) -> None:
        path, stand_in, body = urlsplit(self.path).path, self.server.stand_in, self.body()
        if path.startswith("/_stand_in/"):
            status, said = control(stand_in, path.removeprefix("/_stand_in/"), body)
            self._write(status, json.dumps(said).encode(), "application/json")
            return
        reply = stand_in.answer(method, path, body, self.headers)
        if isinstance(reply, str):
            self.reset()
            return
        self._write(reply.status, b"" if reply.said is None else json.dumps(reply.said).encode(), "application/json")

    def _write(self, status: int, body: bytes, kind: str, location: str = "") -> None:
        about = {"Content-Type": kind, "PayPal-Debug-Id": secrets.token_hex(7)}
        self.write(status, body, {**about, **({"Location": location} if location else {})})
