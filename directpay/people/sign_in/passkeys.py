"""What a device answers to allauth's questions for a passkey. It is anybody's to write, so that all that is wrong with it is a refusal."""

import struct
from collections.abc import Callable
from typing import Any, Final

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms

NAME_LIMIT = 80
# What fido2 raises on bytes that are not what they should be; allauth expects only some of it.
BROKEN: Final = (
    ArithmeticError,
    AttributeError,
    InvalidSignature,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    UnsupportedAlgorithm,
    ValueError,
    struct.error,
)


def _read(reading: Callable[[], Any]) -> Any:
    """Raises ValidationError alone."""
    try:
        return reading()
    except BROKEN as error:
        raise get_adapter().validation_error("incorrect_code") from error


class NewPasskey(AddWebAuthnForm):
    name = forms.CharField(required=False, max_length=NAME_LIMIT)

    def clean(self) -> dict[str, Any]:
        return _read(super().clean)


class PasskeyAtSignIn(AuthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        return _read(super().clean_credential)


class PasskeyAlone(LoginWebAuthnForm):
    def clean_credential(self) -> Any:
        return _read(super().clean_credential)


class PasskeyOnceMore(ReauthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        return _read(super().clean_credential)
