"""Overpayments that were given back: what of which payment, and how it went."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from directpay.events.look_only import LookOnly, LookOnlyInline, amount, moment, money
from leases.overpayments.models import OverpaymentPart, OverpaymentRefund


class PartInline(LookOnlyInline):
    model = OverpaymentPart
    fields = ("number", "payout", "amount", "payment", "status")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OverpaymentPart]:
        return super().get_queryset(request).select_related("payout").order_by("number")

    @admin.display(description="amount")
    def amount(self, part: OverpaymentPart) -> SafeString:
        return amount(part.payout.amount_minor, part.payout.currency)

    @admin.display(description="of payment")
    def payment(self, part: OverpaymentPart) -> str:
        return part.payout.origin

    @admin.display(description="status")
    def status(self, part: OverpaymentPart) -> str:
        return part.payout.status


@admin.register(OverpaymentRefund)
class OverpaymentRefundAdmin(LookOnly):
    amount = money("amount_minor", "amount", lambda refund: refund.lease.currency)
    came_back = money("came_back_minor", "came back", lambda refund: refund.lease.currency)
    created = moment("created_at", "ordered")
    list_display = ("public_id", "lease", "party", "amount", "refunded_on")
    list_select_related = ("lease", "party")
    search_fields = ("public_id", "lease__public_id", "parts__payout__public_id", "parts__payout__origin")
    ordering = ("-created_at", "-id")
    fields = ("public_id", "lease", "party", "amount", "came_back", "status", "refunded_on", "created", "metadata")
    inlines = (PartInline,)
