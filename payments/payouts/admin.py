"""Settlements: what became available, and of which payments it is made. Payouts: what was sent."""

from typing import Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from directpay.events.look_only import LookOnly, LookOnlyInline, exactly, moment, money, state, table
from directpay.events.queries import history_of
from payments.payouts.models import Payout, Settlement, SettlementLine

TINTS: Final = {"in_transit": "bank", "unknown": "unknown", "paid": "cleared", "returned": "returned", "failed": ""}


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


@admin.register(Payout)
class PayoutAdmin(LookOnly):
    amount, interest = money("amount_minor", "amount"), money("interest_minor", "of it interest")
    made, placed, answered = moment("created_at", "made"), moment("placed_at", "handed to the rail"), moment("answered_at", "answered")
    list_display = ("public_id", "standing", "purpose", "amount", "payee", "bank_account", "made", "return_code")
    list_filter = ("status", "purpose")
    list_select_related = ("payee", "bank_account")
    search_fields = ("public_id", "origin", "rail_reference", "payee__name")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("standing", "purpose", "amount", "interest", "payee", "bank_account", "rail", "origin", "trust_bank", "party")}),
        ("When", {"fields": ("made", "expected_on", "placed", "answered", "paid_on")}),
        ("At the rail", {"fields": ("rail_reference", "return_code", "failure_code", "failure_message")}),
        ("What happened", {"fields": ("history",)}),
        ("As it was ordered", {"fields": ("public_id", "version", "metadata")}),
    )

    @display(description="status", ordering="status")
    def standing(self, payout: Payout) -> SafeString:
        return state(payout.status, TINTS.get(payout.status, "sent"))

    @display(description="events, oldest first")
    def history(self, payout: Payout) -> SafeString:
        rows = ((exactly(e.at), e.type, e.actor, e.data.get("from") or "", e.data["status"]) for e in history_of(payout.public_id))
        return table(("at", "event", "by", "from", "to"), rows)
