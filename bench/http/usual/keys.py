"""Who calls, by the ORM."""

import hashlib

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from directpay.people.models import ApiKey


class Program:
    is_authenticated = True

    def __init__(self, key: ApiKey) -> None:
        self.key = key


class ByKey(BaseAuthentication):
    def authenticate(self, request):
        secret = request.headers.get("Authorization", "").removeprefix("Bearer ")
        key = ApiKey.objects.select_related("owner").filter(secret_hash=hashlib.sha256(secret.encode()).digest(), revoked_at=None).first()
        if key is None:
            raise AuthenticationFailed("unknown key")
        return Program(key), key
