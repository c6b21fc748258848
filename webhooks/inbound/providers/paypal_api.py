"""Asking PayPal whether it sent something. Source: PayPal, "Verify webhook signature", POST /v1/notifications/verify-webhook-signature."""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final

from django.conf import settings

from webhooks.inbound.providers.base import NotConfigured, parsed
from webhooks.inbound.providers.certificates import NoRedirects
from webhooks.inbound.signatures import SignatureRefused

SECONDS_TO_ANSWER: Final = 5
MOST_BYTES: Final = 100_000


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
    question = head.encode() + b',"webhook_event":' + body + b"}"
    answer = _call("/v1/notifications/verify-webhook-signature", question, "application/json", f"Bearer {_token()}")
    if answer.get("verification_status") != "SUCCESS":
        raise SignatureRefused("PayPal says that it did not send this.")


def _token() -> str:
    pair = base64.b64encode(f"{settings.PAYPAL_CLIENT_ID}:{settings.PAYPAL_CLIENT_SECRET}".encode()).decode()
    answer = _call("/v1/oauth2/token", b"grant_type=client_credentials", "application/x-www-form-urlencoded", f"Basic {pair}")
    return str(answer.get("access_token", ""))


def _call(path: str, body: bytes, kind: str, authorization: str) -> dict[str, Any]:
    headers = {"Content-Type": kind, "Authorization": authorization, "Accept": "application/json"}
    request = urllib.request.Request(f"{settings.PAYPAL_API_BASE}{path}", data=body, headers=headers, method="POST")  # noqa: S310 our setting
    try:
        with urllib.request.build_opener(NoRedirects).open(request, timeout=SECONDS_TO_ANSWER) as answer:
            found = json.loads(answer.read(MOST_BYTES))
    except urllib.error.HTTPError as error:
        if error.code == 400:
            raise SignatureRefused("PayPal cannot read what it is said to have sent.") from error
        raise CannotAsk(f"PayPal answered {error.code}.") from error
    except (OSError, HTTPException, ValueError) as error:
        raise CannotAsk("PayPal did not answer.") from error
    return found if isinstance(found, dict) else {}
