"""What a landlord changes in a running lease: its end, its rent, who owes how much of it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from directpay.people.actor import LANDLORD
from leases.changes.actions import Renewal, change_shares, end_lease, renew_lease, step_rent
from leases.contracts.models import Lease
from leases.portal.pages.landlord.recording import OfLease, show
from leases.portal.pages.pressing import Page
from leases.portal.visit import Visit, page_for
from leases.properties.models import Unit
from leases.transfers.actions import NewHome, move_to_unit

REFUSALS = (  # what the room may say of a form, for the catalogue
    gettext_noop("The lease would end before it starts."),
    gettext_noop("It ends by then already: renew it to go on."),
    gettext_noop("It has no end that could come later."),
    gettext_noop("A renewal ends later than the lease."),
    gettext_noop("This unit is let in these days already."),
    gettext_noop("The lease has not started by then."),
    gettext_noop("The lease has ended by then."),
    gettext_noop("This lease has ended."),
    gettext_noop("The shares do not add up to 100 percent."),
    gettext_noop("What falls due on that day is shared already."),
    gettext_noop("The renters of this lease have gone to another unit already."),
    gettext_noop("They move after the lease has started."),
    gettext_noop("Say when the new lease ends."),
)


class EndForm(OfLease):
    day = forms.DateField(label=gettext_lazy("Last day"))


class RenewForm(OfLease):
    day = forms.DateField(required=False, label=gettext_lazy("New last day"), help_text=gettext_lazy("From month to month without one."))
    amount = forms.CharField(max_length=20, required=False, label=gettext_lazy("New rent, each month"))

    def clean_amount(self) -> int | None:
        return self.minor("amount")


class StepForm(OfLease):
    day = forms.DateField(label=gettext_lazy("From"))
    amount = forms.CharField(max_length=20, label=gettext_lazy("New rent, each month"))

    def clean_amount(self) -> int | None:
        return self.minor("amount")


class SharesForm(OfLease):
    """A field of percent for each renter."""

    day = forms.DateField(label=gettext_lazy("From"))

    def __init__(self, *args: Any, lease: Lease, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, lease=lease, day=day, **kwargs)
        self.people = list(lease.renters.all())
        for renter in self.people:
            label = _("Percent of %(name)s") % {"name": renter.user.name}
            self.fields[renter.user.public_id] = forms.DecimalField(min_value=0, max_value=100, decimal_places=2, label=label)


class MoveForm(OfLease):
    """Another unit of the same owner's, and from when."""

    unit = forms.ChoiceField(label=gettext_lazy("To"))
    day = forms.DateField(label=gettext_lazy("First day there"))
    amount = forms.CharField(max_length=20, required=False, label=gettext_lazy("Rent there, each month"))
    end = forms.DateField(required=False, label=gettext_lazy("Last day"), help_text=gettext_lazy("As the lease was to end without one."))

    def __init__(self, *args: Any, lease: Lease, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, lease=lease, day=day, **kwargs)
        home = lease.unit.property
        units = Unit.objects.select_related("property").filter(property__payee_id=home.payee_id, property__currency=lease.currency)
        self.units = {unit.public_id: unit for unit in units.exclude(id=lease.unit_id).order_by("property_id", "name", "id")}
        named = [(name, f"{unit.property.name}, {unit.name}") for name, unit in self.units.items()]
        self.fields["unit"].choices = named  # type: ignore[attr-defined]

    def clean_amount(self) -> int | None:
        return self.minor("amount")


def _move(form: MoveForm, visit: Visit) -> str:
    said = form.cleaned_data
    home = NewHome(form.units[said["unit"]], said["day"], said["amount"], end_on=said["end"])
    return move_to_unit(form.lease, home, actor=visit.actor, at=visit.at).public_id


def _end(form: EndForm, visit: Visit) -> str:
    return end_lease(form.lease, form.cleaned_data["day"], actor=visit.actor, at=visit.at).public_id


def _renew(form: RenewForm, visit: Visit) -> str:
    said = form.cleaned_data
    return renew_lease(form.lease, Renewal(said["day"], said["amount"]), actor=visit.actor, at=visit.at).public_id


def _step(form: StepForm, visit: Visit) -> str:
    said = form.cleaned_data
    return step_rent(form.lease, said["day"], said["amount"], actor=visit.actor, at=visit.at).public_id


def _shares(form: SharesForm, visit: Visit) -> str:
    said = form.cleaned_data
    shares = [(renter.user.public_id, {"percent": str(said[renter.user.public_id])}) for renter in form.people]
    return change_shares(form.lease, said["day"], shares, actor=visit.actor, at=visit.at).public_id


PAGES: Mapping[str, Page] = {
    "end": Page(
        EndForm,
        _end,
        gettext_lazy("End the lease"),
        gettext_lazy("Rent of days after the last one is not charged; what is charged already for them is credited."),
        gettext_lazy("End it on that day"),
        gettext_lazy("The lease has its last day. The schedule ends with it."),
    ),
    "renew": Page(
        RenewForm,
        _renew,
        gettext_lazy("Renew the lease"),
        gettext_lazy("It goes on under the same terms, from the day after its end. The new rent holds from then on."),
        gettext_lazy("Renew it"),
        gettext_lazy("Renewed. The schedule goes on."),
    ),
    "rent": Page(
        StepForm,
        _step,
        gettext_lazy("Change the rent"),
        gettext_lazy("From a day in a month that is not charged yet. If that is not its first, each day costs its own rent."),
        gettext_lazy("Change it"),
        gettext_lazy("Changed. The schedule shows it."),
    ),
    "move": Page(
        MoveForm,
        _move,
        gettext_lazy("Move to another unit"),
        gettext_lazy(
            "This lease ends the day before. What is owed or paid ahead goes along; the deposit stays until the move-out is settled."
        ),
        gettext_lazy("Move them"),
        gettext_lazy("Noted. From that day on they rent the other unit."),
    ),
    "shares": Page(
        SharesForm,
        _shares,
        gettext_lazy("Change the shares"),
        gettext_lazy("Who owes how much of what falls due from a day on. What is owed already stays where it is."),
        gettext_lazy("Change them"),
        gettext_lazy("Changed. They hold from that day on."),
    ),
}


@page_for(LANDLORD)
def change(request: HttpRequest, visit: Visit, lease_id: str, what: str) -> HttpResponse:
    return show(PAGES[what], request, visit, lease_id)
