"""Lines of our own bank's statement."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, money
from payments.reconciliation.models import BankLine


@admin.register(BankLine)
class BankLineAdmin(LookOnly):
    amount = money("amount_minor", "amount")
    list_display = ("reference", "bank", "rail", "item", "amount", "value_on", "posted_at")
    list_filter = ("bank", "rail")
    search_fields = ("reference", "item", "public_id")
    ordering = ("-id",)
    fields = ("reference", "bank", "rail", "item", "amount", "value_on", "reported_at", "posted_at", "public_id")
