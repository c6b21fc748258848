"""What went back to payers: what did not arrive first; what a payee's refunds do with our fee."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponseBase
from django.utils.safestring import SafeString
from unfold.decorators import display

from directpay.events.look_only import LookOnly, day, exactly, moment, money, state, table
from directpay.events.queries import history_of
from directpay.kernel import clock
from directpay.people.queries import actor_for_user
from payments.refunds.actions.change import see_to_refunds
from payments.refunds.models import Refund, RefundPolicy
from payments.refunds.pages import give_back, set_policy
from payments.refunds.queries import to_look_into

TINTS: Final = {"submitted": "bank", "unknown": "unknown", "succeeded": "refunded", "returned": "returned", "failed": "returned"}


class ToLookInto(admin.SimpleListFilter):
    """The exception list."""

    title = "to look into"
    parameter_name = "to_look_into"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", "It did not arrive, and nobody has seen to it")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(id__in=to_look_into().values("id")) if self.value() else queryset


@admin.register(Refund)
class RefundAdmin(LookOnly):
    amount, clawed, payers_fee = (
        money("amount_minor", "amount"),
        money("clawed_minor", "fee to payee"),
        money("payer_fee_minor", "fee to payer"),
    )
    made, placed, answered = moment("created_at", "made"), moment("placed_at", "handed to the rail"), moment("answered_at", "answered")
    seen = moment("handled_at", "seen to")
    expected, completed = day("expected_on", "expected"), day("completed_on", "completed")
    list_display = ("public_id", "standing", "amount", "payer", "payee", "made", "failure_code", "seen", "why", "payment")
    list_filter = (ToLookInto, "status", "rail")
    list_select_related = ("payment", "payer", "payee")
    search_fields = ("public_id", "payment__public_id", "rail_reference", "payer__name", "payee__name")
    actions = ("see_to",)
    fieldsets = (
        (None, {"fields": ("standing", "amount", "payment", "payer", "payee", "why", "clawed", "payers_fee", "taken_of", "goes_by")}),
        ("When", {"fields": ("made", "expected", "placed", "answered", "completed", "seen")}),
        ("At the rail", {"fields": ("rail_reference", "return_code", "failure_code", "failure_message")}),
        ("What happened", {"fields": ("history",)}),
        ("As it was ordered", {"fields": ("public_id", "version", "metadata")}),
    )

    def pages(self) -> Sequence[tuple[str, Callable[..., HttpResponseBase], str]]:
        return (("of/<int:payment_id>/", partial(give_back, self), "payments_refund_of"),)

    def get_ordering(self, request: HttpRequest) -> Sequence[Any]:
        """Those that somebody has to look into before all others."""
        first = Case(When(id__in=to_look_into().values("id"), then=Value(0)), default=Value(1), output_field=IntegerField())
        return (first.asc(), "-id")

    @display(description="status", ordering="status")
    def standing(self, refund: Refund) -> SafeString:
        return state(refund.status, TINTS.get(refund.status, "sent"))

    @display(description="reason", ordering="reason")
    def why(self, refund: Refund) -> str:
        return refund.reason.replace("_", " ")

    @display(description="taken of")
    def taken_of(self, refund: Refund) -> str:
        return "what had not settled yet" if refund.from_pending else "what was available to the payee"

    @display(description="goes back by")
    def goes_by(self, refund: Refund) -> str:
        return refund.rail.replace("_", " ")

    @display(description="events, oldest first")
    def history(self, refund: Refund) -> SafeString:
        rows = ((exactly(e.at), e.type, e.actor, e.data.get("from") or "", e.data["status"]) for e in history_of(refund.public_id))
        return table(("at", "event", "by", "from", "to"), rows)

    @admin.action(description="Seen to: take these off the list of what to look into")
    def see_to(self, request: HttpRequest, queryset: QuerySet[Refund]) -> HttpResponseBase | None:
        chosen = queryset.filter(id__in=to_look_into().values("id")).select_related("payer")
        rows = list(chosen.order_by("id")[: self.list_max_show_all])
        if not self.confirmed(request):
            return self.confirm(request, "payments/see_to_refunds.html", "see_to", "Seen to", rows)
        actor: Any = actor_for_user(request.user)  # type: ignore[arg-type]
        seen = see_to_refunds(rows, actor=actor, at=clock.now())
        self.message_user(request, f"Seen to: {len(seen)}.", messages.SUCCESS)
        return None


@admin.register(RefundPolicy)
class RefundPolicyAdmin(LookOnly):
    changed = moment("changed_at", "since")
    list_display = ("payee", "our_fee", "changed", "public_id")
    list_select_related = ("payee",)
    search_fields = ("payee__name", "payee__public_id")
    ordering = ("-id",)
    fields = ("public_id", "payee", "our_fee", "changed")
    change_list_template = "payments/refund_policies.html"

    @display(description="our fee, when a payment goes back", ordering="gives_fee_back")
    def our_fee(self, policy: RefundPolicy) -> str:
        return "goes back in proportion" if policy.gives_fee_back else "is kept"

    def pages(self) -> Sequence[tuple[str, Callable[..., HttpResponseBase], str]]:
        return (("set/", partial(set_policy, self), "payments_refundpolicy_set"),)
