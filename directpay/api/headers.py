"""Headers as the schema describes them: what a caller may send, and what which answer carries."""

from typing import Any, Final

WHOLE: Final = {"type": "string", "pattern": "^[0-9]+$"}
TRUTH: Final = {"type": "string", "enum": ["true", "false"]}
VERSION: Final = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(\.[A-Za-z][A-Za-z0-9_-]{0,39})?$"}

ASKED: Final[dict[str, dict[str, Any]]] = {
    "Request-Id": {
        "description": "A name for this request: on the answer, in logs and events. Letters, digits, `.`, `_` and `-`.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 64},
    },
    "Stripe-Version": {
        "description": "The version of the API to speak; without it the key's own. One of ours, or any of Stripe's.",
        "schema": {"type": "string"},
    },
}
ANSWERED: Final[dict[str, dict[str, Any]]] = {
    "Request-Id": {"description": "The name of this request: the caller's own, or ours.", "schema": {"type": "string", "maxLength": 64}},
    "Stripe-Version": {"description": "The version of the API that this answer speaks.", "schema": VERSION},
    "RateLimit-Limit": {"description": "Requests at once, of the tightest limit that applies.", "schema": WHOLE},
    "RateLimit-Remaining": {"description": "How many of them are left.", "schema": WHOLE},
    "RateLimit-Reset": {"description": "Seconds until all of them may be sent again.", "schema": WHOLE},
    "Idempotent-Replayed": {
        "description": "Where this is the saved answer of an earlier request with the same key.",
        "schema": {"type": "string", "const": "true"},
    },
    "Retry-After": {"description": "Seconds to wait before the same request is sent again.", "schema": WHOLE},
    "Stripe-Should-Retry": {"description": "Whether sending the same request again can help.", "schema": TRUTH},
    "WWW-Authenticate": {"description": "How to say who calls.", "schema": {"type": "string"}},
}
LIMITS: Final = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
SAVED: Final = (200, 201, 500)  # answers that an idempotency key keeps


def headers_of(status: int, method: str, keeps_refusals: bool) -> list[str]:
    """Names of the headers that such an answer carries, or may carry."""
    if status == 401:  # nobody is known yet, so neither is a version
        return ["Request-Id", "WWW-Authenticate"]
    found = ["Request-Id", "Stripe-Version", *LIMITS]
    if method == "POST" and (status in SAVED or (keeps_refusals and status in (400, 403, 409))):
        found.append("Idempotent-Replayed")
    if status in (409, 429, 503):
        found.append("Retry-After")
    if status == 409:
        found.append("Stripe-Should-Retry")
    return found
