"""Charges: what falls due on a lease."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, moment, money
from leases.rent.models import Charge


@admin.register(Charge)
class ChargeAdmin(LookOnly):
    amount = money("amount_minor", "amount", lambda charge: charge.lease.currency)
    list_display = ("public_id", "lease", "category", "due_on", "amount", "posted")
    posted = moment("posted_at", "posted")
    list_filter = ("category", ("posted_at", admin.EmptyFieldListFilter))
    list_select_related = ("lease",)
    search_fields = ("public_id", "lease__public_id")
    ordering = ("-due_on", "-id")
    fields = (
        "public_id",
        "lease",
        "party",
        "category",
        "description",
        "scheduled",
        "due_on",
        "period_start",
        "period_end",
        "amount",
        "posted",
    )
