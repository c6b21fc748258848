"""Properties and their units."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, LookOnlyInline
from leases.properties.models import Property, Unit


class UnitInline(LookOnlyInline):
    model = Unit
    fields = ("name", "public_id", "created_at")
    ordering = ("name",)


@admin.register(Property)
class PropertyAdmin(LookOnly):
    list_display = ("name", "landlord", "payee", "line1", "city", "state", "timezone", "currency")
    list_select_related = ("landlord", "payee")
    search_fields = ("name", "public_id", "line1", "landlord__name")
    ordering = ("-id",)
    inlines = (UnitInline,)


@admin.register(Unit)
class UnitAdmin(LookOnly):
    list_display = ("name", "property", "public_id", "created_at")
    list_select_related = ("property",)
    search_fields = ("name", "public_id", "property__name")
    ordering = ("-id",)
