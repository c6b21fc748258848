"""Staff's view of people and keys: to look, and to revoke. Nothing is typed in, nothing is deleted, no secret is shown."""

from axes.models import AccessAttempt
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from directpay.events.look_only import LookOnly
from directpay.kernel import clock
from directpay.people.actions import lift_locks, remove_second_factors, revoke_api_key
from directpay.people.models import ApiKey, Payee, User
from directpay.people.queries import actor_for_user


class Private(LookOnly):
    """For those of the staff who were given the right to view them, not for all."""

    has_view_permission = ModelAdmin.has_view_permission
    has_module_permission = ModelAdmin.has_module_permission


@admin.register(User)
class UserAdmin(Private):
    list_display = ("name", "email", "role", "is_active", "public_id", "created_at")
    list_filter = ("role", "is_active")
    search_fields = ("name", "email", "public_id")
    list_select_related = ("created_by",)
    exclude = ("password", "groups", "user_permissions")
    actions = ("remove_second_factors",)

    def has_remove_second_factors_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("mfa.delete_authenticator")

    @admin.action(description="Remove their second factors", permissions=["remove_second_factors"])
    def remove_second_factors(self, request: HttpRequest, people: QuerySet[User]) -> HttpResponse | None:
        """For those who have lost telephone, keys and codes. First says whom it is about; a second POST does it."""
        chosen = list(people)
        if not self.confirmed(request):
            return self.confirm(request, "people/remove_second_factors.html", "remove_second_factors", "Remove second factors", chosen)
        actor, at = actor_for_user(request.user), clock.now()  # type: ignore[arg-type]
        removed = sum(remove_second_factors(actor=actor, at=at, user=person) for person in chosen)
        messages.success(request, f"Removed {removed} second factors of {len(chosen)} people.")
        return None


@admin.register(Payee)
class PayeeAdmin(Private):
    list_display = ("name", "owner", "public_id", "created_at")
    search_fields = ("name", "public_id", "owner__name", "owner__email")
    list_select_related = ("owner",)


@admin.register(ApiKey)
class ApiKeyAdmin(Private):
    list_display = ("shown", "name", "owner", "kind", "mode", "api_version", "last_used_at", "expires_at", "revoked_at")
    list_filter = ("kind", "mode")
    search_fields = ("public_id", "shown", "name", "owner__email")
    list_select_related = ("owner",)
    exclude = ("secret_hash",)
    actions = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("directpay.change_apikey")

    @admin.action(description="Revoke the selected keys", permissions=["revoke"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> HttpResponse | None:
        """First says what would stop working; a second POST does it."""
        working = list(keys.filter(revoked_at=None).select_related("owner"))
        if not self.confirmed(request):
            return self.confirm(request, "people/revoke_keys.html", "revoke", "Revoke API keys", working)
        actor, at = actor_for_user(request.user), clock.now()  # type: ignore[arg-type]
        for key in working:
            revoke_api_key(actor=actor, at=at, key=key)
        messages.success(request, f"Revoked {len(working)} API keys.")
        return None


@admin.register(AccessAttempt)
class AccessAttemptAdmin(Private):
    """Wrong tries at the door, and how to let somebody try again."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time", "user_agent")
    search_fields = ("username", "ip_address")
    exclude = ("get_data", "post_data", "http_accept")
    actions = ("lift",)

    def has_lift_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("axes.delete_accessattempt")

    @admin.action(description="Let them try again", permissions=["lift"])
    def lift(self, request: HttpRequest, attempts: QuerySet[AccessAttempt]) -> HttpResponse | None:
        """First says who may try again; a second POST does it."""
        chosen = list(attempts)
        if not self.confirmed(request):
            return self.confirm(request, "people/lift_locks.html", "lift", "Let them try again", chosen)
        lifted = lift_locks(actor=actor_for_user(request.user), at=clock.now(), attempts=chosen)  # type: ignore[arg-type]
        messages.success(request, f"Forgot the wrong tries of {lifted} rows.")
        return None
