"""3-D Secure in the sandbox: a page of ours stands for that of the issuer, behind an address that nobody guesses."""

from django.conf import settings
from django.core import signing

PROVEN, REFUSED = "-proven", "-refused"  # behind the reference of an order: what its payer did there


def _signer() -> signing.Signer:
    """Made when it is needed: `make demo` starts without a key of its own."""
    return signing.Signer(salt="sandbox.3ds", sep="~")


def challenge_url(order_id: str) -> str:
    """Where the payer proves to be the owner of the card."""
    return f"{settings.BASE_URL}/sandbox/3ds/{_signer().sign(order_id)}/"


def order_behind(secret: str) -> str | None:
    """The order that the last part of such an address names; None for one that we have not made."""
    try:
        return _signer().unsign(secret)
    except signing.BadSignature:
        return None


def with_outcome(reference: str, *, proven: bool) -> str:
    """The reference as the issuer's page hands it back."""
    return f"{reference}{PROVEN if proven else REFUSED}"
