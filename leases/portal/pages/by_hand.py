"""What a landlord records on a lease: a charge besides the rent, a credit, money given by hand and what became of it."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_POST

from directpay.api.idempotency import KeyInUse
from directpay.kernel.errors import Conflict, DirectPayError
from directpay.kernel.ids import public_id
from directpay.people.actor import LANDLORD
from leases.contracts.models import Lease, Party
from leases.credits.actions import NewCredit, grant_credit
from leases.portal import words
from leases.portal.actions import pressed_once
from leases.portal.queries.sheet import minor_of
from leases.portal.visit import Visit, page_for
from leases.receipts.actions import NewReceipt, bank_receipts, bounce_receipt, record_receipt
from leases.receipts.queries import visible_receipts
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.rent.models import Charge
from leases.rent.queries import local_today, payable_charges

REFUSALS = (  # what the rooms may say of a form, for the catalogue
    gettext_noop("That day has not come yet."),
    gettext_noop("A charge falls due within a year of today."),
    gettext_noop("Nothing of this charge is open."),
    gettext_noop("Nothing is owed that could be written off."),
    gettext_noop("Cash does not bounce."),
    gettext_noop("This receipt has bounced already."),
)
FIELDS = {"amount": "amount", "received_on": "day", "due_date": "day", "charge": "charge", "renter": "party"}  # of an error → of a form


class Recorded(forms.Form):
    """What all three have. `lease` gives the parties to choose from, where each owes a share."""

    amount = forms.CharField(max_length=20, label=gettext_lazy("Amount"))

    def __init__(self, *args: Any, lease: Lease, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lease = lease
        parties = sorted(lease.parties.all(), key=lambda party: party.id)
        self.by_label = {party.label: party for party in parties}
        if len(parties) > 1:
            names = {r.party_id: r.user.name for r in lease.renters.all()}
            choices = [(party.label, names.get(party.id, party.label)) for party in parties]
            self.fields["party"] = forms.ChoiceField(choices=[*self.everybody(), *choices], label=_("Whose"))
        if "day" in self.fields:
            self.fields["day"].initial = day

    def everybody(self) -> list[tuple[str, str]]:
        return []

    @property
    def party(self) -> Party:
        """Whose, where each owes a share; else the one party."""
        if len(self.by_label) == 1:
            return next(iter(self.by_label.values()))
        return self.by_label[self.cleaned_data["party"]]

    def clean_amount(self) -> int:
        typed = minor_of(self.cleaned_data["amount"], self.lease.currency)
        if not typed or typed <= 0:
            raise forms.ValidationError(_("Enter an amount such as 500.00."))
        return typed


class ReceiptForm(Recorded):
    how = forms.ChoiceField(
        choices=[
            ("check", gettext_lazy("Check")),
            ("cash", gettext_lazy("Cash")),
            ("money_order", gettext_lazy("Money order")),
            ("other", gettext_lazy("Other")),
        ],
        label=gettext_lazy("Given as"),
    )
    day = forms.DateField(label=gettext_lazy("Received on"))
    number = forms.CharField(max_length=40, required=False, label=gettext_lazy("Number on it"))
    note = forms.CharField(max_length=200, required=False, label=gettext_lazy("Note for yourself"))


class ChargeForm(Recorded):
    category = forms.ChoiceField(
        choices=[
            ("utilities", gettext_lazy("Utilities")),
            ("damages", gettext_lazy("Damages")),
            ("other", gettext_lazy("Other")),
            ("rent", gettext_lazy("Rent")),
        ],
        label=gettext_lazy("For"),
    )
    description = forms.CharField(max_length=200, label=gettext_lazy("What it is"))
    day = forms.DateField(label=gettext_lazy("Due on"))

    def everybody(self) -> list[tuple[str, str]]:
        return [("", _("All, each the usual share"))]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "party" in self.fields:
            self.fields["party"].required = False


class CreditForm(Recorded):
    kind = forms.ChoiceField(
        choices=[
            ("credit", gettext_lazy("A credit: the renter owes less")),
            ("write_off", gettext_lazy("Write off what will not be paid")),
        ],
        label=gettext_lazy("Kind"),
    )
    charge = forms.ChoiceField(required=False, label=gettext_lazy("For"))
    reason = forms.CharField(max_length=200, label=gettext_lazy("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.open = self._open(kwargs["day"])
        self.fields["charge"].choices = [("", _("The oldest debt first")), *((name, title) for name, (title, _c) in self.open.items())]  # type: ignore[attr-defined]

    def _open(self, today: Any) -> dict[str, tuple[str, Charge]]:
        parties, rows = list(self.by_label.values()), {}
        for party in parties:
            for row in payable_charges(self.lease, party, parties).rows:
                if row.charge.posted_at:
                    rows[row.charge.id] = row.charge
        whole = {charge.id: charge for charge in Charge.objects.filter(id__in=list(rows))}
        ordered = sorted(whole.values(), key=lambda charge: (charge.due_on, charge.id))
        return {charge.public_id: (words.charge_title(charge, today), charge) for charge in ordered}


def _receipt(form: ReceiptForm, visit: Visit) -> str:
    said = form.cleaned_data
    wish = NewReceipt(form.party, said["how"], said["amount"], said["day"], said["number"], said["note"])
    return record_receipt(form.lease, wish, actor=visit.actor, at=visit.at).public_id


def _charge(form: ChargeForm, visit: Visit) -> str:
    said = form.cleaned_data
    alone = form.party if said.get("party") else None
    wish = NewCharge(said["category"], said["amount"], said["day"], alone, said["description"])
    return add_charge(form.lease, wish, actor=visit.actor, at=visit.at).public_id


def _credit(form: CreditForm, visit: Visit) -> str:
    said = form.cleaned_data
    charge = form.open[said["charge"]][1] if said["charge"] else None
    wish = NewCredit(form.party, said["kind"], said["amount"], said["reason"], charge)
    return grant_credit(form.lease, wish, actor=visit.actor, at=visit.at).public_id


PAGES: Mapping[str, tuple[type[Recorded], Callable[..., str], Any, Any, Any, Any]] = {
    # what → form, action, title, what it does, button, what is said afterwards
    "receipt": (
        ReceiptForm,
        _receipt,
        gettext_lazy("Record a receipt"),
        gettext_lazy("Money that you were given by hand. It pays what is owed, oldest first; the rest is kept for the next charge."),
        gettext_lazy("Record it"),
        gettext_lazy("Recorded. It stands in the balance now."),
    ),
    "charge": (
        ChargeForm,
        _charge,
        gettext_lazy("Add a charge"),
        gettext_lazy("Something owed besides the rent. Due today or before, it is owed at once; the renter reads what it is."),
        gettext_lazy("Add the charge"),
        gettext_lazy("Added. It stands in the schedule now."),
    ),
    "credit": (
        CreditForm,
        _credit,
        gettext_lazy("Grant a credit"),
        gettext_lazy("Let the renter owe less, or give up what will not be paid. It cannot be taken back; the renter reads the reason."),
        gettext_lazy("Grant it"),
        gettext_lazy("Granted. It stands in the balance now."),
    ),
}


@page_for(LANDLORD)
def record(request: HttpRequest, visit: Visit, lease_id: str, what: str) -> HttpResponse:
    lease = _own(visit, lease_id)
    kind, act, title, does, button, done = PAGES[what]
    day = local_today(lease, visit.at)
    form = kind(request.POST if request.method == "POST" else None, lease=lease, day=day)
    if request.method == "POST" and form.is_valid():
        try:
            pressed_once(request, visit, lambda: act(form, visit))
        except KeyInUse:
            return redirect("landlord_lease", lease_id=lease_id)
        except DirectPayError as error:
            field = FIELDS.get(error.param or "", "")
            form.add_error(field if field in form.fields else None, _(error.message))
        else:
            messages.info(request, str(done))
            return redirect("landlord_lease", lease_id=lease_id)
    context = {"lease": lease, "form": form, "attempt": public_id("at"), "title": title, "does": does, "button": button, "today": day}
    return render(request, "portal/landlord/record.html", context, status=422 if form.errors else 200)


@require_POST
@page_for(LANDLORD)
def receipt(request: HttpRequest, visit: Visit, receipt_id: str, verb: str) -> HttpResponse:
    """Today it was banked, or came back."""
    found = visible_receipts(visit.actor).filter(public_id=receipt_id).first()
    if found is None or found.lease.unit.property.landlord_id != visit.user.id:
        raise Http404
    try:
        if verb == "bank":
            bank_receipts([found], actor=visit.actor, at=visit.at)
            messages.info(request, _("Noted: it is at your bank."))
        else:
            bounce_receipt(found, actor=visit.actor, at=visit.at)
            messages.info(request, _("Noted: it came back. What it had paid is owed again."))
    except Conflict as error:
        messages.info(request, _(error.message))
    return redirect("landlord_lease", lease_id=found.lease.public_id)


def _own(visit: Visit, lease_id: str) -> Lease:
    lease = visit.lease(lease_id)
    if lease.unit.property.landlord_id != visit.user.id:
        raise Http404
    return lease
