"""What a landlord records on a lease: a charge besides the rent, a credit, money given by hand and what became of it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_POST

from directpay.people.actor import LANDLORD
from leases.bank_charges.actions import NewBankCharge, record_bank_charge
from leases.credits.actions import NewCredit, grant_credit
from leases.portal import words
from leases.portal.pages.landlord.giving_back import GIVE_BACK
from leases.portal.pages.landlord.recording import OfLease, Recorded, show
from leases.portal.pages.pressing import Page, press
from leases.portal.visit import Visit, page_for
from leases.receipts.actions import NewReceipt, bank_receipts, bounce_receipt, record_receipt
from leases.receipts.queries import visible_receipts
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.rent.models import Charge
from leases.rent.queries import payable_charges
from leases.transfers.actions import give_credit

REFUSALS = (  # what the rooms may say of a form, for the catalogue
    gettext_noop("That day has not come yet."),
    gettext_noop("A charge falls due within a year of today."),
    gettext_noop("Nothing of this charge is open."),
    gettext_noop("Nothing of this charge is open and not on its way."),
    gettext_noop("Nothing is owed that could be written off."),
    gettext_noop("Nothing has been paid ahead."),
    gettext_noop("Nothing is owed that is not on its way."),
    gettext_noop("Nothing is owed there that is not on its way."),
    gettext_noop("A credit goes to another's share."),
    gettext_noop("Cash does not bounce."),
    gettext_noop("This receipt has bounced already."),
)


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
        self.open = self._open()
        titles = [(charge.public_id, words.charge_title(charge, kwargs["day"])) for charge in self.open.values()]
        self.fields["charge"].choices = [("", _("The oldest debt first")), *titles]  # type: ignore[attr-defined]

    def _open(self) -> dict[str, Charge]:
        """By public id, those of which somebody owes something, oldest first."""
        parties = list(self.by_label.values())
        rows = [row for party in parties for row in payable_charges(self.lease, party, parties).rows if row.charge.posted_at]
        return {row.charge.public_id: row.charge for row in sorted(rows, key=lambda row: (row.charge.due_on, row.charge.id))}


class GiveForm(Recorded):
    """From one renter's share to another's."""

    to = forms.ChoiceField(label=gettext_lazy("To the share of"))
    reason = forms.CharField(max_length=200, label=gettext_lazy("Reason"), help_text=gettext_lazy("Both read it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "party" in self.fields:
            self.fields["party"].label = _("From what was paid ahead by")
            self.fields["to"].choices = self.fields["party"].choices  # type: ignore[attr-defined]
            self.fields["to"].initial = list(self.by_label)[1]
        self.order_fields(["party", "to", "amount", "reason"])


class BankChargeForm(OfLease):
    amount = forms.CharField(max_length=20, label=gettext_lazy("Amount"))
    day = forms.DateField(label=gettext_lazy("Charged on"))
    description = forms.CharField(max_length=200, required=False, label=gettext_lazy("What it is"))

    def clean_amount(self) -> int | None:
        return self.minor("amount")


def _give(form: GiveForm, visit: Visit) -> str:
    said = form.cleaned_data
    taker = form.by_label[said["to"]]
    return give_credit(form.party, taker, said["amount"], reason=said["reason"], actor=visit.actor, at=visit.at).public_id


def _bank_charge(form: BankChargeForm, visit: Visit) -> str:
    said, home = form.cleaned_data, form.lease.unit.property
    wish = NewBankCharge(home.payee, form.lease.currency, said["amount"], home, said["day"], said["description"])
    return record_bank_charge(wish, actor=visit.actor, at=visit.at).public_id


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
    wish = NewCredit(form.party, said["kind"], said["amount"], said["reason"], form.open.get(said["charge"]))
    return grant_credit(form.lease, wish, actor=visit.actor, at=visit.at).public_id


PAGES: Mapping[str, Page] = {
    "receipt": Page(
        ReceiptForm,
        _receipt,
        gettext_lazy("Record a receipt"),
        gettext_lazy("Money that you were given by hand. It pays what is owed, oldest first; the rest is kept for the next charge."),
        gettext_lazy("Record it"),
        gettext_lazy("Recorded. It stands in the balance now."),
    ),
    "charge": Page(
        ChargeForm,
        _charge,
        gettext_lazy("Add a charge"),
        gettext_lazy("Something owed besides the rent. Due today or before, it is owed at once; the renter reads what it is."),
        gettext_lazy("Add the charge"),
        gettext_lazy("Added. It stands in the schedule now."),
    ),
    "credit": Page(
        CreditForm,
        _credit,
        gettext_lazy("Grant a credit"),
        gettext_lazy("Let the renter owe less, or give up what will not be paid. It cannot be taken back; the renter reads the reason."),
        gettext_lazy("Grant it"),
        gettext_lazy("Granted. It stands in the balance now."),
    ),
    "give": Page(
        GiveForm,
        _give,
        gettext_lazy("Give a credit to a roommate"),
        gettext_lazy("What one has paid ahead pays what another owes. Do it as they have agreed: both are told, and read the reason."),
        gettext_lazy("Give it"),
        gettext_lazy("Given. It stands in both balances now."),
    ),
    "give-back": GIVE_BACK,
    "bank-charge": Page(
        BankChargeForm,
        _bank_charge,
        gettext_lazy("A charge of your bank"),
        gettext_lazy("What your bank took from you, as its statement says. It stands in your books for this home; no renter owes it."),
        gettext_lazy("Record it"),
        gettext_lazy("Recorded. It stands in your books now."),
    ),
}


@page_for(LANDLORD)
def record(request: HttpRequest, visit: Visit, lease_id: str, what: str) -> HttpResponse:
    return show(PAGES[what], request, visit, lease_id)


@require_POST
@page_for(LANDLORD)
def receipt(request: HttpRequest, visit: Visit, receipt_id: str, verb: str) -> HttpResponse:
    """Today it was banked, or came back."""
    found = visible_receipts(visit.actor).filter(public_id=receipt_id, lease__unit__property__landlord_id=visit.user.id).first()
    if found is None:
        raise Http404
    if verb == "bank":
        press(request, lambda: bank_receipts([found], actor=visit.actor, at=visit.at), _("Noted: it is at your bank."))
    else:
        said = _("Noted: it came back. What it had paid is owed again.")
        press(request, lambda: bounce_receipt(found, actor=visit.actor, at=visit.at), said)
    return redirect("landlord_lease", lease_id=found.lease.public_id)
