"""PayPal's events, proven in one of three ways: by its certificate here, by asking PayPal, or (sandbox only) by a shared secret.

Source: PayPal, "Integrate webhooks": verify manually with the certificate; "Verify webhook signature"; "Webhook event".
"""

import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from django.conf import settings

from webhooks.inbound.providers.base import (
    KIND_LENGTH,
    NotConfigured,
    Told,
    content_hash,
    names,
    opened,
    text,
    unreadable,
)
from webhooks.inbound.providers.certificates import Certificates
from webhooks.inbound.providers.paypal_api import ask_paypal
from webhooks.inbound.signatures import SignatureRefused, check_standard, secrets_of

ALGORITHM: Final = "SHA256withRSA"
SIGNED_HEADERS: Final = ("transmission-id", "transmission-time", "transmission-sig", "cert-url", "auth-algo")
KEPT: Final = tuple(f"paypal-{name}" for name in SIGNED_HEADERS)
# PayPal goes on sending for three days, each time with the time of the first transmission: replays meet the event's id instead.
OLDEST_SECONDS, FUTURE_SECONDS = 3 * 24 * 3600 + 3600, 300
CERTIFICATE, ASK, DEMO = "certificate", "api", "demo"
OF_THE_DELIVERY = ("transmissions",)


@cache
def certificates(sandbox: bool) -> Certificates:
    """Of this process, once."""
    return Certificates(sandbox=sandbox)


class PayPal:
    name = "paypal"
    kept_headers = (*KEPT, "webhook-id", "webhook-timestamp", "webhook-signature")
    content_types = ("application/json",)

    def __init__(self, known: Certificates | None = None) -> None:
        self.known = known

    def check(self, headers: Mapping[str, str], body: bytes, at: Iterable[datetime]) -> None:
        if settings.PAYPAL_VERIFY == DEMO:
            _check_demo(headers, body, at)
            return
        if not settings.PAYPAL_WEBHOOK_ID.strip():
            raise NotConfigured("PAYPAL_WEBHOOK_ID is not set: nothing proves what PayPal sends.")
        given = {name: headers.get(f"paypal-{name}", "") for name in SIGNED_HEADERS}
        missing = [f"PayPal-{name.title()}" for name, value in given.items() if not value]
        if missing:
            raise SignatureRefused(f"The header {missing[0]} is missing.", code="signature_missing")
        if given["auth-algo"] != ALGORITHM:
            raise SignatureRefused(f"PayPal-Auth-Algo is not {ALGORITHM}.", code="signature_malformed")
        self._certificates.check_address(given["cert-url"])
        sent_at = _time_of(given["transmission-time"])
        if all(not -FUTURE_SECONDS <= (moment - sent_at).total_seconds() <= OLDEST_SECONDS for moment in at):
            raise SignatureRefused("This was sent too long ago, or for a time to come.", code="signature_stale")
        if settings.PAYPAL_VERIFY == ASK:
            ask_paypal(given, body)
        else:
            signed = signed_text(given["transmission-id"], given["transmission-time"], settings.PAYPAL_WEBHOOK_ID.strip(), body)
            self._certificates.verify(given["cert-url"], given["transmission-sig"], signed, at)

    @property
    def _certificates(self) -> Certificates:
        return self.known or certificates(settings.SANDBOX)

    def read(self, body: bytes, *, sandbox: bool) -> Told:
        said = opened(body)
        if said is None:
            return unreadable(body)
        found = said.get("resource")
        about: dict[str, Any] = found if isinstance(found, dict) else {}
        return Told(
            said["id"],
            kind=text(said.get("event_type"), KIND_LENGTH),
            objects=names(about.get("id"), about.get("order_id"), *_related(about)),
            ours=names(about.get("custom_id")),
            occurred_at=_created(said.get("create_time")),
            content=content_hash(said, without=OF_THE_DELIVERY),
        )


def signed_text(transmission_id: str, transmission_time: str, webhook_id: str, body: bytes) -> bytes:
    """`<id>|<time>|<webhook id>|<CRC32 of the raw body, decimal>`."""
    return f"{transmission_id}|{transmission_time}|{webhook_id}|{zlib.crc32(body)}".encode()


def _check_demo(headers: Mapping[str, str], body: bytes, at: Iterable[datetime]) -> None:
    """As the Standard Webhooks specification signs; for development, where no PayPal can reach us."""
    secrets = secrets_of(settings.PAYPAL_DEMO_SECRET)
    if not settings.SANDBOX or not secrets:
        raise NotConfigured("PAYPAL_DEMO_SECRET is not set, or this is not a sandbox.")
    check_standard(headers, body, secrets, at)


def _related(about: Mapping[str, Any]) -> list[Any]:
    """The order that a capture or an authorisation belongs to."""
    extra = about.get("supplementary_data")
    ids = extra.get("related_ids") if isinstance(extra, dict) else None
    return [ids.get(name) for name in ("order_id", "authorization_id", "capture_id")] if isinstance(ids, dict) else []


def _time_of(value: str) -> datetime:
    """Raises SignatureRefused."""
    found = _created(value)
    if found is None:
        raise SignatureRefused("PayPal-Transmission-Time is not a time.", code="signature_malformed")
    return found


def _created(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
        return found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None
