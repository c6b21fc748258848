"""Encryption at rest of what moves money, under the keys of the environment."""

import hashlib
import hmac

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from directpay.kernel import sealing


def _keys() -> dict[str, bytes]:
    """Version → key; the first is the one that seals."""
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


def newest() -> str:
    """The version under which is sealed now."""
    return next(iter(_keys()))


def fingerprint(text: str) -> str:
    """A keyed hash that finds the same number again without showing it. Bound to the first version ever, wherever it stands in the list."""
    keys = _keys()
    first = min(keys, key=lambda version: (len(version), version))  # v2 before v10
    return hmac.new(keys[first], b"fingerprint:" + text.encode(), hashlib.sha256).hexdigest()
