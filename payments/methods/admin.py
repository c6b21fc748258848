"""Bank accounts, without their numbers."""

from django.contrib import admin

from directpay.events.look_only import LookOnly
from payments.methods.models import BankAccount


@admin.register(BankAccount)
class BankAccountAdmin(LookOnly):
    list_display = ("public_id", "user", "bank_name", "last4", "account_type", "status", "verification_tries", "created_at")
    list_filter = ("status",)
    list_select_related = ("user",)
    search_fields = ("public_id", "last4", "user__name", "user__email", "user__public_id")
    ordering = ("-id",)
    exclude = ("number_encrypted", "micro_deposits_encrypted", "fingerprint")
