"""Questions about apps and what they hold."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from directpay.people.actor import STAFF, Actor
from directpay.people.models import ApiKey, User
from directpay.people.oauth.models import Application
from directpay.people.queries import UsableKey

# Written out, as for keys. A token without a person was given to the app for its owner.
USABLE = """
SELECT t.expires, t.id, t.scope, t.user_id, a.client_id, a.api_version, u.id, u.public_id, u.role
FROM oauth2_provider_accesstoken t
JOIN directpay_application a ON a.id = t.application_id
JOIN directpay_user owner ON owner.id = a.user_id
JOIN directpay_user u ON u.id = coalesce(t.user_id, a.user_id)
WHERE t.token_checksum = %s AND a.disabled_at IS NULL AND owner.is_active AND u.is_active
"""


def checksum_of(token: str) -> str:
    """What the toolkit keeps in place of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def usable_token(token: str, now: Callable[[], datetime]) -> UsableKey | None:
    """The access token, acting for the person who agreed, or for the app's owner; nobody through it sees more than that person.

    None when it is unknown, withdrawn or expired (`now` is asked after the database), or when app, owner or person may not act.
    """
    with connection.cursor() as cursor:
        cursor.execute(USABLE, [checksum_of(token)])
        row = cursor.fetchone()
    if row is None or row[0] <= now():
        return None
    _, token_id, scope, person_id, client_id, version, user_id, user_public_id, role = row
    label = f"app:{client_id}" if person_id is None else f"app:{client_id}/{user_public_id}"
    actor = Actor("app", label, user_id, user_public_id, role, role == STAFF)
    return UsableKey(token_id, ApiKey.Kind.SECRET, scope.split(), now(), actor, version)


def apps_of(user: User, at: datetime) -> QuerySet[Application]:
    """The apps that hold something of this person's: a code, an access token, or what they may renew it with."""
    holding = Q(refreshtoken__user=user, refreshtoken__revoked=None) | Q(accesstoken__user=user, accesstoken__expires__gt=at)
    return Application.objects.filter(holding | Q(grant__user=user, grant__expires__gt=at)).select_related("user").distinct()
