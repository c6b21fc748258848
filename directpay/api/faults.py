"""Which errors an operation can give: those of every operation of its kind, and those that its view names.

An error stands here as it would be raised, and is shown as it would be answered; so an example cannot have a shape of its own.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rest_framework.serializers import ListField, Serializer

from directpay.api.errors import PLAIN, answer_body
from directpay.api.examples import REQUEST
from directpay.api.fields import AmountField
from directpay.api.idempotency import FIELD, HEADER, KeyExpired, KeyInUse, KeyInvalid, KeyMismatch, KeyRequired, KeyReused
from directpay.api.limits.rates import refusal
from directpay.api.parsers import LengthRequired, NotJson, NotUtf8
from directpay.kernel.errors import DirectPayError, InvalidInput, NotAllowed, NotAuthenticated, NotFound, TooLarge

UNNAMEABLE: Final = re.compile(r"[^\w.-]+")  # in the name of a component of OpenAPI: parts of parameters stand in brackets
MEANING: Final = {
    400: "The request is wrong: `param` says where.",
    401: "No valid API key.",
    402: "The card was refused: `code` says why.",
    403: "This key may not do that.",
    404: "No such object, or not yours.",
    409: "Does not fit the present state, or the idempotency key is in use.",
    411: "A body without a Content-Length.",
    413: "The body is too large.",
    415: "Neither JSON nor a form.",
    429: "Too many requests.",
    500: "A fault on our side.",
    503: "We cannot answer just now: send the same request again.",
}


class Plain(DirectPayError):
    """What the framework refuses, in the words that we have for its status."""

    def __init__(self, status: int) -> None:
        type_, code, message = PLAIN[status]
        super().__init__(message, code=code)
        self.status, self.type = status, type_


UNKNOWN = InvalidInput("Received unknown parameter: colour.", param="colour", code="parameter_unknown")
EVERYWHERE: Final = (
    UNKNOWN,
    NotAuthenticated("Send your secret key: Authorization: Bearer sk_…", code="api_key_missing"),
    NotAuthenticated("This API key is not valid: unknown, expired or revoked."),
    NotAuthenticated("This is a live key, and this is test mode.", code="api_key_wrong_mode"),
    NotAllowed("This key lacks the scope 'write'.", code="scope_missing"),
    NotAllowed("A publishable key cannot do this: use a secret key, on your server.", code="secret_key_required"),
    refusal("key", 1),
    Plain(500),
    Plain(503),
)
OF_POSTS: Final = (
    Plain(400),
    NotJson("This body is not valid JSON: Expecting ',' delimiter (line 1, column 17)."),
    NotUtf8("This body is not valid UTF-8."),
    KeyInvalid("An idempotency key has 1 to 255 printable ASCII characters.", param=HEADER),
    KeyReused("This idempotency key was used before with other parameters. Use a new key for a new request."),
    KeyInUse("A request with this idempotency key is still running. Send it again in a moment."),
    LengthRequired("Send the body with a Content-Length."),
    TooLarge("A body has at most 262144 bytes."),
    Plain(415),
)
OF_MONEY: Final = (
    KeyRequired("Send the header Idempotency-Key: a value of your own for this one payment, the same when you retry.", param=HEADER),
    KeyExpired("This idempotency key moved money more than 24 hours ago. For a new payment use a new key."),
)


def faults_of(view: Any, method: str, path: str, given: type[Serializer[Any]] | None) -> dict[int, list[DirectPayError]]:
    """By status, in the order in which they are met; `given` is the shape of the parameters, where it takes any."""
    found = [*EVERYWHERE, *_of_parameters(given)]
    if "{id}" in path:
        what = view.object_name.replace("_", " ")
        found.append(NotFound(f"No such {what}: nope", param=view.id_param))
    if method == "GET" and view.kind == "collection":
        found.append(InvalidInput("There is no such object to start from.", param="starting_after", code="resource_missing"))
    if method == "POST":
        found += OF_POSTS
        found += OF_MONEY if view.may_move_money else ()
        if view.key_in_body:
            found.append(KeyMismatch(f"The header {HEADER} and the parameter {FIELD} name different keys.", param=FIELD))
    if method == "DELETE":
        found += view.keeps
    elif method == "POST" or "post" not in view.http_method_names:
        found += view.refusals
    by_status: dict[int, list[DirectPayError]] = {}
    for fault in found:
        by_status.setdefault(fault.status, []).append(fault)
    return dict(sorted(by_status.items()))


def shown(fault: DirectPayError) -> dict[str, Any]:
    """The body of its answer, with the request id of the examples."""
    body = answer_body(fault)
    return {"error": {**body["error"], "request_id": REQUEST}}


def named(faults: Sequence[DirectPayError]) -> dict[str, dict[str, Any]]:
    """Examples by their code; a code that is met twice gets the parameter beside it."""
    examples: dict[str, dict[str, Any]] = {}
    for fault in faults:
        name = fault.code if fault.code not in examples else f"{fault.code}_{UNNAMEABLE.sub('_', fault.param or '').strip('_')}"
        examples[name] = {"summary": fault.message, "value": shown(fault)}
    return examples


def _of_parameters(given: type[Serializer[Any]] | None) -> Iterator[DirectPayError]:
    if given is None:
        yield InvalidInput("Invalid Stripe-Version: versions are written YYYY-MM-DD or YYYY-MM-DD.name.", param="Stripe-Version")
        return
    fields: Mapping[str, Any] = given().fields
    first = next((name for name, field in fields.items() if field.required), None)
    if first:
        yield InvalidInput(f"Missing required parameter: {first}.", param=first, code="parameter_missing")
    wrong = first or next(iter(fields), "Stripe-Version")
    yield InvalidInput(f"Invalid {wrong}: this is not what it takes.", param=wrong)
    amount = next((name for name, field in fields.items() if _is_amount(field)), None)
    if amount:
        yield InvalidInput(f"Invalid {amount}: the amount must be at least 1.", param=amount, code="amount_too_small")
        yield InvalidInput(f"Invalid {amount}: the amount is more than it may be.", param=amount, code="amount_too_large")


def _is_amount(field: Any) -> bool:
    return isinstance(field, AmountField) or (isinstance(field, ListField) and isinstance(field.child, AmountField))
