"""Identifiers: a bigint or UUIDv7 inside, a prefixed random public id outside."""

import os
import time
import uuid
from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PUBLIC_LENGTH = 24  # 142 bits: nobody guesses one
# Four values of a byte for each character; the eight that are left over are thrown away, so that all characters are as likely.
_CHARACTER_OF = ((ALPHABET * 5)[:256]).encode()
_LEFT_OVER = bytes(range(256 - 256 % len(ALPHABET), 256))


_source: Callable[[int], bytes] = os.urandom


def set_source(source: Callable[[int], bytes]) -> None:
    """Put other bytes behind `public_id`: a simulation that is to be replayed needs the same ids."""
    global _source
    _source = source


def random_base62(length: int) -> str:
    """Characters of the operating system's randomness, all as likely."""
    found = b""
    while len(found) < length:
        found += _source(length + 8).translate(_CHARACTER_OF, _LEFT_OVER)
    return found[:length].decode()


def public_id(prefix: str) -> str:
    """For example ``pay_3Xq…``, 24 random characters."""
    return f"{prefix}_{random_base62(PUBLIC_LENGTH)}"


def uuid7() -> uuid.UUID:
    """RFC 9562 UUID version 7: 48 bits of Unix milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=value)
