"""Settings that a process refuses to start with. Asked by every process, also by those that never run Django's own checks."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from directpay.ops.secrets_file import key_of

SECRET_LENGTH = 32
PAYPAL = "https://api-m.paypal.com"
PAYPAL_VERIFIES, DEMO_BYTES = ("certificate", "api", "demo"), 16


def refuse_unsafe(settings: Any) -> None:
    """Raises ImproperlyConfigured with every reason. Of the sandbox only that it moves no real money."""
    reasons = _stripe(settings) + _paypal(settings)
    if settings.SANDBOX:
        if reasons:
            raise ImproperlyConfigured("The sandbox does not start:\n- " + "\n- ".join(reasons))
        return
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


def _stripe(settings: Any) -> list[str]:
    """Test mode and live mode never mix. A key says of which it is: sk_test_…, rk_live_…"""
    key, mode, live = settings.STRIPE_SECRET_KEY, "test" if settings.SANDBOX else "live", not settings.SANDBOX
    reasons = []
    if key and not key.startswith((f"sk_{mode}_", f"rk_{mode}_")):
        reasons.append(f"STRIPE_SECRET_KEY is not a secret key of Stripe's {mode} mode (sk_{mode}_… or rk_{mode}_…).")
    if any(not secret.startswith("whsec_") for secret in settings.STRIPE_WEBHOOK_SECRETS):
        reasons.append("STRIPE_WEBHOOK_SECRET is not what Stripe signs webhooks with (whsec_…).")
    if live and settings.STRIPE_API_BASE:
        reasons.append("STRIPE_API_BASE names a stand-in: in live mode it is Stripe itself.")
    if live and key and not settings.STRIPE_WEBHOOK_SECRETS:
        reasons.append("STRIPE_WEBHOOK_SECRET is not set: nobody could tell a webhook of Stripe's from another.")
    return reasons


def _paypal(settings: Any) -> list[str]:
    """PayPal's sandbox and PayPal itself are two addresses, and a stand-in a third: live mode knows one of them."""
    base, reasons = settings.PAYPAL_API_BASE.rstrip("/"), []
    if settings.PAYPAL_VERIFY not in PAYPAL_VERIFIES:
        reasons.append(f"PAYPAL_VERIFY is {settings.PAYPAL_VERIFY!r}: it is {', '.join(PAYPAL_VERIFIES)}.")
    if settings.PAYPAL_VERIFY == "demo" and not all(map(_is_key, settings.PAYPAL_DEMO_SECRET.split(","))):
        reasons.append(f"PAYPAL_DEMO_SECRET is not the base64 of at least {DEMO_BYTES} bytes, with or without whsec_ before it.")
    if settings.PAYPAL_CLIENT_ID and settings.SANDBOX and base == PAYPAL:
        reasons.append("PAYPAL_API_BASE names PayPal itself: the sandbox moves no real money.")
    if settings.PAYPAL_CLIENT_ID and not settings.SANDBOX and base != PAYPAL:
        reasons.append(f"PAYPAL_API_BASE names PayPal's sandbox or a stand-in: in live mode it is {PAYPAL}.")
    return reasons


def _is_key(secret: str) -> bool:
    """As the Standard Webhooks specification wants one; none at all is said by the door."""
    try:
        return not secret.strip() or len(key_of(secret.strip())) >= DEMO_BYTES
    except ValueError:
        return False
