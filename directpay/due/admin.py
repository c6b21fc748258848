"""Work that is promised: what waits, and what waits for a person."""

from django.contrib import admin

from directpay.due.models import Due
from directpay.events.look_only import LookOnly


@admin.register(Due)
class DueAdmin(LookOnly):
    list_display = ("queue", "key", "due_at", "attempts", "parked_at", "last_error")
    list_filter = (("parked_at", admin.EmptyFieldListFilter),)
    search_fields = ("queue", "key")
    ordering = ("due_at", "id")
