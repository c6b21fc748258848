"""Lines of our own bank's statement."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, moment, money
from payments.reconciliation.models import BankLine


@admin.register(BankLine)
class BankLineAdmin(LookOnly):
    amount = money("amount_minor", "amount")
    list_display = ("reference", "bank", "rail", "item", "amount", "value_on", "posted")
    posted, reported = moment("posted_at", "posted"), moment("reported_at", "reported")
    list_filter = ("bank", "rail")
    search_fields = ("reference", "item", "public_id")
    ordering = ("-id",)
    fields = ("reference", "bank", "rail", "item", "amount", "value_on", "reported", "posted", "public_id")
