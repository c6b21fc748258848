"""Valkey for what can do without it: nobody waits longer for it than this."""

from functools import cache

import redis

TIMEOUT_SECONDS = 0.25


@cache
def client(url: str) -> "redis.Redis":
    """One for each address and process; it holds its connections."""
    return redis.Redis.from_url(url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)
