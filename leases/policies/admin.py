"""Payment policies: what is taken on a lease, version by version."""

from django.contrib import admin

from directpay.events.look_only import LookOnly
from leases.policies.models import PaymentPolicy


@admin.register(PaymentPolicy)
class PaymentPolicyAdmin(LookOnly):
    list_display = ("lease", "version", "partial", "blocked", "certified_funds", "prepayment", "order", "created_at")
    list_select_related = ("lease",)
    list_filter = ("partial", "blocked", "certified_funds", "order")
    search_fields = ("lease__public_id",)
    ordering = ("-id",)
