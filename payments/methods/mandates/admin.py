"""Mandates: who allowed which account to be debited, in which words."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, moment
from payments.methods.mandates.models import Mandate


@admin.register(Mandate)
class MandateAdmin(LookOnly):
    accepted, revoked = moment("accepted_at", "agreed"), moment("revoked_at", "revoked")
    list_display = ("public_id", "user", "bank_account", "accepted", "revoked", "revoked_reason")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "language", "text_version")
    list_select_related = ("user", "bank_account")
    search_fields = ("public_id", "user__public_id", "bank_account__public_id")
    ordering = ("-created_at", "-id")
    fields = (
        "public_id",
        "user",
        "bank_account",
        "text",
        "text_version",
        "language",
        "acceptance",
        "accepted",
        "ip_address",
        "user_agent",
        "revoked",
        "revoked_reason",
        "metadata",
    )
