"""Asking PayPal whether it sent something. Source: PayPal, "Verify webhook signature", POST /v1/notifications/verify-webhook-signature.

The token is the one of the rail: forged events, however many, cost PayPal no calls for tokens beside its own.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from payments.rails.paypal import tokens
from payments.rails.paypal.http import Unanswered, Unreached, send
from webhooks.inbound.providers.base import NotConfigured, parsed
from webhooks.inbound.signatures import SignatureRefused

VERIFY: Final = "/v1/notifications/verify-webhook-signature"
SECONDS_TO_ANSWER: Final = 5
UNREADABLE, UNAUTHORIZED = 400, 401


class CannotAsk(NotConfigured):
    """PayPal does not answer now (503): it sends the event again."""

    code = "verification_unavailable"


def ask_paypal(given: Mapping[str, str], body: bytes) -> None:
    """`given`: the five headers by the end of their names. Raises SignatureRefused, CannotAsk."""
    if not (settings.PAYPAL_CLIENT_ID and settings.PAYPAL_CLIENT_SECRET):
        raise NotConfigured("PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET are not set: PayPal cannot be asked.")
    if parsed(body) is None:  # it becomes a part of our question: more than one object would be more than one part
        raise SignatureRefused("The body is no JSON object.", code="signature_malformed")
    names = {name.replace("-", "_"): value for name, value in given.items()} | {"webhook_id": settings.PAYPAL_WEBHOOK_ID.strip()}
    head = json.dumps(names)[:-1]
    # The body goes as it came: re-written it would be another one.
    answer = _call(head.encode() + b',"webhook_event":' + body + b"}")
    if answer.get("verification_status") != "SUCCESS":
        raise SignatureRefused("PayPal says that it did not send this.")


def _call(question: bytes) -> Mapping[str, Any]:
    try:
        token = tokens.bearer()
        reply = send("POST", VERIFY, question, {"Authorization": f"Bearer {token}"}, timeout_seconds=SECONDS_TO_ANSWER)
    except (tokens.NoToken, tokens.WrongSecret, Unreached, Unanswered) as error:
        raise CannotAsk(f"PayPal cannot be asked now: {error}") from error
    if reply.status == UNREADABLE:
        raise SignatureRefused("PayPal cannot read what it is said to have sent.")
    if reply.status == UNAUTHORIZED:
        tokens.forget(token)
    if reply.status != 200:
        raise CannotAsk(f"PayPal answered {reply.status}.")
    return reply.said
