"""The addresses of RFC 6749, 7009, 7662 and 8414. The toolkit's views, with what an attacker may send kept out, and our pages."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from django.views.generic import View
from oauth2_provider.models import Grant, RefreshToken
from oauth2_provider.views import AuthorizationView, RevokeTokenView, TokenView
from oauth2_provider.views.mixins import OAuthLibMixin
from oauthlib.common import Request as ClientRequest

from directpay.events.unit import unit_of_work
from directpay.kernel import clock
from directpay.people.oauth.actions import note_authorization, withdraw_application
from directpay.people.oauth.models import Application
from directpay.people.oauth.queries import apps_of, checksum_of, usable_token
from directpay.people.queries import actor_for_user, mode

GRANTS = ("authorization_code", "client_credentials", "refresh_token")
PARAMETER_LIMIT = 2_000
# An app may not choose to skip the question, nor to have it asked in ways that are for OpenID.
NOT_TAKEN = ("approval_prompt", "prompt", "claims", "nonce", "resource")


def _is_sound(request: HttpRequest) -> bool:
    """PostgreSQL takes no NUL, and nothing here is long; a parameter may not be sent twice (RFC 6749, 3.1 and 3.2)."""
    for given in (request.GET, request.POST):
        for name, values in given.lists():
            if len(values) > 1 or len(values[0]) > PARAMETER_LIMIT or "\0" in name + values[0]:
                return False
    return True


def _refused(error: str, words: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"error": error, "error_description": words}, status=status, headers={"Cache-Control": "no-store"})


class ForPrograms:
    """Addresses that programs POST a form to; everything goes in the body, so that no address in a log holds a secret."""

    http_method_names = ("post", "options")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and (request.GET or not _is_sound(request)):
            return _refused("invalid_request", "Send each parameter once, in the body of the form.")
        return super().dispatch(request, *args, **kwargs)


@method_decorator(csrf_exempt, name="dispatch")
class Token(ForPrograms, TokenView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("grant_type") not in GRANTS:
            return _refused("unsupported_grant_type", f"grant_type is one of {', '.join(GRANTS)}.")
        with unit_of_work():
            _hold(request.POST.get("code", ""), request.POST.get("refresh_token", ""))
            return super().post(request, *args, **kwargs)


def _hold(code: str, refresh_token: str) -> None:
    """Lock what is given in exchange: of two who bring the same, the second waits, and finds it used."""
    list(Grant.objects.select_for_update().filter(code=code))
    list(RefreshToken.objects.select_for_update().filter(token_checksum=checksum_of(refresh_token)))


@method_decorator(csrf_exempt, name="dispatch")
class Revoke(ForPrograms, RevokeTokenView):
    pass


@method_decorator(csrf_exempt, name="dispatch")
class Introspect(ForPrograms, OAuthLibMixin, View):
    """RFC 7662, for an app that asks of its own access tokens: of all others it is told that they open nothing."""

    def post(self, request: HttpRequest) -> HttpResponse:
        core = self.get_oauthlib_core()
        asked = ClientRequest(*core._extract_params(request))
        if not core.server.request_validator.authenticate_client(asked):
            return _refused("invalid_client", "Send the app's id and secret.", 401)
        at = clock.now()
        key = usable_token(request.POST.get("token", ""), lambda: at)
        if key is None or not key.actor.label.startswith(f"app:{asked.client.client_id}"):
            return JsonResponse({"active": False}, headers={"Cache-Control": "no-store"})
        return JsonResponse(
            {
                "active": True,
                "scope": " ".join(key.scopes),
                "client_id": asked.client.client_id,
                "sub": key.actor.user_public_id,
                "token_type": "Bearer",
                "livemode": mode() == "live",
            },
            headers={"Cache-Control": "no-store"},
        )


class Authorize(AuthorizationView):
    """Asks a person, every time."""

    template_name = "oauth/authorize.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not _is_sound(request):
            return render(request, self.template_name, {}, status=400)
        if any(name in request.GET for name in NOT_TAKEN):
            asked = request.GET.copy()
            for name in NOT_TAKEN:
                asked.pop(name, None)
            request.GET, request.META["QUERY_STRING"] = asked, asked.urlencode()  # type: ignore[assignment]
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """The toolkit sends a refusal wherever the form says: so the address is asked again first."""
        app = Application.objects.select_related("user").filter(client_id=form.cleaned_data["client_id"]).first()
        if app is None or not app.is_usable(None) or not app.redirect_uri_allowed(form.cleaned_data["redirect_uri"]):
            return self.render_to_response({}, status=400)
        with unit_of_work():
            response = super().form_valid(form)
            if form.cleaned_data["allow"] and "code=" in urlsplit(response.get("Location", "")).query:
                user: Any = self.request.user
                note_authorization(actor=actor_for_user(user), at=clock.now(), app=app, user=user)
        return response

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        """The form leads to the app's own address, which the page's policy must let it."""
        response = super().render_to_response(context, **options)
        target = urlsplit(context.get("redirect_uri") or "")
        if target.netloc:
            response._csp_update = {"form-action": [f"{target.scheme}://{target.netloc}"]}
        response["Cache-Control"] = "no-store"
        return response


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def apps(request: HttpRequest) -> HttpResponse:
    """The apps that a person has let in; a POST takes back what one of them holds."""
    user: Any = request.user
    if request.method == "POST":
        app = get_object_or_404(Application, client_id=request.POST.get("app", "").replace("\0", ""))
        withdraw_application(actor=actor_for_user(user), at=clock.now(), app=app, user=user)
        messages.success(request, _("The app has no access any more."))
        return redirect("apps")
    return render(request, "oauth/apps.html", {"apps": list(apps_of(user, clock.now()).order_by("name", "id"))})
