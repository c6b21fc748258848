"""The keys under which this installation seals what it keeps: numbers of bank accounts, secrets of second steps."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from directpay.kernel import sealing


def keys_at_rest() -> dict[str, bytes]:
    """Version → key; the first is the one that seals."""
    try:
        keys = sealing.keys_of(settings.VAULT_KEYS)
    except ValueError as error:
        raise ImproperlyConfigured(f"DIRECTPAY_VAULT_KEYS: {error}") from error
    if not keys:
        raise ImproperlyConfigured("DIRECTPAY_VAULT_KEYS is not set")
    return keys


def newest_version() -> str:
    """Under which is sealed now."""
    return next(iter(keys_at_rest()))
