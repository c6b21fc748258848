"""Sending an event to a running server, signed as Stripe signs."""

import urllib.error
import urllib.request
from datetime import UTC, datetime

from tests.webhooks.inbound.signing import stripe_header

TIMEOUT_SECONDS = 10


def send(base_url: str, provider: str, body: bytes, secret: str) -> int:
    """The status of the answer; 0: none came."""
    headers = {"Content-Type": "application/json", "Stripe-Signature": stripe_header(body, datetime.now(UTC), secret)}
    request = urllib.request.Request(f"{base_url}/webhooks/{provider}", body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
