"""Errors that a caller can act on. Rooms derive their own beside the function that raises them; doors turn them into answers."""

from typing import Any


class DirectPayError(Exception):
    """Something the caller may hear of: a stable `code`, a sentence, and the parameter it is about."""

    status = 400
    type = "invalid_request_error"
    code = "invalid_request"

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code or self.code
        self.details = details  # shown beside the message, e.g. payment="pay_…"


class InvalidInput(DirectPayError):
    """The request itself is wrong (400)."""

    code = "parameter_invalid"


class NotAuthenticated(DirectPayError):
    """No key, or one that is unknown, expired or revoked (401)."""

    status = 401
    type = "authentication_error"
    code = "api_key_invalid"


class NotAllowed(DirectPayError):
    """The actor is known, and may not do this (403)."""

    status = 403
    type = "permission_error"
    code = "permission_denied"


class NotFound(DirectPayError):
    """There is no such object, or it belongs to somebody else: the two must look the same (404)."""

    status = 404
    code = "resource_missing"


class Conflict(DirectPayError):
    """The request is well formed and does not fit the present state (409)."""

    status = 409
    code = "conflict"


class TooLarge(DirectPayError):
    """The body is over the limit (413)."""

    status = 413
    code = "body_too_large"


class UnexpectedState(DirectPayError):
    """What is asked does not fit the status of `row`, which is as it was met (400, as at Stripe). The answer shows the whole of it."""

    def __init__(self, message: str, row: Any) -> None:
        super().__init__(message, param=None)
        self.row = row
