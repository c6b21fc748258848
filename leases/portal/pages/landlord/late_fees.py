"""What a landlord decides about late fees: what is agreed, what is charged, what is forgiven."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_POST

from directpay.kernel.errors import InvalidInput
from directpay.kernel.ids import public_id
from directpay.kernel.money import plain
from directpay.people.actor import LANDLORD
from leases.contracts.late_fee import GRACE_LIMIT, LateFeeTerms, late_fee_terms, percent_text
from leases.contracts.models import Lease
from leases.late_fees.actions.agree import agree_late_fee
from leases.late_fees.actions.decide import approve_late_fee, dismiss_late_fee, waive_late_fee
from leases.late_fees.models import LateFee
from leases.late_fees.queries import visible_late_fees
from leases.portal.pages.pressing import is_done, press, typed_money
from leases.portal.queries.late_fees import policy_of, preset_for, preset_words
from leases.portal.visit import Visit, page_for
from leases.rent.queries import local_today

REFUSALS = (  # what the room may say of a form, for the catalogue
    gettext_noop("A cap is an amount or a percentage, not both."),
    gettext_noop("Say what is charged: an amount, a percentage, a daily amount, or a returned-payment fee."),
    gettext_noop("What fell due already keeps what was agreed for it: choose today or later."),
    gettext_noop("Late fees are agreed at most a year ahead."),
    gettext_noop("A percent has at most two decimals."),
    gettext_noop("This share is too small or too large."),
    gettext_noop("This is not a number."),
    gettext_noop("This fee is charged already."),
    gettext_noop("This fee was dismissed already."),
    gettext_noop("This fee was never charged."),
    gettext_noop("This fee was waived already."),
    gettext_noop("A returned-payment fee is forgiven by a credit for its charge."),
)
AMOUNTS = ("flat_amount", "daily_amount", "cap_amount", "returned_payment_fee")


class PolicyForm(forms.Form):
    grace_days = forms.IntegerField(min_value=0, max_value=GRACE_LIMIT, label=gettext_lazy("Days of grace"))
    flat_amount = forms.CharField(max_length=20, required=False, label=gettext_lazy("Fee, once"))
    percent = forms.CharField(max_length=6, required=False, label=gettext_lazy("Percent, once"))
    basis = forms.ChoiceField(
        choices=[("overdue", gettext_lazy("of what is overdue")), ("rent", gettext_lazy("of the whole rent"))],
        label=gettext_lazy("The percentage is"),
    )
    daily_amount = forms.CharField(max_length=20, required=False, label=gettext_lazy("Fee for each day after that"))
    cap_amount = forms.CharField(max_length=20, required=False, label=gettext_lazy("At most, for one rent"))
    cap_percent = forms.CharField(max_length=6, required=False, label=gettext_lazy("At most, percent of the rent"))
    returned_payment_fee = forms.CharField(max_length=20, required=False, label=gettext_lazy("Fee for a payment that comes back"))
    mode = forms.ChoiceField(
        choices=[
            ("automatic", gettext_lazy("Charged by itself")),
            ("proposed", gettext_lazy("Proposed: you approve each")),
            ("off", gettext_lazy("No more late fees")),
        ],
        label=gettext_lazy("How"),
    )
    per = forms.ChoiceField(
        choices=[("lease", gettext_lazy("All together")), ("party", gettext_lazy("Each by the own share"))],
        label=gettext_lazy("Who is judged"),
    )
    day = forms.DateField(label=gettext_lazy("For rent that falls due from"))

    def __init__(self, *args: Any, lease: Lease, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lease = lease
        if lease.parties.count() == 1:
            del self.fields["per"]

    def clean(self) -> dict[str, Any]:
        """Amounts and percentages as the room reads them; what is wrong stands beside its field."""
        said = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        for name in AMOUNTS:
            if name in said:
                try:
                    said[name] = typed_money(said[name], self.lease.currency)
                except forms.ValidationError as error:
                    self.add_error(name, error)
        if not self.errors:
            try:
                said["terms"] = late_fee_terms(said)
            except InvalidInput as error:
                self.add_error(error.param if error.param in self.fields else None, _(error.message))
        return said


class WaiverForm(forms.Form):
    amount = forms.CharField(max_length=20, label=gettext_lazy("Amount"))
    reason = forms.CharField(max_length=200, label=gettext_lazy("Reason"))

    def __init__(self, *args: Any, fee: LateFee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = fee.lease.currency
        self.fields["amount"].initial = plain(fee.amount_minor, self.currency)

    def clean_amount(self) -> int:
        return typed_money(self.cleaned_data["amount"], self.currency)


@page_for(LANDLORD)
def agree(request: HttpRequest, visit: Visit, lease_id: str) -> HttpResponse:
    """What is agreed from a day on; begun with what is in force, or with what the home's state lets a lease ask for."""
    lease = visit.let(lease_id)
    today, preset = local_today(lease, visit.at), preset_for(lease)
    standing = policy_of(lease, today)
    begun = preset.terms if preset and "preset" in request.GET else standing.terms if standing else None
    first = _typed(begun, lease.currency) | {"day": max(today, lease.start_on)}
    form = PolicyForm(request.POST if request.method == "POST" else None, lease=lease, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def act() -> str:
            return agree_late_fee(lease, said["terms"], from_on=said["day"], actor=visit.actor, at=visit.at).public_id

        if is_done(request, visit, form, act, _("Agreed. It counts for rent that falls due from that day on.")):
            return redirect("landlord_lease", lease_id=lease_id)
    page = {
        "title": _("Late fees"),
        "does": _("What is charged when rent comes late. What fell due before keeps what was agreed for it."),
        "button": _("Agree on it"),
    }
    shown = {"preset": preset_words(preset), "as_of": preset.as_of, "source": preset.source} if preset else None
    context = {"lease": lease, "form": form, "attempt": public_id("at"), "page": page, "today": today, "law": shown}
    return render(request, "portal/landlord/record.html", context, status=422 if form.errors else 200)


@page_for(LANDLORD)
def waive(request: HttpRequest, visit: Visit, fee_id: str) -> HttpResponse:
    fee = _let(visit, fee_id)
    form = WaiverForm(request.POST if request.method == "POST" else None, fee=fee)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def act() -> str:
            done = waive_late_fee(fee, amount_minor=said["amount"], reason=said["reason"], actor=visit.actor, at=visit.at)
            return done.public_id

        if is_done(request, visit, form, act, _("Waived. It stands in the balance now.")):
            return redirect("landlord_lease", lease_id=fee.lease.public_id)
    page = {
        "title": _("Waive a late fee"),
        "does": _(
            "Forgive the fee or a part of it, once. What was paid of it already is kept for the next charge; the renter reads the reason."
        ),
        "button": _("Waive it"),
    }
    context = {"lease": fee.lease, "form": form, "attempt": public_id("at"), "page": page, "today": local_today(fee.lease, visit.at)}
    return render(request, "portal/landlord/record.html", context, status=422 if form.errors else 200)


@require_POST
@page_for(LANDLORD)
def decide(request: HttpRequest, visit: Visit, fee_id: str, verb: str) -> HttpResponse:
    """Approved or dismissed, by one press."""
    fee = _let(visit, fee_id)
    decisions = {
        "approve": (approve_late_fee, _("Charged. It stands in the balance now.")),
        "dismiss": (dismiss_late_fee, _("Dismissed. Nothing was charged.")),
    }
    act, said = decisions[verb]
    press(request, lambda: act(fee, actor=visit.actor, at=visit.at), said)
    return redirect("landlord_lease", lease_id=fee.lease.public_id)


def _let(visit: Visit, fee_id: str) -> LateFee:
    fee = visible_late_fees(visit.actor).filter(public_id=fee_id, lease__unit__property__landlord_id=visit.user.id).first()
    if fee is None:
        raise Http404
    return fee


def _typed(terms: LateFeeTerms | None, currency: str) -> dict[str, Any]:
    """As a person would have typed it."""
    if terms is None:
        return {}
    amounts = (terms.flat_minor, terms.daily_minor, terms.cap_minor, terms.returned_fee_minor)
    typed = {name: plain(minor, currency) for name, minor in zip(AMOUNTS, amounts, strict=True) if minor is not None}
    percents = {"percent": percent_text(terms.percent_bps) or "", "cap_percent": percent_text(terms.cap_bps) or ""}
    return {"grace_days": terms.grace_days, **typed, **percents, "basis": terms.basis, "mode": terms.mode, "per": terms.per}
