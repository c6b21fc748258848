"""A provider that sends signed events to our door, and an inbox that is worked on when the test says so."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from directpay.due.run import run_all
from directpay.kernel import clock
from tests.webhooks.inbound.signing import SECRET, as_bytes, stripe_header
from webhooks.inbound.models import ProviderEvent


class Sender:
    """Stripe, as far as the door can tell."""

    def __init__(self) -> None:
        self.client = Client()

    def send(self, said: Any, *, header: str | None = None, at: datetime | None = None, kind: str = "application/json") -> Any:
        body = said if isinstance(said, bytes) else as_bytes(said)
        signature = stripe_header(body, at or clock.now()) if header is None else header
        return self.client.post("/webhooks/stripe", body, content_type=kind, headers={"Stripe-Signature": signature})

    def kept(self, event_id: str) -> ProviderEvent:
        return ProviderEvent.objects.get(provider="stripe", event_id=event_id)


@pytest.fixture
def sender(db: None, settings: Any) -> Sender:
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    settings.SEND_HINTS = False
    return Sender()


@pytest.fixture
def work() -> Any:
    return run_all
