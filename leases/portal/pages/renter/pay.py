"""The pay page: what is shown is what is paid, charge by charge, and pressed twice it is paid once."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from directpay.kernel.errors import DirectPayError
from directpay.people.actor import RENTER
from leases.portal import dates
from leases.portal.actions import NotAsShown, pay_once
from leases.portal.queries.owing import on_their_way, owing
from leases.portal.queries.payments import paid_by_attempt, payments_of
from leases.portal.queries.sheet import ATTEMPT, Choice, Sheet, sheet
from leases.portal.story import short_name
from leases.portal.visit import Visit, page_for
from leases.rent.actions.pay_rent import PayRequest
from payments.payins.actions.initiate import AmountExceedsPayable, DuplicateSuspected, ObligationInProgress
from payments.payins.attempts import attempt, begin, refuse
from payments.payins.models import Payment


@page_for(RENTER)
def pay(request: HttpRequest, visit: Visit, lease_id: str) -> HttpResponse:
    """GET shows what would be paid. POST pays it, if it is what the page has shown; else it shows that first."""
    page = _sheet(request, visit, lease_id)
    if request.method != "POST":
        return _render(request, visit, page)
    press = request.POST.get("attempt", "")
    earlier = paid_by_attempt(visit.user.id, page.owing.lease, press) if ATTEMPT.fullmatch(press) else None
    if earlier is not None:
        return _to(request, earlier, new=False, page=page)
    if not page.can_pay:
        refuse(begin(page.way.name), code="not_payable")
        return _render(request, visit, page, status=422)
    if not ATTEMPT.fullmatch(press) or request.POST.get("shown") != page.shown:
        return _render(request, visit, page, notice=_not_yet(request, page))
    try:
        return _pay(request, visit, replace(page, attempt=press))
    except NotAsShown as error:  # something came between this look and the payment
        page = _sheet(request, visit, lease_id)
        return _render(request, visit, page, notice=_not_yet(request, page), status=error.status)


def _sheet(request: HttpRequest, visit: Visit, lease_id: str) -> Sheet:
    found = owing(visit.lease(lease_id), visit.user.id, visit.at)
    if found is None:
        raise Http404
    return sheet(found, visit.user, Choice.of(request.POST if request.method == "POST" else request.GET), visit.at)


def _not_yet(request: HttpRequest, page: Sheet) -> SafeString | str:
    """Why a press has paid nothing: another choice than the page showed, or something has changed since."""
    changed = page.changed_since(request.POST.get("shown", ""), request.POST.get("attempt", ""))
    if changed is None:
        return _("Nothing is paid yet. This is what you chose: look it over, then press once more.")
    said = _(
        "Nothing is paid yet. What this pays has changed since the page was opened. It was: {before}. It is now: {now}. "
        "Look it over, then press once more."
    )
    return format_html(said, before=changed[0], now=changed[1])


def _pay(request: HttpRequest, visit: Visit, page: Sheet) -> HttpResponse:
    assert page.source is not None  # noqa: S101  can_pay has looked
    wanted = PayRequest.by(
        page.source,
        rail=page.way.name,
        amount_minor=page.amount_minor,
        allow_duplicate=page.is_exactly_what_is_due or request.POST.get("allow_duplicate") == "yes",
        metadata={"page_attempt": page.attempt},
    )
    try:
        with attempt(wanted.rail):
            payment, new = _once(page, wanted, visit)
    except NotAsShown:
        raise
    except DirectPayError as error:
        return _render(request, visit, page, refusal=error, status=error.status)
    return _to(request, payment, new=new, page=page)


def _once(page: Sheet, wanted: PayRequest, visit: Visit) -> tuple[Payment, bool]:
    shown = [(part.charge.public_id, part.amount_minor) for part in page.parts]
    return pay_once(page.owing.lease, wanted, user=visit.user, attempt=page.attempt, shown=shown, actor=visit.actor, at=visit.at)


def _to(request: HttpRequest, payment: Payment, *, new: bool, page: Sheet) -> HttpResponse:
    if not new:
        sent = dates.by_the_clock(payment.created_at.astimezone(page.owing.zone), page.owing.today)
        messages.info(request, format_html(_("This was sent {when}. Here it is. Nothing was paid twice."), when=sent))
    return redirect("renter_payment", payment_id=payment.public_id)


def _render(
    request: HttpRequest,
    visit: Visit,
    page: Sheet,
    *,
    notice: SafeString | str = "",
    refusal: DirectPayError | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "sheet": page,
        "owing": page.owing,
        "lease": page.owing.lease,
        "today": page.owing.today,
        "payee_name": page.owing.lease.unit.property.payee.name,
        "landlord": short_name(page.owing.lease.unit.property.payee),
        "under_way": [p for p in on_their_way(page.owing.party.account_id) if p.payer_id == visit.user.id],
        "notice": notice,
        "refusal": _sentence(refusal, visit) if refusal else None,
        "duplicate": isinstance(refusal, DuplicateSuspected),
    }
    template = "portal/renter/_before.html" if request.htmx and request.method == "GET" else "portal/renter/pay.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=status)


def _sentence(error: DirectPayError, visit: Visit) -> SafeString:
    """What the action refused, in the page's words, with a link to the payment that it names."""
    said = {
        ObligationInProgress: _("A payment for this is on its way already. Nothing new was sent."),
        DuplicateSuspected: _("The same amount was sent for this home in the last five minutes. Nothing new was sent."),
        AmountExceedsPayable: _("What can be paid has changed since this page was opened. Nothing was sent: look at the new amount."),
    }.get(type(error), error.message)
    named = payments_of(visit.actor).filter(public_id=error.details.get("payment"), payer_id=visit.user.id).first()
    if named is None:
        return format_html("{}", said)
    address = reverse("renter_payment", kwargs={"payment_id": named.public_id})
    return format_html('{} <a href="{}">{}</a>', said, address, _("Follow that payment"))
