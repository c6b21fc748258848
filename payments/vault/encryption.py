"""Encryption at rest of what moves money, under the keys of the environment."""

import hashlib
import hmac

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from directpay.kernel import sealing


def _keys() -> dict[str, bytes]:
    """Version → key, newest first."""
    try:
        keys = sealing.keys_of(settings.VAULT_KEYS)
    except ValueError as error:
        raise ImproperlyConfigured(f"DIRECTPAY_VAULT_KEYS: {error}") from error
    if not keys:
        raise ImproperlyConfigured("DIRECTPAY_VAULT_KEYS is not set")
    return keys


def encrypt(text: str, *, context: str) -> str:
    """``<version>:<base64>``. `context` (the row's own id) is bound to it, so that a ciphertext cannot be moved to another row."""
    return sealing.seal(text, context=context, keys=_keys())


def decrypt(sealed: str, *, context: str) -> str:
    """The plain text. Raises ValueError if the key is gone or the ciphertext is not this row's."""
    return sealing.unseal(sealed, context=context, keys=_keys())


def fingerprint(text: str) -> str:
    """A keyed hash that finds the same number again without showing it. Bound to the oldest key, which is kept for it."""
    oldest = list(_keys().values())[-1]
    return hmac.new(oldest, b"fingerprint:" + text.encode(), hashlib.sha256).hexdigest()
