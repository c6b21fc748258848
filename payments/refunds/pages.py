"""The page on which staff gives a payment back: how much, then what it would move, then doing it, once."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from directpay.events.look_only import LookOnly
from directpay.kernel import clock
from directpay.kernel.errors import DirectPayError
from directpay.kernel.ids import public_id
from directpay.kernel.money import minor_of, plain, words
from directpay.people.models import Payee
from directpay.people.queries import actor_for_user
from payments.payins.models import Payment
from payments.payins.queries import with_related
from payments.refunds.actions.change import set_refund_policy
from payments.refunds.actions.create import refund_payment
from payments.refunds.actions.preview import Preview, preview_refund
from payments.refunds.models import Refund

TEMPLATE: Final = "payments/refund.html"
REASONS: Final = (
    ("requested_by_customer", "The payer asked for it"),
    ("duplicate", "It was paid twice"),
    ("fraudulent", "It was not the payer who paid"),
    ("other", "Another reason"),
)


class RefundForm(forms.Form):
    amount = forms.CharField(max_length=20)
    reason = forms.ChoiceField(choices=REASONS)
    once = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self) -> int:
        minor = minor_of(self.cleaned_data["amount"], self.currency)
        if not minor:
            raise forms.ValidationError("Enter an amount such as 50.00.")
        return minor


def give_back(page: LookOnly, request: HttpRequest, payment_id: int) -> HttpResponseBase:
    """GET: the form. POST: what it would move, and with the confirmation that this gives, doing it. A form does it once."""
    payment = with_related().filter(id=payment_id).first()
    if payment is None:
        raise Http404
    first = {"amount": plain(payment.refundable_minor, payment.currency), "reason": REASONS[0][0]}
    form = RefundForm(request.POST if request.method == "POST" else None, initial=first, currency=payment.currency)
    context: dict[str, Any] = {"form": form, "payment": payment, "left": words(payment.refundable_minor, payment.currency)}
    context["whole"] = words(payment.amount_minor, payment.currency)
    if request.method == "POST" and form.is_valid():
        try:
            if page.confirmed(request) and form.cleaned_data["once"]:
                return _done(request, payment, form)
            context["preview"] = _printed(preview_refund(payment, form.cleaned_data["amount"], at=clock.now()))
            context["typed"] = {"amount": form.data["amount"], "reason": form.cleaned_data["reason"], "once": public_id("form")}
        except DirectPayError as refused:
            form.add_error("amount" if refused.param == "amount" else None, refused.message)
    status = 422 if form.is_bound and not form.is_valid() else 200
    return page.page(request, TEMPLATE, "Give a payment back", context, status=status)


def _done(request: HttpRequest, payment: Payment, form: RefundForm) -> HttpResponseBase:
    given = form.cleaned_data
    actor = actor_for_user(request.user)  # type: ignore[arg-type]
    made: Refund = refund_payment(payment, given["amount"], reason=given["reason"], once=given["once"], actor=actor, at=clock.now())
    messages.success(request, f"{words(made.amount_minor, made.currency)} is on its way back.")
    return redirect("admin:payments_refund_change", made.pk)


class PolicyForm(forms.Form):
    payee = forms.ModelChoiceField(Payee.objects.order_by("name"), empty_label=None)
    fee = forms.ChoiceField(
        label="Our fee, when a payment goes back",
        choices=[("keep", "is kept"), ("back", "goes back in proportion, to whoever paid it")],
        help_text="For refunds from now on. What went back already keeps what it was.",
    )


def set_policy(page: LookOnly, request: HttpRequest) -> HttpResponseBase:
    """What a payee's refunds do with our fee; without a word of it the fee is kept."""
    form = PolicyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        payee, gives = form.cleaned_data["payee"], form.cleaned_data["fee"] == "back"
        actor = actor_for_user(request.user)  # type: ignore[arg-type]
        set_refund_policy(payee, gives_fee_back=gives, actor=actor, at=clock.now())
        messages.success(request, f"{payee.name}: our fee {'goes back in proportion' if gives else 'is kept'}.")
        return redirect("admin:payments_refundpolicy_changelist")
    return page.page(request, "payments/refund_policy.html", "Our fee and refunds", {"form": form}, status=422 if form.is_bound else 200)


def _printed(preview: Preview) -> dict[str, Any]:
    currency = preview.terms.payment.currency

    def said(minor: int) -> str:
        return words(minor, currency)

    rows = [
        {
            "code": move.code,
            "name": move.name,
            "debit": said(move.signed_minor) if move.signed_minor > 0 else "",
            "credit": said(-move.signed_minor) if move.signed_minor < 0 else "",
            "before": said(move.before_minor),
            "after": said(move.after_minor),
        }
        for move in preview.moves
    ]
    ahead = preview.owed_after_minor < 0
    terms = preview.terms
    return {
        "rows": rows,
        "debits": said(sum(move.signed_minor for move in preview.moves if move.signed_minor > 0)),
        "credits": said(-sum(move.signed_minor for move in preview.moves if move.signed_minor < 0)),
        "amount": said(terms.amount_minor),
        "sent": said(preview.sent_minor),
        "taken": said(terms.taken_minor),
        "from": "what has not settled yet" if terms.from_pending else "what is available",
        "fee": said(terms.clawed_minor + terms.payer_fee_minor),
        "fee_to": "the payee" if terms.payment.fee_payer == "payee" else "the payer",
        "fee_goes": terms.gives_fee_back,
        "expected_on": preview.expected_on,
        "owed": said(abs(preview.owed_after_minor)),
        "ahead": ahead,
    }
