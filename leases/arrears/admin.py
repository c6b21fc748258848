"""Who is overdue, for staff to look at: the step `staff` among the steps is where a person is wanted."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, moment, money
from leases.arrears.models import ArrearsCase, ArrearsPolicy, ArrearsStep


@admin.register(ArrearsCase)
class ArrearsCaseAdmin(LookOnly):
    created, changed = moment("created_at", "opened at"), moment("changed_at", "changed")
    list_display = ("public_id", "lease", "party", "since_on", "opened_on", "closed_on", "reason")
    list_filter = (("closed_on", admin.EmptyFieldListFilter), "reason", "steps__kind")
    list_select_related = ("lease", "party")
    search_fields = ("public_id", "lease__public_id")
    ordering = ("-created_at", "-id")
    fields = (
        "public_id",
        "lease",
        "party",
        "policy",
        "since_on",
        "counts_from",
        "opened_on",
        "closed_on",
        "reason",
        "version",
        "created",
        "changed",
    )


@admin.register(ArrearsStep)
class ArrearsStepAdmin(LookOnly):
    overdue = money("overdue_minor", "overdue", lambda step: step.case.lease.currency)
    reached = moment("reached_at", "reached at")
    list_display = ("case", "kind", "level", "overdue", "told", "reached_on")
    list_filter = ("kind", "told", ("case__closed_on", admin.EmptyFieldListFilter))
    list_select_related = ("case__lease",)
    search_fields = ("case__public_id", "case__lease__public_id")
    ordering = ("-reached_at", "-id")
    fields = ("case", "level", "kind", "days", "overdue", "told", "reached_on", "reached")


@admin.register(ArrearsPolicy)
class ArrearsPolicyAdmin(LookOnly):
    created = moment("created_at", "set")
    list_display = ("public_id", "payee", "from_on", "first_days", "standard", "created")
    list_filter = ("standard",)
    list_select_related = ("payee",)
    search_fields = ("public_id", "payee__public_id")
    ordering = ("-created_at", "-id")
    fields = ("public_id", "payee", "from_on", "first_days", "steps", "standard", "created")
