"""One request to PayPal and its answer, on the standard library: it can tell what was never sent from what was not answered."""

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

CONNECT_SECONDS: Final = 3.0  # what does not connect was never sent
MOST_BYTES: Final = 1_000_000
JSON: Final = "application/json"


class Unreached(OSError):
    """There was no connection: nothing was sent."""


class Unanswered(OSError):
    """It may have arrived; no answer came that can be read."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`said`: the object of the body, empty where there is none. `debug_id`: PayPal's name of the request, for its support."""

    status: int
    said: Mapping[str, Any] = field(default_factory=dict)
    debug_id: str = ""


def send(
    method: str, path: str, body: bytes | None, headers: Mapping[str, str], *, kind: str = JSON, timeout_seconds: float | None = None
) -> Reply:
    """Any status is an answer; redirects are not followed. Raises Unreached, Unanswered."""
    parts = urlsplit(settings.PAYPAL_API_BASE)
    line = _connection(parts.scheme, parts.netloc)
    try:
        line.connect()
    except (OSError, http.client.HTTPException) as error:
        line.close()
        raise Unreached(f"PayPal cannot be reached: {type(error).__name__}") from error
    try:
        line.sock.settimeout(timeout_seconds or settings.PAYPAL_TIMEOUT_SECONDS)
        line.request(method, f"{parts.path}{path}", body, {"Accept": JSON, "Content-Type": kind, "Connection": "close", **headers})
        answer = line.getresponse()
        return Reply(answer.status, _read(answer), answer.headers.get("PayPal-Debug-Id", ""))
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        raise Unanswered(f"PayPal did not answer: {type(error).__name__}") from error
    finally:
        line.close()


def _read(answer: http.client.HTTPResponse) -> Mapping[str, Any]:
    """Raises ValueError for a success that is not one object; what an error says besides its status may be anything."""
    text = answer.read(MOST_BYTES + 1)
    if not text and answer.status < http.client.BAD_REQUEST:
        return {}
    try:
        if len(text) > MOST_BYTES:
            raise ValueError("this is more than PayPal says")
        found = json.loads(text)
        if isinstance(found, dict):
            return found
        raise ValueError("this is no object")
    except ValueError:
        if answer.status < http.client.BAD_REQUEST:
            raise
        return {}


def _connection(scheme: str, place: str) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(place, timeout=CONNECT_SECONDS, context=_trusting())
    return http.client.HTTPConnection(place, timeout=CONNECT_SECONDS)


@cache
def _trusting() -> ssl.SSLContext:
    return ssl.create_default_context()
