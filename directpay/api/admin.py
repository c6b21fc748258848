"""Answers that are kept for requests sent again."""

from django.contrib import admin

from directpay.api.models import IdempotencyKey
from directpay.events.look_only import LookOnly


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(LookOnly):
    list_display = ("digest", "status", "moves_money", "created_at")
    list_filter = ("moves_money",)
    search_fields = ("=digest",)
    ordering = ("-created_at",)
    fields = ("digest", "status", "moves_money", "created_at", "parameters_hash", "body")
