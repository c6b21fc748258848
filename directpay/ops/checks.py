"""Settings that a process refuses to start with. Asked by every process, also by those that never run Django's own checks."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

SECRET_LENGTH = 32


def refuse_unsafe(settings: Any) -> None:
    """Raises ImproperlyConfigured with every reason. The sandbox is checked for nothing: it moves no real money."""
    if settings.SANDBOX:
        return
    reasons = []
    if settings.DIRECTPAY_MODE != "live":
        reasons.append(f"DIRECTPAY_MODE is {settings.DIRECTPAY_MODE!r}: it is sandbox or live.")
    if settings.DEBUG:
        reasons.append("DEBUG shows the inside of the house to everybody.")
    if len(settings.SECRET_KEY) < SECRET_LENGTH:
        reasons.append(f"SECRET_KEY has fewer than {SECRET_LENGTH} characters.")
    if not settings.VAULT_KEYS:
        reasons.append("DIRECTPAY_VAULT_KEYS is not set: account numbers cannot be encrypted.")
    if not settings.AGENCY_TERMS_CONFIRMED:
        reasons.append(
            "DIRECTPAY_AGENCY_TERMS_CONFIRMED is not set: who confirmed, and when, that every owner has appointed you to collect, "
            "so that payment to you discharges the renter. Ask counsel."
        )
    if settings.MAIL_ON and not settings.MAIL_URL:
        reasons.append(
            "MAIL_URL is not set: what law asks to be told would stand in files that nobody reads. "
            "Where another system tells it, say DIRECTPAY_MAIL=False."
        )
    if settings.PAYPAL_VERIFY == "demo":
        reasons.append("PAYPAL_VERIFY is 'demo': whoever has one shared secret could tell us anything. It is certificate or api.")
    if not settings.LIVE_RAILS:
        reasons.append("There is no rail to a real bank yet: live mode would simulate with real people.")
    if reasons:
        raise ImproperlyConfigured("Live mode does not start:\n- " + "\n- ".join(reasons))
