"""Late fees and what was agreed on them. Money is charged and waived by landlords, through pages and API."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, moment, money
from leases.contracts.models import LateFeePolicy
from leases.late_fees.models import LateFee


@admin.register(LateFee)
class LateFeeAdmin(LookOnly):
    amount = money("amount_minor", "amount", lambda fee: fee.lease.currency)
    overdue = money("overdue_minor", "overdue", lambda fee: fee.lease.currency)
    waived = money("waived_minor", "waived", lambda fee: fee.lease.currency)
    created = moment("created_at", "recorded")
    list_display = ("public_id", "lease", "party", "kind", "reason_on", "amount", "status", "waived", "assessed_on")
    list_filter = ("kind", "status")
    list_select_related = ("lease", "party")
    search_fields = ("public_id", "lease__public_id", "charge__public_id", "cause")
    ordering = ("-created_at", "-id")
    fields = (
        "public_id",
        "lease",
        "party",
        "policy",
        "kind",
        "charge",
        "day",
        "cause",
        "reason_on",
        "overdue",
        "amount",
        "status",
        "fee_charge",
        "assessed_on",
        "waived",
        "waived_on",
        "waiver_reason",
        "created",
    )


@admin.register(LateFeePolicy)
class LateFeePolicyAdmin(LookOnly):
    flat = money("flat_minor", "flat", lambda policy: policy.lease.currency)
    daily = money("daily_minor", "daily", lambda policy: policy.lease.currency)
    cap = money("cap_minor", "cap", lambda policy: policy.lease.currency)
    returned = money("returned_fee_minor", "returned payment", lambda policy: policy.lease.currency)
    created = moment("created_at", "agreed")
    list_display = ("public_id", "lease", "from_on", "grace_days", "flat", "percent_bps", "daily", "mode")
    list_filter = ("mode", "per")
    list_select_related = ("lease",)
    search_fields = ("public_id", "lease__public_id")
    ordering = ("-created_at", "-id")
    fields = (
        "public_id",
        "lease",
        "from_on",
        "grace_days",
        "flat",
        "percent_bps",
        "basis",
        "daily",
        "cap",
        "cap_bps",
        "mode",
        "per",
        "returned",
        "created",
    )
