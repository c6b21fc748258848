"""Bank charges: what owners' banks took from them."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, moment, money
from leases.bank_charges.models import BankCharge


@admin.register(BankCharge)
class BankChargeAdmin(LookOnly):
    amount = money("amount_minor", "amount", lambda charge: charge.currency)
    created = moment("created_at", "recorded")
    list_display = ("public_id", "payee", "property", "amount", "charged_on", "description")
    list_select_related = ("payee", "property")
    search_fields = ("public_id", "payee__public_id", "property__public_id")
    ordering = ("-created_at", "-id")
    fields = ("public_id", "payee", "property", "amount", "charged_on", "description", "created", "metadata")
