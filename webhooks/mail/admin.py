"""Mails and what became of them: looked at; staff may have one that did not arrive sent again."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase

from directpay.events.look_only import LookOnly, moment
from directpay.kernel import clock
from webhooks.mail.actions.deliver import send_again
from webhooks.mail.models import Message, Preference


@admin.register(Message)
class MessageAdmin(LookOnly):
    created, sent, following = moment("created_at", "written"), moment("sent_at", "sent"), moment("next_at", "next try")
    list_display = ("public_id", "kind", "user", "state", "reason", "attempts", "created", "sent", "following")
    list_filter = ("state", "kind", "language")
    list_select_related = ("user",)
    search_fields = ("public_id", "cause", "about", "user__public_id", "user__email")
    ordering = ("-created_at", "-id")
    actions = ("again",)
    fields = (
        "public_id",
        "kind",
        "user",
        "about",
        "cause",
        "facts",
        "language",
        "state",
        "reason",
        "attempts",
        "message_id",
        "created",
        "sent",
        "following",
    )

    @admin.action(description="Send again")
    def again(self, request: HttpRequest, queryset: QuerySet[Message]) -> HttpResponseBase | None:
        """Those that failed, or were tried as often as they are tried."""
        lost = queryset.filter(state__in=(Message.State.FAILED, Message.State.DEAD)).select_related("user").order_by("id")
        rows = list(lost[: self.list_max_show_all])
        if not self.confirmed(request):
            return self.confirm(request, "webhooks/send_again.html", "again", "Send again", rows)
        self.message_user(request, f"To be sent again: {send_again(rows, at=clock.now())}.", messages.SUCCESS)
        return None


@admin.register(Preference)
class PreferenceAdmin(LookOnly):
    changed = moment("changed_at", "changed")
    list_display = ("user", "quiet_from", "quiet_until", "timezone", "changed")
    list_select_related = ("user",)
    search_fields = ("user__public_id", "user__email")
    ordering = ("-changed_at", "-id")
    fields = ("user", "choices", "quiet_from", "quiet_until", "timezone", "version", "changed")
