"""Errors as PayPal writes them (developer.paypal.com/api/rest/responses, "Error responses")."""

from typing import Any

NAMES = {400: "INVALID_REQUEST", 401: "AUTHENTICATION_FAILURE", 404: "RESOURCE_NOT_FOUND", 409: "RESOURCE_CONFLICT"}
NAMES |= {422: "UNPROCESSABLE_ENTITY", 429: "RATE_LIMIT_REACHED", 500: "INTERNAL_SERVER_ERROR", 503: "SERVICE_UNAVAILABLE"}


class PayPalError(Exception):
    """`issue`: the first of `details`; `links`: rel → address."""

    def __init__(self, status: int, issue: str = "", links: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {issue}")
        self.status, self.issue, self.links = status, issue, links or {}


def error_body(status: int, issue: str, debug_id: str, links: dict[str, str] | None = None) -> dict[str, Any]:
    details = [{"issue": issue, "description": issue.replace("_", " ").capitalize()}] if issue else []
    shown = [{"href": href, "rel": rel, "method": "GET"} for rel, href in (links or {}).items()]
    return {"name": NAMES[status], "message": NAMES[status].title(), "debug_id": debug_id, "details": details, "links": shown}
