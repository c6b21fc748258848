"""Errors as Stripe's API says them."""

from typing import Any


class StripeError(Exception):
    """`saved`: the request had begun to be executed, so its answer is kept under its idempotency key."""

    def __init__(self, status: int, kind: str, message: str, *, saved: bool = False, **parts: Any) -> None:
        super().__init__(message)
        self.status, self.saved = status, saved
        self.error = {"type": kind, "message": message, **{name: part for name, part in parts.items() if part is not None}}

    def body(self, request_id: str) -> dict[str, Any]:
        return {"error": {**self.error, "request_log_url": f"https://dashboard.stripe.com/test/logs/{request_id}"}}


def invalid(message: str, *, code: str | None = None, param: str | None = None, **more: Any) -> StripeError:
    return StripeError(400, "invalid_request_error", message, code=code, param=param, **more)


def missing(param: str) -> StripeError:
    return invalid(f"Missing required param: {param}.", code="parameter_missing", param=param)


def no_such(kind: str, name: str, param: str) -> StripeError:
    message = f"No such {kind}: '{name}'"
    return StripeError(404, "invalid_request_error", message, code="resource_missing", param=param)


def refused_body(status: int, request_id: str) -> dict[str, Any]:
    """What a fault on demand answers with."""
    errors = {
        429: StripeError(429, "invalid_request_error", "Request rate limit exceeded.", code="rate_limit"),
        409: StripeError(409, "invalid_request_error", "This object cannot be accessed right now: try again.", code="lock_timeout"),
        500: StripeError(500, "api_error", "An unknown error occurred"),
        503: StripeError(503, "api_error", "Stripe is down for a moment"),
    }
    return errors[status].body(request_id)
