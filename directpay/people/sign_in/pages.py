"""allauth's pages that change a second factor, each with the fact of it in one transaction."""

from typing import Any

from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.http import HttpResponse
from django.urls import path, reverse_lazy
from django.views.generic import RedirectView

from directpay.events.unit import unit_of_work
from directpay.kernel import clock
from directpay.people import events
from directpay.people.actions import note_second_factor
from directpay.people.queries import actor_for_user


class RecordedChange:
    """The library's change, and what is recorded of it."""

    request: Any
    fact: str
    factor: str
    did_generate_recovery_codes = False

    def form_valid(self, form: Any) -> HttpResponse:
        with unit_of_work():
            response = super().form_valid(form)
            self._note(self.fact, self.factor)
            if self.did_generate_recovery_codes:
                self._note(events.RECOVERY_CODES_MADE, "recovery_codes")
        return response

    def _note(self, kind: str, factor: str) -> None:
        user = self.request.user
        note_second_factor(kind, actor=actor_for_user(user), at=clock.now(), user=user, factor=factor)


class AddApp(RecordedChange, ActivateTOTPView):
    fact, factor = events.SECOND_FACTOR_ADDED, "totp"


class RemoveApp(RecordedChange, DeactivateTOTPView):
    fact, factor = events.SECOND_FACTOR_REMOVED, "totp"


class MakeRecoveryCodes(RecordedChange, GenerateRecoveryCodesView):
    fact, factor = events.RECOVERY_CODES_MADE, "recovery_codes"


class AddPasskey(RecordedChange, AddWebAuthnView):
    """Only keys that can sign in by themselves: kept on the device, opened with a finger, a face or a PIN."""

    fact, factor = events.SECOND_FACTOR_ADDED, "webauthn"

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        context = super().get_context_data(**given)
        return {**context, "js_data": {"creation_options": auth.begin_registration(self.request.user, True)}}


class RemovePasskey(RecordedChange, RemoveWebAuthnView):
    fact, factor = events.SECOND_FACTOR_REMOVED, "webauthn"
    success_url = reverse_lazy("mfa_index")


# Before allauth's own, at the same addresses.
urlpatterns = [
    path("totp/activate/", AddApp.as_view(), name="mfa_activate_totp"),
    path("totp/deactivate/", RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("recovery-codes/generate/", MakeRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("webauthn/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("webauthn/add/", AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("webauthn/keys/<int:pk>/remove/", RemovePasskey.as_view(), name="mfa_remove_webauthn"),
]
