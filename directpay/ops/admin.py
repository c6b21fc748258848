"""The sandbox's clock: to look; `make advance` and the API move it."""

from django.contrib import admin

from directpay.events.look_only import LookOnly
from directpay.ops.models import Clock


@admin.register(Clock)
class ClockAdmin(LookOnly):
    list_display = ("__str__", "frozen_at", "offset_microseconds")
