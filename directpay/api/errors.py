"""Every error of the API in one shape: `{"error": {"type", "code", "message", "param", "request_id", …}}`."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from rest_framework import exceptions
from rest_framework.exceptions import ErrorDetail
from rest_framework.settings import api_settings

from directpay.kernel.errors import DirectPayError
from directpay.kernel.request_context import request_id

log = logging.getLogger(__name__)
API_PREFIX = "/api/"
SHOULD_RETRY = "Stripe-Should-Retry"
WWW_AUTHENTICATE = 'Bearer realm="DirectPay"'
DATABASE_AWAY = (OperationalError, InterfaceError)  # includes deadlocks and time-outs: the same request may simply be sent again
RETRY_SECONDS = 1

# status → (type, code, sentence) where nothing better is known
PLAIN = {
    400: ("invalid_request_error", "invalid_request", "This request cannot be understood."),
    401: ("authentication_error", "api_key_missing", "Send your secret key: Authorization: Bearer sk_…"),
    402: ("card_error", "card_declined", "This card was refused."),
    403: ("permission_error", "permission_denied", "This key may not do that."),
    404: ("invalid_request_error", "resource_missing", "There is no such address."),
    405: ("invalid_request_error", "method_not_allowed", "This address does not take that method."),
    406: ("invalid_request_error", "invalid_request", "Answers are JSON only."),
    409: ("invalid_request_error", "conflict", "This does not fit the present state."),
    411: ("invalid_request_error", "length_required", "Send the body with a Content-Length."),
    413: ("invalid_request_error", "body_too_large", "This body is too large."),
    415: ("invalid_request_error", "content_type_unsupported", "Send JSON, or a form (application/x-www-form-urlencoded)."),
    429: ("rate_limit_error", "rate_limited", "Too many requests: wait a moment."),
    500: ("api_error", "internal_error", "Something went wrong on our side. We have been told."),
    503: ("api_error", "unavailable", "We cannot answer just now. Send the same request again."),
}

# DRF's codes → ours; whatever is not here is parameter_invalid
FAULT_CODES = {
    "required": "parameter_missing",
    "unknown": "parameter_unknown",
    "amount_too_large": "amount_too_large",
    "amount_too_small": "amount_too_small",
    "url_invalid": "url_invalid",
}


def body_of(*, type: str, code: str, message: str, param: str | None = None, details: Mapping[str, object] | None = None) -> dict[str, Any]:
    """The JSON of an error; `details` stand beside the message, e.g. `payment="pay_…"`."""
    return {"error": {**(details or {}), "type": type, "code": code, "message": message, "param": param, "request_id": request_id.get()}}


def error_response(status: int, **parts: Any) -> HttpResponse:
    """An error of this status; `type`, `code` and `message` default to the status's own."""
    fallback = PLAIN.get(status) or PLAIN[500 if status >= 500 else 400]
    body = body_of(**{**dict(zip(("type", "code", "message"), fallback, strict=True)), **parts})
    response = HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type="application/json")
    if status == 401:
        response["WWW-Authenticate"] = WWW_AUTHENTICATE
    return response


def answer_for(error: Exception, context: Mapping[str, Any] | None = None) -> HttpResponse:
    """DRF's exception handler: what the caller may know of `error`; the rest goes to the log."""
    if isinstance(error, DirectPayError):
        response = error_response(error.status, **_parts(error))
        seconds = getattr(error, "retry_after_seconds", None)
        if seconds:
            response["Retry-After"] = str(seconds)
        if error.status == 409:  # Stripe's clients send every 409 again unless they are told that it would be the same
            response[SHOULD_RETRY] = "true" if seconds else "false"
        return response
    if isinstance(error, exceptions.ValidationError):
        return error_response(400, **_fault(error.detail))
    if isinstance(error, exceptions.APIException):
        return _framework_error(error)
    if isinstance(error, Http404):
        return error_response(404, message="There is no such object.")
    if isinstance(error, PermissionDenied):
        return error_response(403)
    if isinstance(error, RequestDataTooBig):
        return error_response(413)
    if isinstance(error, (SuspiciousOperation, BadRequest, UnreadablePostError)):
        return error_response(400)
    if isinstance(error, DATABASE_AWAY):
        log.error("database unavailable", exc_info=error)
        return retry_later()
    return unexpected(error)


def answer_body(error: DirectPayError) -> dict[str, Any]:
    """The JSON of its answer."""
    return body_of(**_parts(error))


def _parts(error: DirectPayError) -> dict[str, Any]:
    return {"type": error.type, "code": error.code, "message": error.message, "param": error.param, "details": error.details}


def retry_later() -> HttpResponse:
    response = error_response(503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def unexpected(error: BaseException) -> HttpResponse:
    """A bug: the log gets everything, the caller nothing but the request id."""
    log.error("unexpected error", exc_info=error)
    return error_response(500)


def is_refusal(error: BaseException) -> bool:
    """A fault of the request, or a moment's unavailability: not a result that an idempotency key may keep."""
    if isinstance(error, exceptions.APIException):
        return error.status_code < 500
    refusals = (DirectPayError, Http404, PermissionDenied, SuspiciousOperation, BadRequest, UnreadablePostError)
    return isinstance(error, (*refusals, *DATABASE_AWAY))


def is_html(response: HttpResponseBase) -> bool:
    return response.get("Content-Type", "text/html").startswith("text/html")


def bracketed(path: Sequence[str | int]) -> str:
    """("address", "city") → "address[city]"."""
    return "".join(str(part) if i == 0 else f"[{part}]" for i, part in enumerate(path))


def _framework_error(error: exceptions.APIException) -> HttpResponse:
    response = error_response(error.status_code)
    if (seconds := getattr(error, "wait", None)) is not None:  # of Throttled
        response["Retry-After"] = str(max(1, int(seconds)))
    return response


def _fault(detail: Any) -> dict[str, Any]:
    """The first fault of a DRF validation error, as a parameter's path, a code and a sentence."""
    path, fault = _first(detail, ())
    param = bracketed(path) or None
    code = FAULT_CODES.get(fault.code or "", "parameter_invalid")
    if code == "parameter_missing":
        message = f"Missing required parameter: {param}."
    elif code == "parameter_unknown":
        message = f"Received unknown parameter: {param}."
    else:
        message = f"Invalid {param}: {fault}" if param else str(fault)
    return {"code": code, "message": message, "param": param}


def _first(detail: Any, path: tuple[str | int, ...]) -> tuple[tuple[str | int, ...], ErrorDetail]:
    if isinstance(detail, ErrorDetail):
        return path, detail
    items = detail.items() if isinstance(detail, Mapping) else enumerate(detail)
    for key, inner in items:
        if isinstance(inner, ErrorDetail):
            at_field = isinstance(detail, Mapping) and key != api_settings.NON_FIELD_ERRORS_KEY
            return ((*path, key) if at_field else path), inner
        if inner:
            return _first(inner, path if key == api_settings.NON_FIELD_ERRORS_KEY else (*path, key))
    return path, ErrorDetail("This request cannot be understood.", code="invalid")
