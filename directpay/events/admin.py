"""What has happened, and to whom it was told."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from directpay.events.look_only import LookOnly, as_json, moment
from directpay.events.models import Delivery, Event


@admin.register(Event)
class EventAdmin(LookOnly):
    list_display = ("type", "object_id", "version", "recorded", "actor", "public_id")
    recorded = moment("at", "at")
    search_fields = ("object_id", "public_id", "request_id", "type")
    ordering = ("-id",)
    fields = ("type", "object_id", "version", "recorded", "actor", "request_id", "public_id", "seen_by", "snapshot")

    @display(description="may be seen by")
    def seen_by(self, event: Event) -> str:
        return ", ".join(event.account_ids) or "staff alone"

    @display(description="as it stood after this")
    def snapshot(self, event: Event) -> SafeString:
        return as_json(event.data)


@admin.register(Delivery)
class DeliveryAdmin(LookOnly):
    list_display = ("listener", "event_id", "due", "attempts", "done", "last_error")
    due, done = moment("due_at", "due"), moment("done_at", "done")
    list_filter = (("done_at", admin.EmptyFieldListFilter),)
    search_fields = ("listener", "=event_id")
    ordering = ("-id",)
