"""The token that every call to PayPal carries: fetched once for all processes, kept until shortly before it ends.

It is kept in Valkey, sealed with the client's secret; Valkey away, each process keeps its own. Calls for a token have a limit of their
own, shared too: however many forged events ask to be verified, and however wrong a secret is, PayPal is not asked more often than that.
"""

import base64
import hashlib
import logging
import time
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import redis
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from directpay.breakers.pause import Pause
from directpay.breakers.valkey import client
from payments.rails.paypal.http import Unanswered, Unreached, send

log = logging.getLogger(__name__)
PATH: Final = "/v1/oauth2/token"
BEFORE_ITS_END_SECONDS: Final = 300
SHORTEST_SECONDS: Final = 30
MOST_CALLS, PER_SECONDS = 10, 60
FETCHING_SECONDS: Final = 15  # for so long one process fetches for all
UNAUTHORIZED, BROKEN = (400, 401, 403), 500


class NoToken(Exception):
    """There is none just now, so nothing can be asked. `ill`: PayPal did not give one; else somebody is fetching it, or too many were."""

    def __init__(self, said: str, *, ill: bool) -> None:
        super().__init__(said)
        self.ill = ill


class WrongSecret(Exception):
    """PayPal does not know this client, or its secret is another: a person must see to it."""


@dataclass(frozen=True, slots=True)
class _Kept:
    token: str
    ends: float  # by the machine's monotonic clock


_lock = Lock()
_own: dict[str, _Kept] = {}  # of this process, by client
_own_calls: list[float] = []
_pause = Pause()


def bearer() -> str:
    """Raises NoToken, WrongSecret."""
    who = _client_name()
    if (kept := _own.get(who)) and kept.ends > time.monotonic():
        return kept.token
    with _lock:  # the threads of one process wait for the one that fetches
        if (kept := _own.get(who)) and kept.ends > time.monotonic():
            return kept.token
        if shared := _shared(who):
            _own[who] = shared
            return shared.token
        return _fetched(who)


def forget(token: str) -> None:
    """PayPal does not take it any more: nobody is to use it again."""
    who = _client_name()
    with _lock:
        if (kept := _own.get(who)) and kept.token == token:
            del _own[who]
        if (shared := _shared(who)) and shared.token == token:
            _valkey("delete", _name(who))


def _fetched(who: str) -> str:
    """Ask PayPal, if nobody else does at this moment. Raises NoToken, WrongSecret."""
    if _valkey("set", f"{_name(who)}:fetching", "1", nx=True, ex=FETCHING_SECONDS) is False:
        raise NoToken("another process fetches PayPal's token", ill=False)
    try:
        _check_not_too_often(who)
        token, seconds = _ask(who)
    finally:
        _valkey("delete", f"{_name(who)}:fetching")
    lasts = max(seconds - BEFORE_ITS_END_SECONDS, SHORTEST_SECONDS)
    _own[who] = _Kept(token, time.monotonic() + lasts)
    _valkey("set", _name(who), _seal().encrypt(token.encode()), ex=lasts)
    return token


def _ask(who: str) -> tuple[str, int]:
    pair = base64.b64encode(f"{settings.PAYPAL_CLIENT_ID}:{settings.PAYPAL_CLIENT_SECRET}".encode()).decode()
    kind = "application/x-www-form-urlencoded"
    try:
        reply = send("POST", PATH, b"grant_type=client_credentials", {"Authorization": f"Basic {pair}"}, kind=kind)
    except (Unreached, Unanswered) as error:
        raise NoToken(str(error), ill=True) from error
    if reply.status in UNAUTHORIZED:
        log.error("PayPal does not know our client: %s (%s)", reply.status, reply.debug_id)
        raise WrongSecret(f"PayPal does not take our client id and secret: {reply.status} ({reply.debug_id})")
    token, seconds = reply.said.get("access_token"), reply.said.get("expires_in")
    if reply.status != 200 or not isinstance(token, str) or not token:
        raise NoToken(f"PayPal gave no token: {reply.status} ({reply.debug_id})", ill=reply.status >= BROKEN)
    return token, seconds if isinstance(seconds, int) else 0


def _check_not_too_often(who: str) -> None:
    """Raises NoToken."""
    name = f"{_name(who)}:calls"
    _valkey("set", name, 0, nx=True, ex=PER_SECONDS)
    calls = _valkey("incr", name)
    if calls is None:  # alone
        now = time.monotonic()
        _own_calls[:] = [moment for moment in _own_calls if now - moment < PER_SECONDS]
        _own_calls.append(now)
        calls = len(_own_calls)
    if calls > MOST_CALLS:
        raise NoToken("PayPal was asked for too many tokens within a minute", ill=False)


def _shared(who: str) -> _Kept | None:
    sealed, left = _valkey("get", _name(who)), _valkey("ttl", _name(who))
    if not sealed or not left or left < 0:
        return None
    try:
        return _Kept(_seal().decrypt(sealed).decode(), time.monotonic() + left)
    except InvalidToken:
        return None


def _client_name() -> str:
    """Of the client at this address, with this secret: another one has another token."""
    said = "\n".join((settings.PAYPAL_API_BASE, settings.PAYPAL_CLIENT_ID, settings.PAYPAL_CLIENT_SECRET))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _name(who: str) -> str:
    return f"paypal:token:{who}"


def _seal() -> Fernet:
    """Whoever reads Valkey alone learns nothing by it."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"paypal.token:{settings.PAYPAL_CLIENT_SECRET}".encode()).digest()))


def _valkey(verb: str, *given: Any, **more: Any) -> Any:
    """What Valkey answers; None: nothing, or it is away. A `set` that was not done is False."""
    if _pause.lasts():
        return None
    try:
        found = getattr(client(settings.REDIS_URL), verb)(*given, **more)
    except redis.RedisError as error:
        _pause.begin()
        log.warning("each process has a token of PayPal's to itself: %s", error)
        return None
    return bool(found) if verb == "set" else found
