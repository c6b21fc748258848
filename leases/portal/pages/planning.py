"""The form of a payment plan, for either side, and what is pressed below one."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_POST

from directpay.people.actor import LANDLORD, RENTER
from leases.contracts.models import Party
from leases.payment_plans.actions.decide import accept_plan, cancel_plan
from leases.payment_plans.actions.propose import GRACE, GRACE_LIMIT, PARTS_LIMIT, NewPlan, propose_plan
from leases.payment_plans.queries import visible_plans
from leases.payment_plans.reckoning import MONTH, TWO_WEEKS, WEEK
from leases.portal.pages.landlord.recording import Recorded
from leases.portal.pages.pressing import press
from leases.portal.visit import Visit, page_for

REFUSALS = (  # what the room may say, for the catalogue
    gettext_noop("A payment plan is proposed or kept already."),
    gettext_noop("Nothing is owed that is not on its way."),
    gettext_noop("Each part is at least the smallest coin."),
    gettext_noop("The first part is due after today."),
    gettext_noop("A plan ends within three years."),
    gettext_noop("The landlord takes no payments on this lease at present."),
    gettext_noop("This lease takes no payments as small as these parts."),
    gettext_noop("This payment plan was answered already."),
    gettext_noop("This payment plan has ended already."),
    gettext_noop("It is accepted by the other side."),
    gettext_noop("Its first part was due by today: propose another."),
)


class PlanForm(Recorded):
    """In equal parts; without an amount all that is owed."""

    count = forms.IntegerField(min_value=1, max_value=PARTS_LIMIT, initial=3, label=gettext_lazy("In how many parts"))
    day = forms.DateField(label=gettext_lazy("The first is due"))
    interval = forms.ChoiceField(
        choices=[(MONTH, gettext_lazy("Each month")), (TWO_WEEKS, gettext_lazy("Every two weeks")), (WEEK, gettext_lazy("Each week"))],
        label=gettext_lazy("Then"),
    )
    amount = forms.CharField(
        max_length=20, required=False, label=gettext_lazy("Amount"), help_text=gettext_lazy("All that is owed without it.")
    )
    note = forms.CharField(max_length=200, required=False, label=gettext_lazy("A word to the other side"))

    def wish(self, party: Party, **more: Any) -> NewPlan:
        said = self.cleaned_data
        return NewPlan(
            party=party,
            amount_minor=said["amount"] or None,
            count=said["count"],
            start_on=said["day"],
            interval=said["interval"],
            note=said["note"],
            **more,
        )


class LandlordsPlanForm(PlanForm):
    """The landlord also says how strict it is."""

    grace_days = forms.IntegerField(min_value=0, max_value=GRACE_LIMIT, initial=GRACE, label=gettext_lazy("Days of grace for each part"))
    fees = forms.ChoiceField(
        choices=[("stop", gettext_lazy("No, while it is kept")), ("go_on", gettext_lazy("Yes"))],
        label=gettext_lazy("Late fees on what it covers"),
    )


def propose_by_landlord(form: LandlordsPlanForm, visit: Visit) -> str:
    said = form.cleaned_data
    wish = form.wish(form.party, grace_days=said["grace_days"], fees_go_on=said["fees"] == "go_on")
    return propose_plan(form.lease, wish, actor=visit.actor, at=visit.at).public_id


@require_POST
@page_for(LANDLORD, RENTER)
def answer(request: HttpRequest, visit: Visit, plan_id: str, verb: str) -> HttpResponse:
    """Accepted or called off, by one press."""
    plan = visible_plans(visit.actor).filter(public_id=plan_id).first()
    if plan is None:
        raise Http404
    answers = {
        "accept": (accept_plan, _("Accepted. It counts from today.")),
        "cancel": (cancel_plan, _("Called off. What is owed is judged as ever.")),
    }
    act, said = answers[verb]
    press(request, lambda: act(plan, actor=visit.actor, at=visit.at), said)
    back = "landlord_arrears" if visit.user.role == LANDLORD else "renter_plan"
    return redirect(back, lease_id=plan.lease.public_id)
