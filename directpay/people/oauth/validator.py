"""The toolkit's validator, on the installation's clock, with our hashes, and with what it does not look at: who may still act, and replays.

oauthlib asks these questions in the order of RFC 6749; each override says what it adds.
"""

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from oauth2_provider.models import Grant, RefreshToken
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.settings import oauth2_settings

from directpay.kernel import clock
from directpay.people.oauth.actions import REFRESH_LIFE, is_secret
from directpay.people.oauth.queries import checksum_of
from directpay.people.queries import mode

REPLAY_SECONDS = 3600  # how long a code that was used is remembered, by the machine's clock


class Validator(OAuth2Validator):
    """Nothing here talks to other servers: resource indicators are not taken (the tokens are for this API alone)."""

    def _check_secret(self, provided_secret: str, stored_secret: str) -> bool:
        return is_secret(provided_secret, stored_secret)

    def _check_and_set_request_resource(self, request: Any) -> None:
        request.resource = []

    def _create_authorization_code(self, request: Any, code: Any, expires: datetime | None = None) -> Any:
        life = timedelta(seconds=oauth2_settings.AUTHORIZATION_CODE_EXPIRE_SECONDS)
        request.resource = []
        return super()._create_authorization_code(request, code, clock.now() + life)

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        """By our clock, and for a person who may act. A code that was used before takes back what it gave (RFC 6749, 4.1.2)."""
        grant = Grant.objects.select_related("user").filter(code=code, application=client).first()
        if grant is None:
            RefreshToken.revoke_family(cache.get(_used(code, client)))
            return False
        if grant.expires <= clock.now() or not grant.user.is_active:
            return False
        request.scopes, request.user = grant.scope.split(" "), grant.user
        return True

    def invalidate_authorization_code(self, client_id: str, code: str, request: Any, *args: Any, **kwargs: Any) -> None:
        """The door holds the code's row, so that nobody else is exchanging it meanwhile."""
        super().invalidate_authorization_code(client_id, code, request, *args, **kwargs)
        cache.set(_used(code, request.client), request.token_family, REPLAY_SECONDS)

    def _create_access_token(self, expires: datetime, request: Any, token: Any, source_refresh_token: Any = None) -> Any:
        life = timedelta(seconds=token.get("expires_in", oauth2_settings.ACCESS_TOKEN_EXPIRE_SECONDS))
        return super()._create_access_token(clock.now() + life, request, token, source_refresh_token=source_refresh_token)

    def _create_refresh_token(self, *given: Any) -> Any:
        """Each code and all that is renewed from it are a family."""
        made = super()._create_refresh_token(*given)
        given[0].token_family = made.token_family
        return made

    def validate_refresh_token(self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Of this mode, by our clock, and for a person who may act. The toolkit ends the family of one that was used before."""
        if not refresh_token.startswith(f"ort_{mode()}_"):
            return False
        if not super().validate_refresh_token(refresh_token, client, request, *args, **kwargs):
            return False
        held = request.refresh_token_instance
        return held.user.is_active and held.access_token.expires + REFRESH_LIFE > clock.now()


def _used(code: str, client: Any) -> str:
    return f"oauth-code:{client.pk}:{checksum_of(code)}"
