"""What customers pay with by default, for staff."""

from django.contrib import admin

from directpay.events.look_only import LookOnly
from payments.customers.models import DefaultMethod


@admin.register(DefaultMethod)
class DefaultMethodAdmin(LookOnly):
    list_display = ("user", "card", "bank_account", "changed_at")
    list_select_related = ("user", "card", "bank_account")
    search_fields = ("user__public_id", "user__name", "user__email")
    ordering = ("-id",)
