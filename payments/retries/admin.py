"""Retries: what failed, how often it was tried again, and when it will be."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, LookOnlyInline, moment, money
from payments.retries.models import Reattempt, Retry


class ReattemptInline(LookOnlyInline):
    model = Reattempt
    fields = ("number", "payment", "description")


@admin.register(Retry)
class RetryAdmin(LookOnly):
    amount = money("amount_minor", "amount", lambda retry: retry.first.currency)
    next, created = moment("next_at", "next try"), moment("created_at", "first failure")
    list_display = ("public_id", "origin", "family", "state", "count", "amount", "next", "reason", "created")
    list_filter = ("state", "family")
    list_select_related = ("first",)
    search_fields = ("public_id", "origin", "first__public_id")
    ordering = ("-created_at", "-id")
    inlines = (ReattemptInline,)
    fields = ("public_id", "origin", "family", "first", "latest", "amount", "count", "failures", "state", "next", "reason", "created")


@admin.register(Reattempt)
class ReattemptAdmin(LookOnly):
    list_display = ("retry", "number", "payment", "description")
    list_select_related = ("retry", "payment")
    search_fields = ("retry__public_id", "payment__public_id")
    ordering = ("-id",)
    fields = ("retry", "number", "payment", "description")
