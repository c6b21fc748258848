"""A form on which a landlord records something of a lease, once per page however often its button is pressed."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directpay.kernel.ids import public_id
from leases.contracts.models import Lease, Party
from leases.portal.pages.pressing import Page, is_done, typed_money
from leases.portal.visit import Visit
from leases.rent.queries import local_today


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
        return typed_money(self.cleaned_data[name], self.lease.currency)


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


def show(page: Page, request: HttpRequest, visit: Visit, lease_id: str) -> HttpResponse:
    """The form, or what became of it."""
    lease = visit.let(lease_id)
    day = local_today(lease, visit.at)
    form = page.form(request.POST if request.method == "POST" else None, lease=lease, day=day)
    if request.method == "POST" and form.is_valid() and is_done(request, visit, form, lambda: page.act(form, visit), page.done):
        return redirect("landlord_lease", lease_id=lease_id)
    context = {"lease": lease, "form": form, "attempt": public_id("at"), "page": page, "today": day}
    return render(request, "portal/landlord/record.html", context, status=422 if form.errors else 200)
