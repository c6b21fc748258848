"""Cards: what is printed on them but the number."""

from django.contrib import admin

from directpay.events.look_only import LookOnly
from payments.methods.cards.models import Card, CardToken


@admin.register(Card)
class CardAdmin(LookOnly):
    list_display = ("public_id", "user", "brand", "last4", "exp_month", "exp_year", "funding", "processor", "detached_at", "created_at")
    list_filter = ("brand", "processor")
    list_select_related = ("user",)
    search_fields = ("public_id", "last4", "user__name", "user__email", "user__public_id")
    ordering = ("-id",)
    exclude = ("fingerprint",)


@admin.register(CardToken)
class CardTokenAdmin(LookOnly):
    list_display = ("public_id", "created_by", "brand", "last4", "created_at", "expires_at", "used_at")
    list_select_related = ("created_by",)
    search_fields = ("public_id", "last4")
    ordering = ("-id",)
    exclude = ("fingerprint",)
