"""Credits: what is owed no more, and why."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, moment, money
from leases.credits.models import Credit


@admin.register(Credit)
class CreditAdmin(LookOnly):
    amount = money("amount_minor", "amount", lambda credit: credit.lease.currency)
    created = moment("created_at", "recorded")
    list_display = ("public_id", "lease", "party", "kind", "amount", "reason", "granted_on")
    list_filter = ("kind",)
    list_select_related = ("lease", "party")
    search_fields = ("public_id", "lease__public_id", "charge__public_id")
    ordering = ("-created_at", "-id")
    fields = ("public_id", "lease", "party", "charge", "kind", "amount", "reason", "granted_on", "created", "metadata")
