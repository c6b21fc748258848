"""The official client with our settings.

Importing it takes 0.15 to 0.2 seconds (measured: Python 3.11, two cores), so nothing does until Stripe is asked (`rails.registry`).
"""

from functools import cache

import stripe
from django.conf import settings

from payments.rails.base import NeedsAPerson

API_VERSION = "2026-10-28.endive"  # the one that is read in `reading.py`, whatever the account's own is
CONNECT_SECONDS = 3.0  # what does not connect was never sent
stripe.enable_telemetry = False
stripe.log = None  # with STRIPE_LOG=debug it would print what is sent, account numbers among it


def client() -> stripe.StripeClient:
    """Raises NeedsAPerson where no key is set."""
    if not settings.STRIPE_SECRET_KEY:
        raise NeedsAPerson("Stripe is not set up: STRIPE_SECRET_KEY is empty.")
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE, settings.STRIPE_TIMEOUT_SECONDS)


@cache
def _client(key: str, api_base: str, timeout_seconds: float) -> stripe.StripeClient:
    """Tries nothing twice: when to ask again is for our due rows to say, and never for a request that waits."""
    return stripe.StripeClient(
        key,
        base_addresses={"api": api_base} if api_base else {},
        http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, timeout_seconds)),
        max_network_retries=0,
        stripe_version=API_VERSION,
    )
