"""Payment plans, to look at: they are made and ended through pages and API."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, moment, money
from leases.payment_plans.models import CoveredCharge, PaymentPlan, PlanPart


@admin.register(PaymentPlan)
class PaymentPlanAdmin(LookOnly):
    amount = money("amount_minor", "amount", lambda plan: plan.lease.currency)
    created, changed = moment("created_at", "proposed"), moment("changed_at", "changed")
    list_display = ("public_id", "lease", "party", "status", "amount", "proposed_by", "accepted_on", "ended_on")
    list_filter = ("status", "proposed_by", "fees_go_on")
    list_select_related = ("lease", "party")
    search_fields = ("public_id", "lease__public_id")
    ordering = ("-created_at", "-id")
    fields = (
        "public_id",
        "lease",
        "party",
        "status",
        "amount",
        "grace_days",
        "fees_go_on",
        "proposed_by",
        "note",
        "accepted_on",
        "ended_on",
        "created",
        "changed",
    )


@admin.register(PlanPart)
class PlanPartAdmin(LookOnly):
    amount = money("amount_minor", "amount", lambda part: part.plan.lease.currency)
    list_display = ("plan", "number", "due_on", "amount")
    list_select_related = ("plan__lease",)
    search_fields = ("plan__public_id",)
    ordering = ("-id",)
    fields = ("plan", "number", "due_on", "amount")


@admin.register(CoveredCharge)
class CoveredChargeAdmin(LookOnly):
    amount = money("amount_minor", "amount", lambda one: one.plan.lease.currency)
    list_display = ("plan", "charge", "amount")
    list_select_related = ("plan__lease", "charge")
    search_fields = ("plan__public_id", "charge__public_id")
    ordering = ("-id",)
    fields = ("plan", "charge", "amount")
