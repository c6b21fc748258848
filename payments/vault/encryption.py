"""Encryption at rest: AES-256-GCM under a versioned key from the environment. The version travels with the ciphertext."""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE_BYTES = 12


def _keys() -> dict[str, bytes]:
    """Version → key, newest first."""
    keys = {}
    for part in filter(None, settings.VAULT_KEYS.split(",")):
        version, _, text = part.strip().partition(":")
        keys[version] = base64.b64decode(text)
        if len(keys[version]) != 32:
            raise ImproperlyConfigured(f"DIRECTPAY_VAULT_KEYS: key {version} is not 32 bytes of base64")
    if not keys:
        raise ImproperlyConfigured("DIRECTPAY_VAULT_KEYS is not set")
    return keys


def encrypt(text: str, *, context: str) -> str:
    """``<version>:<base64>``. `context` (the row's own id) is bound to it, so that a ciphertext cannot be moved to another row."""
    version, key = next(iter(_keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), context.encode())
    return f"{version}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(sealed: str, *, context: str) -> str:
    """The plain text. Raises ValueError if the key is gone or the ciphertext is not this row's."""
    version, _, text = sealed.partition(":")
    key = _keys().get(version)
    if key is None:
        raise ValueError(f"key {version} is not configured")
    raw = base64.b64decode(text)
    try:
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()
    except InvalidTag as error:
        raise ValueError("the ciphertext does not belong here") from error


def fingerprint(text: str) -> str:
    """A keyed hash that finds the same number again without showing it. Bound to the oldest key, which is kept for it."""
    oldest = list(_keys().values())[-1]
    return hmac.new(oldest, b"fingerprint:" + text.encode(), hashlib.sha256).hexdigest()
