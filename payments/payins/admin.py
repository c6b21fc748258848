"""The story of a payment for staff: its state, what happened, and what stands in the books for it."""

from typing import Final

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from directpay.events.look_only import LookOnly, LookOnlyInline, amount, exactly, moment, money, state, table
from directpay.events.queries import history_of
from ledger.journal.models import Entry
from payments.payins.models import Claim, Payment, Status, Transition

TINTS: Final = {
    Status.PROCESSING: "bank",
    Status.COMPLETED: "cleared",
    Status.SETTLED: "cleared",
    Status.RETURNED: "returned",
    Status.UNKNOWN: "unknown",
    Status.FAILED: "",
    Status.CANCELED: "",
}
WHAT = (
    "standing",
    "amount",
    "charged",
    "fee",
    "fee_payer",
    "net",
    "gone_back",
    "payer",
    "payee",
    "bank_account",
    "card",
    "rail",
    "origin",
    "applies_to",
)
WHEN = ("sent", "tendered_on", "placed", "promised", "answered", "completed", "ready", "settled", "returned")
POSTED_FOR = ("payment.completed", "payment.returned", "return.fee")
POSTED_FOR_REFUNDS = ("refund.submitted", "refund.completed", "refund.failed", "refund.returned")


class ClaimInline(LookOnlyInline):
    model = Claim
    amount = money("amount_minor", "amount", lambda claim: claim.payment.currency)
    fields = ("item", "debit_reference", "amount")


@admin.register(Payment)
class PaymentAdmin(LookOnly):
    amount = money("amount_minor", "amount")
    fee = money("fee_minor", "fee")
    charged = money("charged_minor", "charged")
    net, gone_back = money("net_minor", "net"), money("refunded_minor", "given back")
    placed, answered, completed = moment("placed_at", "placed"), moment("answered_at", "answered"), moment("completed_at", "completed")
    ready, settled, returned = moment("ready_at", "ready"), moment("settled_at", "settled"), moment("returned_at", "returned")
    promised = moment("expected_at", "promised")
    list_display = ("public_id", "standing", "amount", "rail", "payer", "payee", "sent", "expected_on", "return_code")
    sent = moment("created_at", "sent")
    list_filter = ("status", "rail")
    list_select_related = ("payer", "payee")
    search_fields = ("public_id", "origin", "rail_reference", "payer__name", "payer__email", "payee__name")
    ordering = ("-id",)
    inlines = (ClaimInline,)
    change_form_template = "payments/payment.html"
    fieldsets = (
        (None, {"fields": WHAT}),
        ("When", {"fields": WHEN}),
        ("At the rail", {"fields": ("rail_reference", "return_code", "failure_code", "decline_code", "failure_message")}),
        ("What happened", {"fields": ("history",)}),
        ("In the books", {"fields": ("postings",)}),
        ("As it was sent", {"fields": ("public_id", "version", "metadata")}),
    )

    @display(description="status", ordering="status")
    def standing(self, payment: Payment) -> SafeString:
        return state(payment.status, TINTS.get(Status(payment.status), "sent"))

    @display(description="events, oldest first")
    def history(self, payment: Payment) -> SafeString:
        events = history_of(payment.public_id)
        return table(
            ("at", "event", "by", "from", "to"),
            ((exactly(e.at), e.type, e.actor, e.data.get("from") or "", e.data["status"]) for e in events),
        )

    @display(description="entries")
    def postings(self, payment: Payment) -> SafeString:
        references = [f"{kind}:{payment.public_id}" for kind in POSTED_FOR]
        references += [f"{kind}:{key}" for key in payment.refunds.values_list("public_id", flat=True) for kind in POSTED_FOR_REFUNDS]
        entries = Entry.objects.filter(transaction__reference__in=references).select_related("transaction", "account").order_by("id")
        rows = (
            (
                e.effective_on,
                e.transaction.reference.partition(":")[0],
                e.account.code,
                amount(e.amount_minor, e.currency) if e.amount_minor > 0 else "",
                amount(-e.amount_minor, e.currency) if e.amount_minor < 0 else "",
            )
            for e in entries
        )
        return table(("effective", "posting", "account", "debit", "credit"), rows)


@admin.register(Claim)
class ClaimAdmin(LookOnly):
    amount = money("amount_minor", "amount", lambda claim: claim.payment.currency)
    list_display = ("payment", "item", "amount", "debit_reference")
    list_select_related = ("payment",)
    search_fields = ("item", "payment__public_id", "debit_reference")
    ordering = ("-id",)
    fields = ("payment", "item", "amount", "debit_reference")


@admin.register(Transition)
class TransitionAdmin(LookOnly):
    list_display = ("machine", "source", "target")
    list_filter = ("machine",)
    ordering = ("machine", "source", "target")
