"""So many requests a second for each key, person and address, with a burst on top: the generic cell rate algorithm (GCRA; ITU-T I.371).

One number per bucket in Valkey, the time at which the bucket would be empty of debts; all buckets of a request are asked in one round
trip, and either all are charged or none. Valkey away: everything passes, for a limit that fails shut would be an outage of its own.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from directpay.breakers.pause import Pause
from directpay.breakers.valkey import client
from directpay.kernel.errors import DirectPayError

log = logging.getLogger(__name__)
MICROSECONDS = 1_000_000
TOO_MANY = "Too many requests: wait a moment, then send the same request again."
_pause = Pause()

# Times in whole microseconds, which a double holds exactly. Answers: the bucket that refuses (0: none) and the wait, or the tightest
# bucket with what is left in it and how long until it is full.
SPEND = """
local now, least, tightest, full = tonumber(ARGV[1]), nil, 1, 0
local refusing, wait, after = 0, 0, {}
for i, key in ipairs(KEYS) do
    local gap, depth = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
    local owed = math.max(tonumber(redis.call('GET', key) or 0), now) + gap
    local over = owed - now - gap * depth
    if over > wait then refusing, wait = i, over end
    local left = math.floor(-over / gap)
    if least == nil or left < least then least, tightest, full = left, i, owed - now end
    after[i] = owed
end
if refusing > 0 then return {refusing, wait, 0, 0} end
for i, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.0f', after[i]), 'PX', math.ceil((after[i] - now) / 1000))
end
return {0, tightest, least, full}
"""


class RateLimited(DirectPayError):
    """More than was agreed; `limit` says whose: key, user or address (429)."""

    status = 429
    type = "rate_limit_error"
    code = "rate_limited"
    retry_after_seconds = 1


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_second` in the long run, `burst` at once. Zero: no limit."""

    per_second: int
    burst: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """`whose`: key, user or address, and which."""

    whose: str
    name: str


@dataclass(frozen=True, slots=True)
class Left:
    """Of the tightest bucket: what the headers say."""

    limit: int  # requests at once
    remaining: int
    reset_seconds: int  # until all of them may be sent again


@cache
def rates(text: str) -> Rate:
    """``100/500``: 100 a second, 500 at once; ``0``: no limit. Raises ImproperlyConfigured."""
    per_second, _, burst = text.partition("/")
    try:
        found = Rate(int(per_second), int(burst or per_second))
    except ValueError:
        raise ImproperlyConfigured(f"a rate looks like 100/500 (a second, and at once), not {text!r}") from None
    if found.per_second < 0 or (found.per_second and found.burst < 1):
        raise ImproperlyConfigured(f"a rate is not negative, and lets one request pass: {text!r}")
    return found


def spend(buckets: Sequence[Bucket], now_microseconds: int | None = None) -> Left | None:
    """Charge one request to each bucket. None where nothing is limited, or nobody counts. Raises RateLimited."""
    limited = [(bucket, rate) for bucket in buckets if (rate := rates(settings.RATES[bucket.whose])).per_second]
    if not limited or _pause.lasts():
        return None
    now = time.time_ns() // 1_000 if now_microseconds is None else now_microseconds
    arguments = [now]
    for _, rate in limited:
        arguments += [MICROSECONDS // rate.per_second, rate.burst]
    try:
        refusing, wait, least, full = _script(settings.REDIS_URL)([f"rate:{b.whose}:{b.name}" for b, _ in limited], arguments)
    except redis.RedisError as error:
        _pause.begin()
        log.warning("nobody counts requests, all of them pass: %s", error)
        return None
    if refusing:
        raise refusal(limited[refusing - 1][0].whose, _seconds(wait))
    return Left(limited[wait - 1][1].burst, least, _seconds(full))


def refusal(whose: str, seconds: int, sentence: str = TOO_MANY) -> RateLimited:
    error = RateLimited(sentence, limit=whose)
    error.retry_after_seconds = seconds
    return error


def _seconds(microseconds: int) -> int:
    return -(-microseconds // MICROSECONDS)


@cache
def _script(url: str):
    return client(url).register_script(SPEND)
