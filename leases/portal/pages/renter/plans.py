"""A renter who is behind: what happens next, the plan that was proposed or is kept, and how to ask for one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from directpay.kernel.ids import public_id
from directpay.people.actor import RENTER
from leases.payment_plans.actions.propose import propose_plan
from leases.portal.pages.planning import PlanForm
from leases.portal.pages.pressing import is_done
from leases.portal.queries.arrears import plans_of, what_next
from leases.portal.queries.owing import owing
from leases.portal.visit import Visit, page_for


@page_for(RENTER)
def plan(request: HttpRequest, visit: Visit, lease_id: str) -> HttpResponse:
    lease = visit.lease(lease_id)
    found = owing(lease, visit.user.id, visit.at)
    if found is None:
        raise Http404
    form = PlanForm(request.POST if request.method == "POST" else None, lease=lease, day=None)
    form.fields.pop("party", None)  # the own share alone
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            return propose_plan(lease, form.wish(found.party), actor=visit.actor, at=visit.at).public_id

        if is_done(request, visit, form, act, _("Sent. Your landlord can accept it now.")):
            return redirect("renter_plan", lease_id=lease_id)
    context = {
        "lease": lease,
        "today": found.today,
        "next": what_next(lease, found.party.id, visit.at, found.today),
        "plans": plans_of(lease, [found.party.id], visit.at),
        "owed_minor": max(0, found.owed_minor - found.in_flight_minor),
        "form": form,
        "attempt": public_id("at"),
        "side": "renter",
    }
    return render(request, "portal/renter/plan.html", context, status=422 if form.errors else 200)
