"""What every object of the API has, in one place."""

import json
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse


def unix(at: datetime | None) -> int | None:
    """Whole seconds since 1970, as Stripe writes instants; None stays None."""
    return int(at.timestamp()) if at is not None else None


def rendered(object_name: str, row: Any, /, **fields: Any) -> dict[str, Any]:
    """`id`, `object`, the fields of its own, `created`, `livemode`, `metadata` of a row with public_id and created_at."""
    return {
        "id": row.public_id,
        "object": object_name,
        **fields,
        "created": unix(row.created_at),
        "livemode": not settings.SANDBOX,
        "metadata": getattr(row, "metadata", None) or {},
    }


def to_bytes(value: Any) -> bytes:
    """The JSON that is sent, and saved under an idempotency key, byte for byte."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain).encode()


def json_response(value: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(to_bytes(value), status=status, content_type="application/json")


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in an answer")
