"""How secrets of OAuth2 look: like API keys, so that what they are and for which mode is seen before anything is looked up."""

from oauth2_provider.generators import BaseHashGenerator

from directpay.kernel.ids import random_base62
from directpay.people.queries import mode

LENGTH, CLIENT_ID_LENGTH = 36, 20  # base62 characters: 214 and 119 bits


def access_token(request: object, refresh_token: bool = False) -> str:
    return f"oat_{mode()}_{random_base62(LENGTH)}"


def refresh_token(request: object, refresh_token: bool = True) -> str:
    return f"ort_{mode()}_{random_base62(LENGTH)}"


def client_secret() -> str:
    return f"cs_{mode()}_{random_base62(LENGTH)}"


class ClientId(BaseHashGenerator):
    """Public, and short enough to stand beside a person's id in the actor of an event."""

    def hash(self) -> str:
        return f"app_{random_base62(CLIENT_ID_LENGTH)}"


class ClientSecret(BaseHashGenerator):
    def hash(self) -> str:
        return client_secret()
