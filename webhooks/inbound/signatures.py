"""Signatures by a shared secret: Stripe's, and those of the Standard Webhooks specification (standardwebhooks.com, 1.0).

Both sign the raw body with a time in it. Every secret is tried with every signature, in constant time: a rotation has two secrets, and a
sender may sign with both.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from directpay.kernel.errors import DirectPayError
from directpay.ops.secrets_file import key_of

TOLERANCE_SECONDS: Final = 300
SECONDS: Final = re.compile(r"[0-9]{1,12}")
MOST_SIGNATURES: Final = 20  # of one request; each costs an HMAC for each secret


class SignatureRefused(DirectPayError):
    """Nothing proves that the provider sent this (400)."""

    code = "signature_invalid"


def check_stripe(
    header: str, body: bytes, secrets: Sequence[str], at: Iterable[datetime], *, tolerance: int | None = TOLERANCE_SECONDS
) -> None:
    """`Stripe-Signature: t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">[,v1=…]`. Source: Stripe, "Verify webhook signatures manually".

    `at`: what time it may be (the sandbox's clock is moved, the sender's is not). Raises SignatureRefused.
    """
    if not header:
        raise SignatureRefused("The header Stripe-Signature is missing.", code="signature_missing")
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    given = [value for name, _, value in pairs if name == "v1"]
    if len(times) != 1 or not SECONDS.fullmatch(times[0]) or not given or len(given) > MOST_SIGNATURES:
        raise SignatureRefused("The header Stripe-Signature is not t=<seconds>,v1=<signature>.", code="signature_malformed")
    _check_any([sign_stripe(secret, times[0], body) for secret in secrets], given)
    _check_time(times[0], at, tolerance)


def sign_stripe(secret: str, seconds: str, body: bytes) -> str:
    """The `v1` of such a header."""
    return hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()


def check_standard(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], at: Iterable[datetime], *, tolerance: int | None = TOLERANCE_SECONDS
) -> None:
    """`webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64 HMAC-SHA256 of "id.timestamp.body">[ v1,…]`.

    `headers` by lower-case name; a secret is base64, with or without `whsec_`. Raises SignatureRefused.
    """
    identity, moment, signature = (headers.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature"))
    if not (identity and moment and signature):
        raise SignatureRefused("The headers webhook-id, webhook-timestamp and webhook-signature are needed.", code="signature_missing")
    given = [value for version, _, value in (part.partition(",") for part in signature.split()) if version == "v1"]
    if not SECONDS.fullmatch(moment) or not given or len(given) > MOST_SIGNATURES:
        raise SignatureRefused("webhook-timestamp is a number of seconds, webhook-signature v1,<signature>.", code="signature_malformed")
    _check_any([sign_standard(secret, identity, moment, body) for secret in secrets], given)
    _check_time(moment, at, tolerance)


def sign_standard(secret: str, identity: str, seconds: str, body: bytes) -> str:
    """What stands behind `v1,` there."""
    return base64.b64encode(hmac.new(key_of(secret), f"{identity}.{seconds}.".encode() + body, hashlib.sha256).digest()).decode()


def secrets_of(text: str) -> tuple[str, ...]:
    """Secrets as settings give them, with commas between; what is empty or white space is none."""
    return tuple(secret for part in text.split(",") if (secret := part.strip()))


def _check_any(wanted: Sequence[str], given: Sequence[str]) -> None:
    """All pairs are compared, whatever is found on the way."""
    found = False
    for one in wanted:
        for other in given:
            found |= hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))
    if not found:
        raise SignatureRefused("The signature does not fit this body and any secret of ours.")


def _check_time(seconds: str, at: Iterable[datetime], tolerance: int | None) -> None:
    """After the signature: whoever has no secret learns nothing about our clock."""
    if tolerance is not None and all(abs(moment.timestamp() - int(seconds)) > tolerance for moment in at):
        raise SignatureRefused("This was signed too long ago, or for a time to come.", code="signature_stale")
