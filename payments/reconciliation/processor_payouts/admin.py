"""What processors have paid to our bank, and how far each sum has come apart."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, LookOnlyInline, day, moment, money
from directpay.kernel.money import words
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
    created, arrives = moment("created_at", "told of"), day("arrives_on", "arrives")
    list_display = ("reference", "processor", "amount", "arrives", "how_far", "created")
    list_filter = ("processor",)
    search_fields = ("=reference", "=public_id", "=lines__item")
    ordering = ("-created_at", "-id")
    fields = ("reference", "processor", "amount", "arrives", "how_far", "adds_up", "created", "public_id")
    inlines = (LineInline,)

    @admin.display(description="how far it is")
    def how_far(self, payout: ProcessorPayout) -> str:
        """What its saga waits for, or that it is done."""
        saga = Saga.objects.filter(kind=KIND, about=payout.public_id).first()
        return "" if saga is None else saga.waits_for or saga.status

    @admin.display(description="adds up")
    def adds_up(self, payout: ProcessorPayout) -> str:
        """Its parts, and what they leave unexplained."""
        lines = list(payout.lines.all())
        parts, kept = sum(line.amount_minor for line in lines), sum(line.fee_minor for line in lines)
        told, taken, open_ = (words(minor, payout.currency) for minor in (parts, kept, payout.amount_minor - parts + kept))
        return f"{told} in parts, less {taken} kept. Unexplained: {open_}"
