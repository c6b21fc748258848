"""Settlements: what became available, and of which payments it is made."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from directpay.events.look_only import LookOnly, LookOnlyInline, moment, money
from payments.payouts.models import Settlement, SettlementLine


class LineInline(LookOnlyInline):
    model = SettlementLine
    net = money("net_minor", "net", lambda line: line.payment.currency)
    fields = ("payment", "net")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SettlementLine]:
        return super().get_queryset(request).select_related("payment")


@admin.register(Settlement)
class SettlementAdmin(LookOnly):
    gross, fee, net = money("gross_minor", "gross"), money("fee_minor", "fees"), money("net_minor", "net")
    list_display = ("public_id", "payee", "count", "gross", "fee", "net", "made")
    made = moment("created_at", "made")
    list_select_related = ("payee",)
    search_fields = ("public_id", "payee__name", "lines__payment__public_id")
    ordering = ("-id",)
    fields = ("public_id", "payee", "count", "gross", "fee", "net", "made")
    inlines = (LineInline,)


@admin.register(SettlementLine)
class SettlementLineAdmin(LookOnly):
    net = money("net_minor", "net", lambda line: line.payment.currency)
    list_display = ("settlement", "payment", "net")
    list_select_related = ("settlement", "payment")
    search_fields = ("settlement__public_id", "payment__public_id")
    ordering = ("-id",)
    fields = ("settlement", "payment", "net")
