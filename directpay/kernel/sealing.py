"""Encryption at rest: AES-256-GCM under a versioned key. The version travels with the ciphertext."""

import base64
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32


def keys_of(text: str) -> dict[str, bytes]:
    """`v2:<32 bytes base64>,v1:<…>` as version → key, newest first. Raises ValueError, which names the version and no key."""
    keys = {}
    for part in filter(None, text.split(",")):
        version, _, encoded = part.strip().partition(":")
        keys[version] = base64.b64decode(encoded)
        if len(keys[version]) != KEY_BYTES:
            raise ValueError(f"key {version} is not {KEY_BYTES} bytes of base64")
    return keys


def seal(text: str, *, context: str, keys: Mapping[str, bytes]) -> str:
    """``<version>:<base64>`` under the newest key. `context` is bound to it, so that a ciphertext cannot be moved elsewhere."""
    version, key = next(iter(keys.items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), context.encode())
    return f"{version}:{base64.b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, *, context: str, keys: Mapping[str, bytes]) -> str:
    """The plain text. Raises ValueError if the key is gone or the ciphertext was made for another context."""
    version, _, text = sealed.partition(":")
    key = keys.get(version)
    if key is None:
        raise ValueError(f"key {version} is not configured")
    raw = base64.b64decode(text)
    try:
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()
    except InvalidTag as error:
        raise ValueError("the ciphertext does not belong here") from error
