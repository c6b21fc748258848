"""Encryption at rest of what moves money, under the keys of the environment."""

import hashlib
import hmac

from directpay.kernel import sealing
from directpay.people.keys_at_rest import keys_at_rest


def encrypt(text: str, *, context: str) -> str:
    """``<version>:<base64>``. `context` (the row's own id) is bound to it, so that a ciphertext cannot be moved to another row."""
    return sealing.seal(text, context=context, keys=keys_at_rest())


def decrypt(sealed: str, *, context: str) -> str:
    """The plain text. Raises ValueError if the key is gone or the ciphertext is not this row's."""
    return sealing.unseal(sealed, context=context, keys=keys_at_rest())


def fingerprint(text: str) -> str:
    """A keyed hash that finds the same number again without showing it. Bound to the first version ever, wherever it stands in the list."""
    keys = keys_at_rest()
    first = min(keys, key=lambda version: (len(version), version))  # v2 before v10
    return hmac.new(keys[first], b"fingerprint:" + text.encode(), hashlib.sha256).hexdigest()
