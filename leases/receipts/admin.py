"""Receipts: what landlords were given by hand."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, moment, money
from leases.receipts.models import Receipt


@admin.register(Receipt)
class ReceiptAdmin(LookOnly):
    amount = money("amount_minor", "amount", lambda receipt: receipt.lease.currency)
    created = moment("created_at", "recorded")
    list_display = ("public_id", "lease", "party", "method", "amount", "received_on", "banked_on", "bounced_on")
    list_filter = ("method", ("banked_on", admin.EmptyFieldListFilter), ("bounced_on", admin.EmptyFieldListFilter))
    list_select_related = ("lease", "party")
    search_fields = ("public_id", "lease__public_id", "slip", "number")
    ordering = ("-created_at", "-id")
    fields = (
        "public_id",
        "lease",
        "party",
        "method",
        "amount",
        "number",
        "note",
        "received_on",
        "banked_on",
        "slip",
        "bounced_on",
        "created",
        "metadata",
    )
