"""Addresses of the web that others name, and to which somebody will be sent."""

from typing import Final
from urllib.parse import SplitResult, urlsplit

UNFIT: Final = "\\\"'<>^`{}|"  # what browsers and servers do not all read alike


def parts_of(url: str, longest: int) -> SplitResult | None:
    """None for what is no address, or one that not everybody reads alike: other signs than plain ones, a port that is none."""
    if len(url) > longest or not url.isascii() or any(sign in UNFIT or ord(sign) <= 32 for sign in url):
        return None
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 it is read when it is asked for
    except ValueError:
        return None
    return parts
