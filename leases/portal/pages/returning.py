"""`/paypal/…`: where PayPal sends a payer back to. Whoever has the address learns nothing by it; it makes us ask PayPal now."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from directpay.kernel import clock
from directpay.kernel.row_scope import every_row
from payments.intents.models import PaymentIntent
from payments.payins.actions.prove import come_back
from payments.payins.models import Payment, Status
from payments.rails.paypal.returning import order_behind
from payments.rails.registry import BY_WALLET


@require_safe
@never_cache
def back(request: HttpRequest, secret: str, *, approved: bool) -> HttpResponse:
    """To whoever asked for the payment, or to its page; there it can be gone on with, or called off."""
    order = order_behind(secret)
    with every_row():  # whoever has the address need be nobody else
        payment = Payment.objects.filter(public_id=order, rail__in=BY_WALLET).first() if order else None
        intent = PaymentIntent.objects.filter(payment=payment).exclude(return_url="").first() if payment else None
    if payment is None:
        raise Http404
    if approved:
        come_back(payment.public_id, at=clock.now())
    if intent:
        return redirect(_with(intent))
    if payment.payer_id == request.user.pk and payment.status == Status.REQUIRES_ACTION:
        messages.info(request, _back(approved=approved))
    return redirect("renter_payment", payment_id=payment.public_id)


def _back(*, approved: bool) -> str:
    """What the page says above all else, as it still waits when it is looked at."""
    if approved:
        return _("You are back from PayPal. We have asked it; its answer stands here in a moment.")
    return _("You came back from PayPal without approving it. Nothing was taken. Go on there, or call this payment off.")


def _with(intent: PaymentIntent) -> str:
    """As Stripe's redirects do: the address says which intent it is about. Its client's secret stays at home."""
    parts = urlsplit(intent.return_url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("payment_intent", intent.public_id)]
    return urlunsplit(parts._replace(query=urlencode(query)))
