"""Fees that differ from the house price."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, money
from payments.pricing.models import RailFee


@admin.register(RailFee)
class RailFeeAdmin(LookOnly):
    fee = money("fee_minor", "fee", lambda fee: "usd")
    list_display = ("payee", "rail", "fee", "fee_payer")
    list_filter = ("rail",)
    list_select_related = ("payee",)
    search_fields = ("payee__name", "payee__public_id")
    ordering = ("payee_id", "rail")
    fields = ("payee", "rail", "fee", "fee_payer")
