"""The address to which the issuer's page sends a payer back: the one kept with the intent, and no other, with what became of it behind."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings

from directpay.kernel.addresses import parts_of

LIMIT: Final = 2048


def fault_of(url: str) -> str:
    """Why nobody is sent there, or nothing. Asked when it is given and again when it is used: the sandbox takes more than live mode."""
    parts = parts_of(url, LIMIT)
    if parts is None or parts.port == 0:
        return "is none"
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return "is not one of the web: it begins with https://"
    if parts.scheme == "http" and not settings.SANDBOX:
        return "is not https"
    if "@" in parts.netloc:
        return "has a user name"
    return ""


def sent_back(url: str, told: Mapping[str, str]) -> str:
    """The address with `told` behind what it asks already; of what it asks, nothing that bears one of these names. Empty: nowhere."""
    if not url or fault_of(url):
        return ""
    parts = urlsplit(url)
    asked = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in told]
    return urlunsplit(parts._replace(query=urlencode([*asked, *told.items()])))


def origin_of(url: str) -> str:
    """What a page's policy must let its form lead to."""
    parts: SplitResult = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
