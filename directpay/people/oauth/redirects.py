"""Where a code may be sent: the app's own https address, to the letter. In the sandbox also a program on the developer's machine."""

from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from directpay.kernel.addresses import parts_of
from directpay.kernel.errors import InvalidInput

LOOPBACK = ("127.0.0.1", "::1", "localhost")
URI_LIMIT, URIS_LIMIT = 500, 10


def check_redirect_uris(uris: Sequence[str]) -> None:
    """Raises InvalidInput, which names the first that cannot be registered."""
    if len(uris) > URIS_LIMIT:
        raise InvalidInput(f"At most {URIS_LIMIT} redirect URIs.", param="redirect_uris")
    for uri in uris:
        if reason := _fault(uri):
            raise InvalidInput(f"The redirect URI {uri[:80]!r} {reason}.", param="redirect_uris", code="redirect_uri_refused")


def is_registered(uri: str, registered: Sequence[str]) -> bool:
    """To the letter, except for the port of a loopback, which a program is given only when it runs (RFC 8252, 7.3).

    Asked at each use: what was registered in the sandbox may not be good in live mode.
    """
    if _fault(uri):
        return False
    if uri in registered:
        return True
    return any(_is_loopback(urlsplit(one)) and _without_port(one) == _without_port(uri) for one in registered)


def scheme_of(uri: str) -> str:
    return urlsplit(uri).scheme.lower()


def _fault(uri: str) -> str:
    """Why not, or nothing."""
    parts = parts_of(uri, URI_LIMIT)
    if parts is None:
        return "is no address"
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.port == 0:
        return "is not an https address"
    if parts.scheme == "http" and not (settings.SANDBOX and _is_loopback(parts)):
        return "is not https" + (", nor a loopback" if settings.SANDBOX else "")
    if "*" in uri:
        return "has a wildcard: name each address"
    if "#" in uri or "@" in parts.netloc:
        return "has a fragment or a user name"
    if any(part in (".", "..") for part in parts.path.split("/")):
        return "has dots to walk with"
    return ""


def _is_loopback(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def _without_port(uri: str) -> tuple[str, str | None, str, str]:
    parts = urlsplit(uri)
    return parts.scheme, parts.hostname, parts.path, parts.query
