"""What a provider of events is: it proves that a request is its own, and says what the body is about."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from directpay.kernel.errors import DirectPayError

MOST_DEPTH: Final = 100  # of a body; the providers' own stay below a tenth of it
ID_LENGTH, KIND_LENGTH, OBJECT_LENGTH = 255, 120, 120


class NotConfigured(DirectPayError):
    """We cannot tell a true event from a forged one now (503): the provider sends it again."""

    status = 503
    type = "api_error"
    code = "webhook_not_configured"


@dataclass(frozen=True, slots=True)
class Told:
    """What a body says. `flag` says why it is not to be worked on although the signature is right; empty for most."""

    event_id: str
    kind: str = ""
    objects: tuple[str, ...] = ()  # ids of the provider's that it is about, the first before all
    ours: tuple[str, ...] = ()  # public ids of ours that it carries, e.g. of a payment
    account: str = ""
    livemode: bool | None = None
    occurred_at: datetime | None = None
    flag: str = ""
    content: str = ""  # a hash of what it says; what changes from one delivery to the next is left out


class Provider(Protocol):
    """`name` is the end of its address. `headers` come by lower-case name."""

    name: str
    kept_headers: tuple[str, ...]  # what a signature is checked against again
    content_types: tuple[str, ...]

    def check(self, headers: Mapping[str, str], body: bytes, at: Iterable[datetime]) -> None:
        """Raises SignatureRefused, NotConfigured."""

    def read(self, body: bytes, *, sandbox: bool) -> Told:
        """Never raises: what cannot be read is flagged."""


def parsed(body: bytes) -> dict[str, Any] | None:
    """The JSON object that the body is, or None."""
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and _shallow(found) else None


def opened(body: bytes) -> dict[str, Any] | None:
    """An event: an object with an id that can be kept."""
    said = parsed(body)
    return said if said and text(said.get("id"), ID_LENGTH) else None


def names(*values: Any) -> tuple[str, ...]:
    """Those that are ids, once each."""
    return tuple(dict.fromkeys(filter(None, (text(value, OBJECT_LENGTH) for value in values))))


def unreadable(body: bytes) -> Told:
    """Kept under the hash of its bytes, for a person to look at."""
    digest = hashlib.sha256(body).hexdigest()
    return Told(f"sha256:{digest}", flag="unreadable", content=digest)


def content_hash(said: Mapping[str, Any], *, without: Sequence[str] = ()) -> str:
    """Of what is said, however it is spaced or ordered."""
    kept = {name: value for name, value in said.items() if name not in without}
    return hashlib.sha256(
        json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
    ).hexdigest()


def text(value: Any, length: int) -> str:
    """A text that a column takes, or nothing."""
    return value if isinstance(value, str) and value.isprintable() and len(value) <= length else ""


def moment(value: Any) -> datetime | None:
    """Seconds since 1970, as a time."""
    plain = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**37
    return datetime.fromtimestamp(value, UTC) if plain else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _shallow(found: Any) -> bool:
    level, depth = [found], 0
    while level:
        depth += 1
        if depth > MOST_DEPTH:
            return False
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one) if isinstance(inner, (dict, list))]
    return True
