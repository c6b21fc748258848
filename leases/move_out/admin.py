"""Move-outs: until when, at which step, and the refunds that somebody has to look into."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from directpay.events.look_only import LookOnly, LookOnlyInline, exactly, moment, money, table
from directpay.kernel import clock
from directpay.kernel.clock import EASTERN
from leases.move_out.models import Damage, Destination, MoveOut
from leases.move_out.queries import overdue, refunds_to_look_into, saga_of


class DamageInline(LookOnlyInline):
    model = Damage
    cost = money("amount_minor", "amount", lambda damage: damage.move_out.lease.currency)
    fields = ("description", "party", "cost", "charge")


class ToLookInto(admin.SimpleListFilter):
    """The exception list."""

    title = "to look into"
    parameter_name = "to_look_into"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("refund", "A refund was refused or came back")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(id__in=refunds_to_look_into().values("id")) if self.value() else queryset


class Late(admin.SimpleListFilter):
    """Those that somebody has to hurry with."""

    title = "deadline"
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", "Passed, and not closed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        late = overdue(clock.today(EASTERN, clock.now()))
        return queryset.filter(id__in=late.values("id")) if self.value() else queryset


@admin.register(MoveOut)
class MoveOutAdmin(LookOnly):
    closed, begun = moment("closed_at", "closed"), moment("created_at", "begun")
    replaced = moment("replaced_at", "followed by another")
    list_display = ("public_id", "lease", "moved_out_on", "deadline_on", "closed")
    list_filter = (("closed_at", admin.EmptyFieldListFilter), Late)
    list_select_related = ("lease",)
    search_fields = ("public_id", "lease__public_id")
    ordering = ("deadline_on",)
    fields = ("public_id", "lease", "moved_out_on", "deadline_on", "rule", "begun", "closed", "replaced", "steps")
    inlines = (DamageInline,)

    @display(description="steps")
    def steps(self, move_out: MoveOut) -> SafeString:
        saga = saga_of(move_out)
        rows = [(s.name.replace("_", " "), s.status, exactly(s.done_at)) for s in saga.steps.all()] if saga else []
        return table(("step", "status", "done"), rows)


@admin.register(Damage)
class DamageAdmin(LookOnly):
    cost = money("amount_minor", "amount", lambda damage: damage.move_out.lease.currency)
    list_display = ("move_out", "description", "party", "cost", "charge")
    list_select_related = ("move_out__lease", "party", "charge")
    search_fields = ("move_out__public_id", "description")
    ordering = ("-id",)
    fields = ("move_out", "description", "party", "cost", "charge")


@admin.register(Destination)
class DestinationAdmin(LookOnly):
    named = moment("named_at", "named")
    list_display = ("move_out", "deposit", "bank_account", "named")
    list_filter = (ToLookInto,)
    list_select_related = ("move_out", "deposit", "bank_account")
    search_fields = ("move_out__public_id", "deposit__public_id")
    ordering = ("-id",)
    fields = ("move_out", "deposit", "bank_account", "named")
