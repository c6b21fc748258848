"""Staff register apps, give them a new secret and disable them. A secret is shown once, on the page that made it."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from directpay.events.look_only import LookOnly
from directpay.kernel import clock
from directpay.kernel.errors import DirectPayError
from directpay.people.models import Role, User
from directpay.people.oauth.actions import NewSecret, disable_application, register_application, roll_application_secret
from directpay.people.oauth.models import Application
from directpay.people.queries import actor_for_user

FOR_PEOPLE, ALONE = Application.FOR_PEOPLE, Application.FOR_ITS_OWNER
KINDS = (
    (ALONE, "Acts for its owner (client credentials)"),
    (FOR_PEOPLE, "Acts for people who let it in, and keeps a secret (authorization code)"),
    ("public", "Acts for people who let it in, and cannot keep a secret: in a browser, on a telephone"),
)


class RegisterForm(forms.Form):
    owner = forms.ModelChoiceField(User.objects.filter(role__in=[Role.LANDLORD, Role.STAFF], is_active=True).order_by("name"))
    name = forms.CharField(max_length=80, help_text="People read it when they are asked.")
    kind = forms.ChoiceField(choices=KINDS)
    redirect_uris = forms.CharField(
        label="Redirect URIs",
        widget=forms.Textarea({"rows": 3}),
        required=False,
        help_text="One a line, https, to the letter. For apps that people let in, and only for them.",
    )


class ApplicationAdmin(LookOnly):
    """The toolkit registers it for the model (APPLICATION_ADMIN_CLASS)."""

    list_display = ("name", "user", "client_id", "authorization_grant_type", "client_type", "api_version", "created", "disabled_at")
    list_filter = ("authorization_grant_type", "client_type")
    search_fields = ("name", "client_id", "user__name", "user__email")
    list_select_related = ("user",)
    fields = ("name", "user", "client_id", "authorization_grant_type", "client_type", "redirect_uris", "created", "disabled_at")
    actions = ("disable",)
    change_list_template = "people/apps.html"
    change_form_template = "people/app.html"

    def pages(self) -> Sequence[tuple[str, Callable[..., HttpResponseBase], str]]:
        return (
            ("register/", self.register_page, "directpay_application_register"),
            ("<int:app_id>/secret/", self.secret_page, "directpay_application_secret"),
        )

    def has_disable_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("directpay.change_application")

    def register_page(self, request: HttpRequest) -> HttpResponseBase:
        """The form; a POST registers, and shows id and secret."""
        _require(request, "directpay.add_application")
        form = RegisterForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                return self._shown(request, _register(request, form.cleaned_data))
            except DirectPayError as error:
                form.add_error("redirect_uris" if error.param == "redirect_uris" else None, str(error))
        return self.page(request, "people/register_app.html", "Register an app", {"form": form})

    def secret_page(self, request: HttpRequest, app_id: int) -> HttpResponseBase:
        """A POST makes a new secret and shows it: a GET would make one for whoever follows a link."""
        _require(request, "directpay.change_application")
        app = Application.objects.filter(id=app_id).first()
        if request.method != "POST" or app is None:
            return HttpResponseNotAllowed(["POST"])
        actor: Any = actor_for_user(request.user)  # type: ignore[arg-type]
        return self._shown(request, roll_application_secret(actor=actor, at=clock.now(), app=app))

    @admin.action(description="Disable the selected apps", permissions=["disable"])
    def disable(self, request: HttpRequest, apps: QuerySet[Application]) -> HttpResponseBase | None:
        """First says what would stop working; a second POST does it."""
        working = list(apps.filter(disabled_at=None))
        if not self.confirmed(request):
            return self.confirm(request, "people/disable_apps.html", "disable", "Disable apps", working)
        actor: Any = actor_for_user(request.user)  # type: ignore[arg-type]
        for app in working:
            disable_application(actor=actor, at=clock.now(), app=app)
        messages.success(request, f"Disabled {len(working)} apps.")
        return None

    def _shown(self, request: HttpRequest, made: NewSecret) -> HttpResponseBase:
        response = self.page(request, "people/app_secret.html", made.app.name, {"made": made})
        response["Cache-Control"] = "no-store"
        return response


def _register(request: HttpRequest, given: dict[str, Any]) -> NewSecret:
    actor: Any = actor_for_user(request.user)  # type: ignore[arg-type]
    public = given["kind"] == "public"
    return register_application(
        actor=actor,
        at=clock.now(),
        owner=given["owner"],
        name=given["name"],
        grant=FOR_PEOPLE if public else given["kind"],
        public=public,
        redirect_uris=given["redirect_uris"].split(),
    )


def _require(request: HttpRequest, right: str) -> None:
    if not request.user.has_perm(right):
        raise PermissionDenied
