"""The page of one payment, for the renter who sent it and the landlord who gets it. Live until it is final."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from directpay.people.actor import LANDLORD, RENTER
from leases.portal.queries.payments import events_of, told
from leases.portal.story import Story, short_name
from leases.portal.upcoming import upcoming
from leases.portal.visit import Visit, page_for
from leases.portal.words import title_of
from payments.payins.actions.cancel import CANCELABLE, NotCancelable, cancel_payment
from payments.payins.models import Payment, Status
from payments.rails.registry import BY_WALLET

POLL_SECONDS = 2
RECEIPTED = (Status.SETTLED, Status.RETURNED)


@page_for(RENTER)
def for_renter(request: HttpRequest, visit: Visit, payment_id: str) -> HttpResponse:
    payment = _mine(visit, payment_id)
    return _page(request, visit, payment, {"can_cancel": payment.status in CANCELABLE, **_asks_for(payment)})


@page_for(LANDLORD)
def for_landlord(request: HttpRequest, visit: Visit, payment_id: str) -> HttpResponse:
    payment = visit.payment(payment_id)
    if payment.payee.owner_id != visit.user.id:
        raise Http404
    return _page(request, visit, payment, {"to_landlord": True})


@require_POST
@page_for(RENTER)
def cancel(request: HttpRequest, visit: Visit, payment_id: str) -> HttpResponse:
    payment = _mine(visit, payment_id)
    try:
        cancel_payment(payment, actor=visit.actor, at=visit.at)
    except NotCancelable:
        messages.info(request, _("It had left already, so it could not be called off. Nothing has changed."))
    return redirect("renter_payment", payment_id=payment.public_id)


def _mine(visit: Visit, payment_id: str) -> Payment:
    payment = visit.payment(payment_id)
    if payment.payer_id != visit.user.id:
        raise Http404
    return payment


def _asks_for(payment: Payment) -> dict[str, str]:
    """Where its payer approves it, or answers the bank of the card, while that is waited for."""
    if payment.status != Status.REQUIRES_ACTION:
        return {}
    return {"go_on" if payment.rail in BY_WALLET else "answer": payment.action_url}


def _page(request: HttpRequest, visit: Visit, payment: Payment, more: dict[str, Any]) -> HttpResponse:
    """Asked by the page itself, it answers 204 while nothing has changed, and with the changed part alone."""
    asked = bool(request.htmx)  # type: ignore[attr-defined]
    if asked and request.GET.get("seen") == str(payment.version):
        return HttpResponse(status=204)
    row = told([payment])[0]
    story = Story(payment, events_of([payment])[payment.public_id], visit.at, row.zone, more.get("to_landlord", False))
    context = {
        "payment": payment,
        "told": row,
        "title": title_of(row.charges, story.today),
        "story": story,
        "upcoming": upcoming(story),
        "today": story.today,
        "poll_seconds": None if story.is_final else POLL_SECONDS,
        "again": payment.status in (Status.FAILED, Status.RETURNED, Status.CANCELED) and row.lease is not None,
        "landlord": short_name(payment.payee),
        "has_receipt": payment.status in RECEIPTED or (payment.status == Status.COMPLETED and story.is_deposit),
        **more,
    }
    return render(request, "portal/_payment.html" if asked else "portal/payment.html", context)
