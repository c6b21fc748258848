"""Payment intents for staff: what was wished, and the payment that came of it."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from directpay.events.look_only import LookOnly, exactly, moment, money, table
from directpay.events.queries import history_of
from payments.intents.models import PaymentIntent
from payments.intents.queries import status_of

RELATED = ("customer", "payee", "payment", "bank_account")


@admin.register(PaymentIntent)
class PaymentIntentAdmin(LookOnly):
    amount = money("amount_minor", "amount")
    made, canceled = moment("created_at", "made"), moment("canceled_at", "canceled")
    list_display = ("public_id", "standing", "amount", "rail", "customer", "payee", "payment", "made")
    list_filter = ("status", "rail")
    list_select_related = RELATED
    search_fields = ("public_id", "origin", "payment__public_id", "customer__name", "customer__email", "payee__name")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("standing", "amount", "customer", "payee", "bank_account", "rail", "origin", "applies_to", "payment")}),
        ("When", {"fields": ("made", "canceled", "cancellation_reason")}),
        ("What happened", {"fields": ("history",)}),
        ("As it was sent", {"fields": ("public_id", "version", "description", "capture_method", "mandate_data", "metadata", "created_by")}),
    )

    @display(description="status", ordering="status")
    def standing(self, intent: PaymentIntent) -> str:
        return status_of(intent)

    @display(description="events, oldest first")
    def history(self, intent: PaymentIntent) -> SafeString:
        events = history_of(intent.public_id)
        return table(
            ("at", "event", "by", "from", "to"),
            ((exactly(e.at), e.type, e.actor, e.data.get("from") or "", e.data["status"]) for e in events),
        )
