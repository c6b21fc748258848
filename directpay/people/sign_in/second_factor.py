"""The second step at sign-in: codes of an authenticator app, recovery codes, passkeys. allauth.mfa does it; here is what is ours."""

from typing import Any, ClassVar

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from directpay.kernel import sealing
from directpay.people.keys_at_rest import keys_at_rest
from directpay.people.models import User

CONTEXT = "people.second_factor"  # what a sealed secret is bound to: it is no account number, and none is one of these
USED_SECONDS = 120  # longer than any code is good for: its own half minute, one before and one after
SECOND_STEPS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class SecondFactor(DefaultMFAAdapter):
    """Secrets are sealed with the keys of the installation; names and words are ours."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This is not right, or was used already. Wait for the next code, then try once more."),
    }

    def encrypt(self, text: str) -> str:
        return sealing.seal(text, context=CONTEXT, keys=keys_at_rest())

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text, context=CONTEXT, keys=keys_at_rest())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey {number}").format(number=count + 1) if count else gettext("Passkey")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}


class CountedCode(forms.Form):
    """A wrong code is a wrong try at the door, beside wrong passwords; a right one is right once."""

    user: User

    def clean_code(self) -> str:
        request, credentials = context.request, {"email": self.user.email}
        if not AxesProxyHandler.is_allowed(request, credentials):
            request.axes_locked_out, request.axes_credentials = True, credentials
            raise get_adapter().validation_error("incorrect_code")
        try:
            code = super().clean_code()
            if not cache.add(f"second-factor:{self.user.pk}:{code.replace(' ', '')}", True, timeout=USED_SECONDS):
                raise get_adapter().validation_error("incorrect_code")
        except ValidationError:
            user_login_failed.send(sender=__name__, credentials=credentials, request=request)
            raise
        return code


class CodeAtSignIn(CountedCode, AuthenticateForm):
    pass


class CodeOnceMore(CountedCode, ReauthenticateForm):
    pass


def needs_second_factor(user: User) -> bool:
    """Staff who may not open the staff pages yet, because only a password guards them."""
    if not (settings.STAFF_SECOND_FACTOR and user.is_staff):
        return False
    return not get_adapter().is_mfa_enabled(user, types=SECOND_STEPS)
