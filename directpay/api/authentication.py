"""Who calls: `Authorization: Bearer sk_…`, or Basic with the key as the user name; or Bearer and the access token of an app, oat_….

One indexed query: what it is, and for which mode, is seen from how it begins.
"""

import base64
import binascii
import re
from typing import Any, cast

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from directpay.api.versions import versions
from directpay.kernel import clock
from directpay.kernel.errors import NotAllowed, NotAuthenticated
from directpay.kernel.row_scope import every_row, narrow_to
from directpay.people.actions import mark_used
from directpay.people.actor import Actor
from directpay.people.models import ApiKey
from directpay.people.oauth.actions import pin_app
from directpay.people.oauth.queries import usable_token
from directpay.people.queries import UsableKey, mode, usable_key

KEY_SHAPE = re.compile(r"(sk|pk|oat)_(test|live)_[0-9A-Za-z]{20,64}")
APP_TOKEN = "oat"  # noqa: S105 (how one begins)
HEADER_LIMIT = 1_000
READING = ("GET", "HEAD", "OPTIONS")


class KeyAuthentication(BaseAuthentication):
    """`request.user` and `request.actor` become the Actor, `request.auth` the UsableKey. Raises NotAuthenticated."""

    def authenticate(self, request: Request) -> tuple[Actor, UsableKey]:
        secret = _secret_of(request.META.get("HTTP_AUTHORIZATION", ""))
        kind = _checked_kind(secret)
        with every_row():
            now = clock.now_soon()
            key = usable_token(secret, now) if kind == APP_TOKEN else usable_key(secret, now)
            at = now()
            if key is None:
                what = "access token" if kind == APP_TOKEN else "API key"
                raise NotAuthenticated(f"This {what} is not valid: unknown, expired or revoked.")
            newest = versions()[-1].isoformat()
            if kind != APP_TOKEN:
                mark_used(key=key, at=at, version=newest)
            elif not key.version:
                pin_app(key=key, version=newest)
        narrow_to(key.actor.rows)
        raw: Any = request._request
        raw.actor = key.actor
        raw.at = at  # the clock is read once: the whole request happens at this instant
        return key.actor, key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class KeyMayDoThis(BasePermission):
    """Reading needs the scope `read`, everything else `write`; publishable keys may only POST to views that say so."""

    def has_permission(self, request: Request, view: object) -> bool:
        key = cast(UsableKey, request.auth)
        if key.kind == ApiKey.Kind.PUBLISHABLE:
            if request.method != "POST" or not getattr(view, "takes_publishable_keys", False):
                raise NotAllowed("A publishable key cannot do this: use a secret key, on your server.", code="secret_key_required")
            return True
        needed = "read" if request.method in READING else "write"
        if needed not in key.scopes:
            raise NotAllowed(f"This key lacks the scope {needed!r}.", code="scope_missing")
        return True


def _secret_of(header: str) -> str:
    scheme, _, credentials = header[:HEADER_LIMIT].partition(" ")
    credentials = credentials.strip()
    if scheme.lower() == "basic":
        try:
            credentials = base64.b64decode(credentials, validate=True).decode("ascii").partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            credentials = "?"
    elif scheme.lower() != "bearer" or not credentials:
        raise NotAuthenticated("Send your secret key: Authorization: Bearer sk_…", code="api_key_missing")
    return credentials


def _checked_kind(secret: str) -> str:
    """sk, pk or oat."""
    shape = KEY_SHAPE.fullmatch(secret)
    if shape is None:
        raise NotAuthenticated("This API key is not valid: keys look like sk_test_… or sk_live_….")
    if shape[2] != mode():
        raise NotAuthenticated(f"This is a {shape[2]} key, and this is {mode()} mode.", code="api_key_wrong_mode")
    return shape[1]
