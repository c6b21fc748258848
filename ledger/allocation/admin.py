"""Which credit paid which debit."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, money
from ledger.allocation.models import Allocation


@admin.register(Allocation)
class AllocationAdmin(LookOnly):
    amount = money("amount_minor", "amount", lambda allocation: allocation.account.currency)
    list_display = ("id", "account", "credit_entry_id", "debit_entry_id", "amount", "rule", "at")
    list_filter = ("rule",)
    list_select_related = ("account",)
    search_fields = ("=credit_entry_id", "=debit_entry_id", "account__subject")
    ordering = ("-id",)
    fields = ("account", "credit_entry_id", "debit_entry_id", "amount", "rule", "reason", "at")
