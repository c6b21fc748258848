"""The worker's sign of life: a key in Redis that expires."""

import math
from functools import cache

import redis
from django.conf import settings

KEY = "directpay:worker:heartbeat"
EXPIRES_SECONDS = 30
TIMEOUT_SECONDS = 1.0


@cache
def client() -> redis.Redis:
    """One pooled client per process; short time-outs, since web requests may wait for it."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)


def beat() -> None:
    """Called by a task, hence only by a worker that works."""
    client().set(KEY, "alive", ex=EXPIRES_SECONDS)


def is_beating() -> bool:
    return bool(client().exists(KEY))


def age_seconds() -> float:
    """Since the last beat; infinite if it is longer ago than EXPIRES_SECONDS. Raises redis.RedisError."""
    left = int(client().pttl(KEY))
    return round(EXPIRES_SECONDS - left / 1000, 3) if left >= 0 else math.inf


def forget_heartbeat(redis_url: str) -> None:
    """Before a start: what an earlier worker said, kept through a restart of Redis, is no sign of the new one."""
    with redis.Redis.from_url(redis_url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS) as connection:
        connection.delete(KEY)
