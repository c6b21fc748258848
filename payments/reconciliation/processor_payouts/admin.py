"""What processors have paid to our bank, and how far each sum has come apart."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, LookOnlyInline, moment, money
from directpay.sagas.models import Saga
from payments.reconciliation.processor_payouts.actions import KIND
from payments.reconciliation.processor_payouts.models import ProcessorPayout, ProcessorPayoutLine


class LineInline(LookOnlyInline):
    model = ProcessorPayoutLine
    amount = money("amount_minor", "amount", currency=lambda line: line.payout.currency)
    kept = money("fee_minor", "kept", currency=lambda line: line.payout.currency)
    fields = ("reference", "kind", "about", "item", "amount", "kept")


@admin.register(ProcessorPayout)
class ProcessorPayoutAdmin(LookOnly):
    amount = money("amount_minor", "amount")
    created = moment("created_at", "told of")
    list_display = ("reference", "processor", "amount", "arrives_on", "standing", "created")
    list_filter = ("processor",)
    search_fields = ("=reference", "=public_id", "=lines__item")
    ordering = ("-created_at", "-id")
    fields = ("reference", "processor", "amount", "arrives_on", "standing", "created", "public_id")
    inlines = (LineInline,)

    @admin.display(description="how far it is")
    def standing(self, payout: ProcessorPayout) -> str:
        """What its saga waits for, or that it is done."""
        saga = Saga.objects.filter(kind=KIND, about=payout.public_id).first()
        return "" if saga is None else saga.waits_for or saga.status
