"""A small client of our own HTTP API, for commands that talk to a running server."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 300


class ServerError(Exception):
    """The server refused, or there is none; the message is what it said."""


def running_demo(home: Path) -> dict[str, Any]:
    """The demo's addresses and keys. Raises ServerError if nothing was started here."""
    file = home / "demo.json"
    if not file.exists():
        raise ServerError("There is no demo here: start it with `make up`.")
    return json.loads(file.read_text())


def post(url: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
    """POST JSON with a secret key; the decoded answer. Raises ServerError."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return _answer(urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST"))  # noqa: S310  our own address


def get(url: str) -> dict[str, Any]:
    """The decoded answer. Raises ServerError."""
    return _answer(urllib.request.Request(url))  # noqa: S310  our own address


def _answer(request: urllib.request.Request) -> dict[str, Any]:
    url = request.full_url
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise ServerError(f"{url} answered {error.code}: {error.read(2_000).decode(errors='replace')}") from error
    except OSError as error:
        raise ServerError(f"{url} does not answer: {error}") from error
