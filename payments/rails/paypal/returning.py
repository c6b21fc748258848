"""Where PayPal sends the payer back to: an address of ours that names the order, and that nobody guesses."""

from django.conf import settings
from django.core import signing


def _signer() -> signing.Signer:
    """Made when it is needed: commands start without a key of their own."""
    return signing.Signer(salt="paypal.return", sep="~")


def back_url(order_id: str, *, approved: bool) -> str:
    """The same for the same order: PayPal compares the words of a request that is sent again."""
    return f"{settings.BASE_URL}/paypal/{'approved' if approved else 'left'}/{_signer().sign(order_id)}/"


def order_behind(secret: str) -> str | None:
    """The order that the last part of such an address names; None for one that we have not made."""
    try:
        return _signer().unsign(secret)
    except signing.BadSignature:
        return None
