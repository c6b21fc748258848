"""Sagas: which step each stands at, what it waits for; "resume" looks at it now."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.safestring import SafeString
from unfold.decorators import display

from directpay.events.look_only import LookOnly, LookOnlyInline, moment, state
from directpay.kernel import clock
from directpay.people.queries import actor_for_user
from directpay.sagas.actions import resume_saga
from directpay.sagas.models import Saga, Step

TINTS = {"running": "bank", "done": "cleared", "compensating": "returned", "compensated": ""}


class StepInline(LookOnlyInline):
    model = Step
    done, compensated = moment("done_at", "done"), moment("compensated_at", "taken back")
    fields = ("position", "name", "status", "done", "compensated")


@admin.register(Saga)
class SagaAdmin(LookOnly):
    begun, changed = moment("created_at", "begun"), moment("changed_at", "changed")
    list_display = ("public_id", "kind", "about", "standing", "waits_for", "begun", "changed")
    list_filter = ("status", "kind")
    search_fields = ("public_id", "about")
    ordering = ("-id",)
    fields = ("public_id", "kind", "about", "standing", "waits_for", "last_error", "begun", "changed", "version")
    inlines = (StepInline,)
    actions = ("resume",)

    @display(description="status", ordering="status")
    def standing(self, saga: Saga) -> SafeString:
        return state(saga.status, TINTS[saga.status])

    @admin.action(description="Resume: look at these now")
    def resume(self, request: HttpRequest, queryset: QuerySet[Saga]) -> HttpResponseBase | None:
        sagas = list(queryset.order_by("id"))
        if not self.confirmed(request):
            return self.confirm(request, "people/confirm_resume.html", "resume", "Resume", sagas)
        for saga in sagas:
            resume_saga(saga, actor=actor_for_user(request.user), at=clock.now())  # type: ignore[arg-type]
        self.message_user(request, f"{len(sagas)} looked at again.", messages.SUCCESS)
        return None


@admin.register(Step)
class StepAdmin(LookOnly):
    done = moment("done_at", "done")
    list_display = ("saga", "position", "name", "status", "done")
    list_select_related = ("saga",)
    search_fields = ("saga__public_id", "saga__about", "name")
    ordering = ("-saga", "position")
