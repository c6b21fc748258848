"""From where somebody asks. A header is believed only as far as proxies of ours have written it."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

NOWHERE = "0.0.0.0"  # noqa: S104  the server gave no address: nothing to tell callers apart by
NETWORK_BITS = 64  # one customer's part of IPv6: whoever has one address of it has them all


def address_of(request: HttpRequest) -> str:
    """The caller's address: the peer's own, or what the outermost of `TRUSTED_PROXIES` proxies saw.

    Each proxy appends the address that it was called from to `X-Forwarded-For`, so the n-th from the right was written by the n-th
    proxy from us; what stands further left was written by the caller, who may lie. Too short or unreadable: the peer's.
    """
    peer = _read(request.META.get("REMOTE_ADDR", "")) or NOWHERE
    if not settings.TRUSTED_PROXIES:
        return peer
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if len(seen) < settings.TRUSTED_PROXIES:
        return peer
    return _read(seen[-settings.TRUSTED_PROXIES]) or peer


def network_of(request: HttpRequest) -> str:
    """What tries are counted by: an IPv4 address, or the /64 of an IPv6 one."""
    address = ipaddress.ip_address(address_of(request))
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, NETWORK_BITS), strict=False).network_address)


def _read(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
