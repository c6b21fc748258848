"""A form on which a landlord records something of a lease, once per page however often its button is pressed."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directpay.api.idempotency import KeyInUse
from directpay.kernel.errors import DirectPayError
from directpay.kernel.ids import public_id
from leases.contracts.models import Lease, Party
from leases.portal.actions import pressed_once
from leases.portal.queries.sheet import minor_of
from leases.portal.visit import Visit
from leases.rent.queries import local_today

FIELDS = {  # what an error names → what the form calls it
    "received_on": "day",
    "due_date": "day",
    "end_date": "day",
    "from_date": "day",
    "renter": "party",
    "rent_amount": "amount",
}


class OfLease(forms.Form):
    """Of one lease; a day is today unless something else is said."""

    def __init__(self, *args: Any, lease: Lease, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lease = lease
        if "day" in self.fields and self.fields["day"].required:
            self.fields["day"].initial = day

    def minor(self, name: str) -> int | None:
        """What was typed into a field of money, in minor units; None where nothing was."""
        if not self.cleaned_data[name]:
            return None
        typed = minor_of(self.cleaned_data[name], self.lease.currency)
        if not typed or typed <= 0:
            raise forms.ValidationError(_("Enter an amount such as 500.00."))
        return typed


class Recorded(OfLease):
    """So much, of one party. `lease` gives the parties to choose from, where each owes a share."""

    amount = forms.CharField(max_length=20, label=gettext_lazy("Amount"))

    def __init__(self, *args: Any, lease: Lease, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, lease=lease, day=day, **kwargs)
        parties = sorted(lease.parties.all(), key=lambda party: party.id)
        self.by_label = {party.label: party for party in parties}
        if len(parties) > 1:
            names = {r.party_id: r.user.name for r in lease.renters.all()}
            choices = [(party.label, names.get(party.id, party.label)) for party in parties]
            everybody = self.everybody()
            self.fields["party"] = forms.ChoiceField(choices=[*everybody, *choices], required=not everybody, label=_("Whose"))

    def everybody(self) -> list[tuple[str, str]]:
        """The choice of none in particular, where it can be all of them."""
        return []

    @property
    def party(self) -> Party:
        """Whose, where each owes a share; else the one party."""
        if len(self.by_label) == 1:
            return next(iter(self.by_label.values()))
        return self.by_label[self.cleaned_data["party"]]

    def clean_amount(self) -> int | None:
        return self.minor("amount")


class Page(NamedTuple):
    form: type[OfLease]
    act: Callable[..., str]
    title: Any
    does: Any
    button: Any
    done: Any  # what is said afterwards


def show(page: Page, request: HttpRequest, visit: Visit, lease_id: str) -> HttpResponse:
    """The form, or what became of it."""
    lease = visit.let(lease_id)
    day = local_today(lease, visit.at)
    form = page.form(request.POST if request.method == "POST" else None, lease=lease, day=day)
    if request.method == "POST" and form.is_valid():
        try:
            pressed_once(request, visit, lambda: page.act(form, visit))
        except KeyInUse:
            return redirect("landlord_lease", lease_id=lease_id)
        except DirectPayError as error:
            field = FIELDS.get(error.param or "", error.param)
            form.add_error(field if field in form.fields else None, _(error.message))
        else:
            messages.info(request, str(page.done))
            return redirect("landlord_lease", lease_id=lease_id)
    context = {"lease": lease, "form": form, "attempt": public_id("at"), "page": page, "today": day}
    return render(request, "portal/landlord/record.html", context, status=422 if form.errors else 200)
