"""Work that is promised: what waits, and what waits for a person."""

from django.contrib import admin

from directpay.due.models import Due
from directpay.events.look_only import LookOnly, moment


@admin.register(Due)
class DueAdmin(LookOnly):
    list_display = ("queue", "key", "due", "attempts", "parked", "last_error")
    due, parked = moment("due_at", "due"), moment("parked_at", "parked")
    list_filter = (("parked_at", admin.EmptyFieldListFilter),)
    search_fields = ("queue", "key")
    ordering = ("due_at", "id")
