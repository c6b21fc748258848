"""A lease that is behind: since when, what was said, what comes next, and what a landlord can do; and the ladder itself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_POST

from directpay.kernel.clock import EASTERN
from directpay.kernel.clock import today as day_of
from directpay.kernel.errors import InvalidInput
from directpay.kernel.ids import public_id
from directpay.people.actor import LANDLORD
from leases.arrears.actions.set_policy import set_arrears_policy
from leases.arrears.ladder import DAYS_LIMIT, LATE_FEE, NOTICE, REMINDER, STAFF, STANDARD, WORDING_LIMIT, Step, read_steps
from leases.arrears.queries import arrears_policy_of
from leases.policies.actions import set_blocked
from leases.policies.queries import policy_of
from leases.portal.pages.landlord.recording import show
from leases.portal.pages.planning import LandlordsPlanForm, propose_by_landlord
from leases.portal.pages.pressing import Page, is_done
from leases.portal.queries.arrears import behind_rows, ladder_words, plans_of
from leases.portal.queries.payments import home_of
from leases.portal.visit import Visit, page_for
from leases.rent.queries import local_today

REFUSALS = (  # what the room may say of a form, for the catalogue
    gettext_noop("Each step comes later than the one before."),
    gettext_noop("A ladder has a step with a day of its own."),
    gettext_noop("What was opened keeps what held then: choose today or later."),
    gettext_noop("A ladder is set at most a year ahead."),
)
TIMED = (REMINDER, NOTICE, STAFF)


class LadderForm(forms.Form):
    """One of each kind; more of them are set through the API."""

    reminder = forms.IntegerField(
        min_value=1, max_value=DAYS_LIMIT, required=False, label=gettext_lazy("Reminder, days after the due date")
    )
    notice = forms.IntegerField(min_value=1, max_value=DAYS_LIMIT, required=False, label=gettext_lazy("Notice, days after the due date"))
    wording = forms.CharField(max_length=WORDING_LIMIT, required=False, label=gettext_lazy("Your own words in the notice"))
    staff = forms.IntegerField(
        min_value=1, max_value=DAYS_LIMIT, required=False, label=gettext_lazy("A person looks at it, days after the due date")
    )
    day = forms.DateField(label=gettext_lazy("For what becomes overdue from"))

    def clean(self) -> dict[str, Any]:
        """The steps, as the room reads them; what is wrong stands beside its field."""
        said = dict(self.cleaned_data)
        if self.errors:
            return said
        given: list[dict[str, Any]] = [
            {"kind": kind, "days_after_due": said[kind], "wording": said["wording"] if kind == NOTICE else ""}
            for kind in TIMED
            if said[kind] is not None
        ]
        fields = [one["kind"] for one in given]
        try:
            said["steps"] = read_steps([*given, {"kind": LATE_FEE}])
        except InvalidInput as error:
            named = next((field for n, field in enumerate(fields) if (error.param or "").startswith(f"steps[{n}]")), None)
            self.add_error(named, _(error.message))
        return said


@page_for(LANDLORD)
def ladder(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What renters hear, and when; begun with what is in force."""
    payee = visit.user.payees.order_by("id").first()
    if payee is None:
        raise Http404
    today = day_of(EASTERN, visit.at)  # a payee has no home of its own
    policy = arrears_policy_of(payee, today)
    steps = policy.ladder if policy else STANDARD
    form = LadderForm(request.POST if request.method == "POST" else None, initial={**_typed(steps), "day": today})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def act() -> str:
            return set_arrears_policy(payee, said["steps"], from_on=said["day"], actor=visit.actor, at=visit.at).public_id

        if is_done(request, visit, form, act, _("Saved. What is overdue already keeps its steps.")):
            return redirect("landlord_home")
    context = {"form": form, "attempt": public_id("at"), "today": today, "steps": ladder_words(steps), "policy": policy}
    return render(request, "portal/landlord/ladder.html", context, status=422 if form.errors else 200)


def _typed(steps: tuple[Step, ...]) -> dict[str, Any]:
    """Of each kind the first."""
    found: dict[str, Any] = {}
    for step in steps:
        if step.kind in TIMED and step.kind not in found:
            found[step.kind] = step.days_after_due
            if step.kind == NOTICE:
                found["wording"] = step.wording
    return found


@page_for(LANDLORD)
def arrears(request: HttpRequest, visit: Visit, lease_id: str) -> HttpResponse:
    lease = visit.let(lease_id)
    today = local_today(lease, visit.at)
    parties = [party.id for party in lease.parties.all()]
    context = {
        "lease": lease,
        "home": home_of(lease),
        "today": today,
        "rows": behind_rows([lease], visit.at, today),
        "plans": plans_of(lease, parties, visit.at),
        "blocked": policy_of(lease).blocked,
        "side": "landlord",
    }
    return render(request, "portal/landlord/arrears.html", context)


PLAN = Page(
    LandlordsPlanForm,
    propose_by_landlord,
    gettext_lazy("Propose a payment plan"),
    gettext_lazy(
        "What is owed, in parts with days of their own. Nothing changes until the renter accepts; then no reminders come while it is kept."
    ),
    gettext_lazy("Propose it"),
    gettext_lazy("Proposed. The renter can accept it now."),
)


@page_for(LANDLORD)
def propose(request: HttpRequest, visit: Visit, lease_id: str) -> HttpResponse:
    return show(PLAN, request, visit, lease_id)


@require_POST
@page_for(LANDLORD)
def block(request: HttpRequest, visit: Visit, lease_id: str, verb: str) -> HttpResponse:
    """The landlord takes no payments on the lease, or takes them again: by this press alone, never by itself."""
    lease = visit.let(lease_id)
    set_blocked(lease, verb == "block", actor=visit.actor, at=visit.at)
    messages.info(request, _("No payments are taken now.") if verb == "block" else _("Payments are taken again."))
    return redirect("landlord_arrears", lease_id=lease_id)
