"""Setup intents for staff: what was wished, and what came of it."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from directpay.events.look_only import LookOnly, exactly, moment, table
from directpay.events.queries import history_of
from payments.setup_intents.models import SetupIntent
from payments.setup_intents.queries import status_of


@admin.register(SetupIntent)
class SetupIntentAdmin(LookOnly):
    made, canceled = moment("created_at", "made"), moment("canceled_at", "canceled")
    list_display = ("public_id", "standing", "customer", "card", "bank_account", "usage", "made")
    list_filter = ("status", "usage")
    list_select_related = ("customer", "card", "bank_account", "mandate")
    search_fields = ("public_id", "customer__public_id", "customer__name", "customer__email")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("standing", "customer", "card", "bank_account", "mandate", "usage")}),
        ("When", {"fields": ("made", "canceled", "cancellation_reason")}),
        ("Why not", {"fields": ("error_code", "decline_code", "error_message")}),
        ("What happened", {"fields": ("history",)}),
        ("As it was sent", {"fields": ("public_id", "version", "description", "return_url", "metadata", "created_by")}),
    )

    @display(description="status", ordering="status")
    def standing(self, setup: SetupIntent) -> str:
        return status_of(setup)

    @display(description="events, oldest first")
    def history(self, setup: SetupIntent) -> SafeString:
        events = history_of(setup.public_id)
        return table(
            ("at", "event", "by", "from", "to"),
            ((exactly(e.at), e.type, e.actor, e.data.get("from") or "", e.data["status"]) for e in events),
        )
