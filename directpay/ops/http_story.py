"""A small client of our own API, as a stranger's program would be: the standard library and nothing else."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TIMEOUT_SECONDS = 30
WIDTH = 78


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def replayed(self) -> bool:
        return self.headers.get("idempotent-replayed") == "true"


class StoryFailed(Exception):
    """A step did not do what was promised."""


@dataclass(frozen=True, slots=True)
class Client:
    """Calls `base_url` with a secret key."""

    base_url: str
    secret_key: str

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, key: str | None = None) -> Reply:
        """Any status is an answer; only a server that cannot be reached raises (OSError)."""
        headers = {"Authorization": f"Bearer {self.secret_key}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base_url}{path}", data=data, headers=headers, method=method)  # noqa: S310 our own address
        return reply_to(request)

    def get(self, path: str) -> dict[str, Any]:
        return self._well(self.call("GET", path), "GET", path)

    def post(self, path: str, body: dict[str, Any], key: str | None = None) -> dict[str, Any]:
        return self._well(self.call("POST", path, body, key), "POST", path)

    def _well(self, reply: Reply, method: str, path: str) -> dict[str, Any]:
        if reply.status not in (200, 201):
            raise StoryFailed(f"{method} {path} answered {reply.status}: {reply.body}")
        return reply.body


def reply_to(request: urllib.request.Request) -> Reply:
    """Any status is an answer; only a server that cannot be reached raises (OSError)."""
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 our own address
            return _reply(answer.status, answer.read(), answer.headers)
    except urllib.error.HTTPError as error:
        return _reply(error.code, error.read(), error.headers)


def _reply(status: int, raw: bytes, headers: Any) -> Reply:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        body = {"raw": raw[:200].decode("utf-8", "replace")}
    return Reply(status, body, {name.lower(): value for name, value in headers.items()})


class Telling:
    """Prints a story step by step; a broken promise ends it with StoryFailed."""

    def __init__(self, out: Callable[[str], None]) -> None:
        self.out = out
        self.steps = 0

    def run(self) -> None:
        """Raises StoryFailed at a broken promise."""
        raise NotImplementedError

    def tell(self) -> int:
        """The exit status of a command that tells it."""
        try:
            self.run()
        except (StoryFailed, OSError) as broken:
            self.out(f"\nNot as promised: {broken}")
            return 1
        return 0

    def step(self, title: str) -> None:
        self.steps += 1
        self.out(f"\n{self.steps}. {title}\n{'─' * WIDTH}")

    def say(self, text: str) -> None:
        self.out(f"   {text}")

    def promise(self, kept: bool, sentence: str) -> None:
        self.say(f"{'✓' if kept else '✗'} {sentence}")
        if not kept:
            raise StoryFailed(sentence)
