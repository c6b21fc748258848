"""Autopays and their runs: looked at; staff may pause one."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase

from directpay.events.look_only import LookOnly, LookOnlyInline, moment, money
from directpay.kernel import clock
from directpay.people.models import User
from directpay.people.queries import actor_for_user
from leases.autopay.actions.stopping import pause_autopay
from leases.autopay.models import Autopay, AutopayAttempt, AutopayRun

BY_STAFF = "paused_by_staff"


def _currency(run: AutopayRun) -> str:
    return run.autopay.lease.currency


class RunInline(LookOnlyInline):
    model = AutopayRun
    amount = money("amount_minor", "amount", _currency)
    fields = ("public_id", "run_on", "status", "reason", "amount")
    ordering = ("-run_on",)


class AttemptInline(LookOnlyInline):
    model = AutopayAttempt
    fields = ("number", "kind", "payment")


@admin.register(Autopay)
class AutopayAdmin(LookOnly):
    amount = money("amount_minor", "amount", lambda autopay: autopay.lease.currency)
    cap = money("cap_minor", "cap", lambda autopay: autopay.lease.currency)
    created = moment("created_at", "turned on")
    list_display = ("public_id", "lease", "user", "status", "reason", "mode", "amount", "created")
    list_filter = ("status", "mode")
    list_select_related = ("lease", "user")
    search_fields = ("public_id", "lease__public_id", "user__public_id", "user__email")
    ordering = ("-created_at", "-id")
    inlines = (RunInline,)
    actions = ("pause",)
    fields = (
        "public_id",
        "lease",
        "user",
        "status",
        "reason",
        "by",
        "mode",
        "amount",
        "day_of_month",
        "rail",
        "bank_account",
        "mandate",
        "backup_account",
        "backup_mandate",
        "cap",
        "cap_percent",
        "created",
        "metadata",
    )

    @admin.action(description="Pause")
    def pause(self, request: HttpRequest, queryset: QuerySet[Autopay]) -> HttpResponseBase | None:
        """Those that are on; runs go by until somebody resumes them."""
        rows = list(queryset.filter(status=Autopay.Status.ACTIVE).select_related("lease", "user").order_by("id")[: self.list_max_show_all])
        if not self.confirmed(request):
            return self.confirm(request, "leases/pause_autopays.html", "pause", "Pause autopay", rows)
        staff: User = request.user  # type: ignore[assignment]
        for row in rows:
            pause_autopay(row, reason=BY_STAFF, actor=actor_for_user(staff), at=clock.now())
        self.message_user(request, f"Paused: {len(rows)}.", messages.SUCCESS)
        return None


@admin.register(AutopayRun)
class AutopayRunAdmin(LookOnly):
    amount, told = money("amount_minor", "amount", _currency), money("told_minor", "announced", _currency)
    run = moment("run_at", "due")
    list_display = ("public_id", "autopay", "run_on", "status", "reason", "told", "amount")
    list_filter = ("status",)
    list_select_related = ("autopay__lease",)
    search_fields = ("public_id", "autopay__public_id")
    ordering = ("-created_at", "-id")
    inlines = (AttemptInline,)
    fields = ("public_id", "autopay", "run_on", "run", "status", "reason", "told_days", "told", "amount")


@admin.register(AutopayAttempt)
class AutopayAttemptAdmin(LookOnly):
    list_display = ("run", "number", "kind", "payment")
    list_select_related = ("run", "payment")
    list_filter = ("kind",)
    search_fields = ("run__public_id", "payment__public_id")
    ordering = ("-id",)
    fields = ("run", "number", "kind", "payment")
